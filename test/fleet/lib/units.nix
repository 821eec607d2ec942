# The units of a host under systemd, as NixOS makes them of its modules: { name = text; }, and by what each is wanted.
{ knobs, trialUnit, trialWantedBy, sshdConfig, login }:
let
  given = condition: set: if condition then set else { };
  listed = condition: list: if condition then list else [ ];
  # As NixOS does it with X-Restart-Triggers: another configuration is another unit.
  triggers = "X-Restart-Triggers=${builtins.hashString "sha256" sshdConfig}\n";
  sshd = builtins.replaceStrings [ "\n[Service]\n" ] [ "${triggers}\n[Service]\nX-StopIfChanged=false\n" ] (builtins.readFile ./sshd.service);
  hasSshd = if login == null then knobs.sshd != false else login.sshdUnit == "on";
in
{
  texts = { "sysinit-reactivation.target" = "[Unit]\nDescription=Reactivate sysinit units\n"; }
    // given (hasSshd && !knobs.sshdSocket) { "sshd.service" = sshd; }
    // given (hasSshd && knobs.sshdSocket) {
      "sshd.socket" = builtins.readFile ./sshd.socket;
      "sshd@.service" = builtins.readFile ./sshd-for-each.service;
    }
    // given knobs.secretUnit { "agenix-install-secrets.service" = builtins.readFile ./agenix-install-secrets.service; }
    // given knobs.bootHang { "boot-hang.service" = builtins.readFile ./boot-hang.service; }
    // given knobs.mountFails { "mnt-missing.mount" = builtins.readFile ./mnt-missing.mount; }
    // given (knobs.dbus == "broken") { "dbus.service" = builtins.readFile ./dbus.service; }
    // given knobs.trialBoot { "hey-trial.service" = trialUnit; }
    // knobs.units;
  masked = listed (login != null && login.sshdUnit == "off") [ "sshd.service" ];
  wants = listed (if login == null then hasSshd else login.sshdWanted) [ (if knobs.sshdSocket then "sockets.target.wants/sshd.socket" else "multi-user.target.wants/sshd.service") ]
    ++ listed knobs.secretUnit [ "multi-user.target.wants/agenix-install-secrets.service" ]
    ++ listed knobs.bootHang [ "sysinit.target.wants/boot-hang.service" ]
    ++ listed knobs.mountFails [ "local-fs.target.requires/mnt-missing.mount" ]
    ++ listed knobs.trialBoot (map (target: "${target}.wants/hey-trial.service") trialWantedBy)
    ++ knobs.wants;
}
