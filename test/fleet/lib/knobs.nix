# Every knob with its default. A host sets its own in hosts/<name>/default.nix; hosts/<name>/knobs.json, if it is there, wins.
{
  marker = "";                    # any text: /etc/motd, and so another system
  nixosVersion = "25.11.20260101.0000000";
  revision = "";                  # system.configurationRevision
  kernel = "6.6.1";
  initrd = "1";                   # another text: another initrd under the same kernel
  systemd = "258.1";
  closureKiB = 0;                 # incompressible data in the closure
  buildStatus = 0;                # another: the system does not build
  closureSeed = 0;                # another number: other data of that size

  sshd = true;                    # false: stopped; "broken": a configuration that sshd refuses
  sshdSocket = false;             # under systemd: a socket starts an sshd for each connection
  sshdPorts = [ 22 ];
  sshdExtra = "";                 # more lines for sshd_config, before the others, so that they win
  login = null;                   # what NixOS's modules make of logins, with all that sshd, sudo and doas read: see login.nix
  hostKey = "/etc/ssh/ssh_host_ed25519_key";
  link = true;                    # false: every interface goes down
  firewall = "open";              # "closed": the host takes nothing from the deployer and says nothing to it

  dbus = "on";                    # under systemd: "stopped", or "broken": its daemon ends at once
  mountFails = false;             # under systemd: a file system that local-fs.target requires can't be mounted, so emergency.target comes

  units = { };                    # under systemd, of the system: name = text
  wants = [ ];                    # what wants them: "multi-user.target.wants/x.service"

  activationStatus = 0;           # what switch-to-configuration ends with, or { switch = 4; test = 1; }
  activationHang = "";            # "activate": before the system is current; "units": after that
  activationScript = "";          # POSIX sh, run by activate as root, with $verb
  failingUser = "";               # "unit": one of a user's units fails; "bus": a user has no D-Bus
  unitJournal = "";               # lines in the command line and the journal of a unit that fails in the activation, which so ends with 4
  dryActivateStatus = 0;          # what dry-activate ends with
  checkStatus = 0;                # what the checks before a switch end with
  checkScript = "";               # POSIX sh, one of these checks, with $verb
  program = "2026";               # which switch-to-configuration: that of 2026, or of September "2024" (see there)
  init = "1";                     # another text: an init that what runs can't switch to (status 100)
  bootLoaderStatus = 0;           # what the installation of the boot loader ends with, before anything is written

  identityPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
  secretStatus = 0;               # the status of a switch whose secret can't be decrypted (agenix itself gives 2)
  secretUnit = false;             # under systemd: a unit that fails at boot when the secret wasn't decrypted

  trialBoot = false;              # nixos/trial-boot.nix of hey is imported
  bootLoader = "";                # "grub" or "systemd-boot": what `boot` writes besides /boot/default, and what boots then
  bootLimit = 100;                # how many generations the boot menu has
  bootTimeout = 5;                # how many seconds it waits for a person
  menuForm = "generation";        # of systemd-boot's menu: "generation", or "sort-key" or "hash", whose default is a pattern
  bootCounting = "";              # "+3": systemd-boot counts the tries of a new entry
  kernelParams = "";              # more words for the kernel
  bootHang = false;               # under systemd: a unit that sysinit.target waits for, for ever

  options = { };                  # of NixOS's modules, for what is evaluated only
  specialisations = { };          # name = { knobs; }
}
