# Import this into a host to let `hey ops deploy HOST --boot --reboot --guard` try its new systems by a boot:
#   imports = [ ./path/to/hey/nixos/trial-boot.nix ];
# In a boot that is tried, its unit reboots the machine unless that boot is confirmed in time; what boots by default is then still the
# system from before. In any other boot it ends at once.
#
# Not tried with nixpkgs' own modules, which the tests of hey have not: there a stand-in takes these same attributes, and systemd is real.
{ pkgs, ... }:
{
  systemd.services.hey-trial = {
    description = "The end of a trial boot that nobody confirms";
    # It waits by itself: a timer waits for targets that a broken system may never reach. /nix is there before systemd is, as stage 1
    # mounts it, and that unit must not depend on a mount that can fail.
    wantedBy = [ "sysinit.target" ];
    # So it has begun before there is an sshd. (It is exec: nothing waits for its end.)
    before = [ "sysinit.target" ];
    restartIfChanged = false;
    unitConfig = {
      DefaultDependencies = false;
      # Emergency mode, and who isolates another target, must not end it.
      IgnoreOnIsolate = true;
      StartLimitIntervalSec = 0;
    };
    serviceConfig = {
      Type = "exec";
      ExecStart = "${pkgs.runtimeShell} ${./trial-boot.sh}";
      Restart = "on-failure";
      RestartForceExitStatus = "SIGTERM SIGHUP SIGINT SIGPIPE";
      RestartSec = 1;
      OOMScoreAdjust = -1000;
    };
  };
}
