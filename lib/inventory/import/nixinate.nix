# nixosConfigurations.NAME._module.args.nixinate (nixinate: flake.nix, generateApps).
configurations:
let
  has = name: (configurations.${name}._module.args or { }) ? nixinate;
  # Whether it has them is part of its evaluation.
  node = name: if !(elem name broken) && !(has name) then [ ] else
    let
      about = configurations.${name}._module.args.nixinate;
      user = about.sshUser or "root";
      port = about.port or null;
    in
    table name (
      target (login user about.host)
      ++ (if user == "root" then [ ] else elevate "sudo")
      ++ say "ssh-option" (if port == null then null else [ "Port=${toString port}" ])
      ++ say "use-substitutes" (if about.substituteOnTarget or false then true else null)
      ++ say "build-on" (if (about.buildOn or "remote") == "remote" then "target" else null)
      ++ noteIf (about.hermetic or false) "hermetic: the nixos-rebuild of this machine is used"
    );
in
file "nixinate" node (attrNames configurations)
