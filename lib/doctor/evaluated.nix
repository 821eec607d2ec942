# What decides whether a host can be entered with this configuration: one line of JSON.
{ config, pkgs ? { }, ... }:
let
  inherit (builtins) any attrNames concatMap elem filter foldl' isString match readFile split;
  sshd = config.services.openssh or { };
  firewall = config.networking.firewall or { };
  users = config.users.users or { };
  groups = config.users.groups or { };
  security = config.security or { };
  keysOf = name: let keys = (users.${name}.openssh or { }).authorizedKeys or { }; in
    (keys.keys or [ ]) ++ concatMap (file: filter isString (split "\n" (readFile file))) (keys.keyFiles or [ ]);
  groupsOf = name: [ (users.${name}.group or "") ] ++ (users.${name}.extraGroups or [ ])
    ++ filter (group: elem name (groups.${group}.members or [ ])) (attrNames groups);
  # What is let in by an interface; "" are all.
  gate = interface: given: { inherit interface; ports = given.allowedTCPPorts or [ ]; ranges = given.allowedTCPPortRanges or [ ]; };

  # Rules of a program that makes somebody root, for any command: whom they are for, and whether they need no password. Of those that fit
  # the last one counts.
  rule = users: groups: silent: { inherit users groups silent; };
  wheel = program: rule [ ] [ "wheel" ] (!(program.wheelNeedsPassword or true));
  sudo = program: [ (wheel program) ] ++ concatMap
    (given: map (command: rule (given.users or [ ]) (given.groups or [ ]) (elem "NOPASSWD" (command.options or [ ])))
      (filter (command: (command.command or command) == "ALL") (given.commands or [ ])))
    (filter (given: match "(ALL|root)(:.*)?" (given.runAs or "ALL") != null) (program.extraRules or [ ]));
  doas = program: [ (wheel program) ] ++ map (given: rule (given.users or [ ]) (given.groups or [ ]) (given.noPass or false))
    (filter (given: given.cmd or null == null && elem (given.runAs or null) [ null "root" ]) (program.extraRules or [ ]));
  by = rules: name:
    let fits = rule: elem name rule.users || any (group: elem group rule.groups) (groupsOf name); in
    foldl' (last: rule: if fits rule then (if rule.silent then "silent" else "asks") else last) "never" rules;
  rules = {
    sudo =
      if (security.sudo-rs or { }).enable or false then sudo security.sudo-rs
      else if (security.sudo or { }).enable or true then sudo (security.sudo or { })
      else [ ];
    doas = if (security.doas or { }).enable or false then doas security.doas else [ ];
  };
in
builtins.toJSON {
  system = (pkgs.stdenv.hostPlatform or { }).system or pkgs.system or "";
  sshd = sshd.enable or false;
  ports = sshd.ports or [ 22 ];
  opens = sshd.openFirewall or true;
  rootLogin = (sshd.settings or { }).PermitRootLogin or null;
  firewall = firewall.enable or true;
  open = [ (gate "" firewall) ]
    ++ map (name: gate name firewall.interfaces.${name}) (attrNames (firewall.interfaces or { }))
    ++ map (name: gate name { allowedTCPPortRanges = [{ from = 1; to = 65535; }]; }) (firewall.trustedInterfaces or [ ]);
  users = map
    (name: {
      inherit name;
      keys = keysOf name;
      # What polkit lets run0 do is a program of its own.
      becomes = { sudo = by rules.sudo name; doas = by rules.doas name; run0 = if (security.polkit or { }).enable or false then "unknown" else "never"; };
    })
    (attrNames users);
}
