# What decides whether a host can be entered with this configuration: one line of JSON.
{ config, pkgs ? { }, ... }:
let
  sshd = config.services.openssh or { };
  firewall = config.networking.firewall or { };
  users = config.users.users or { };
  sudo = config.security.sudo or { };
  keysOf = name: let keys = (users.${name}.openssh or { }).authorizedKeys or { }; in
    (keys.keys or [ ]) ++ builtins.concatLists (map (file: builtins.filter builtins.isString (builtins.split "\n" (builtins.readFile file))) (keys.keyFiles or [ ]));
  member = name: builtins.elem "wheel" (users.${name}.extraGroups or [ ]);
in
builtins.toJSON {
  system = (pkgs.stdenv.hostPlatform or { }).system or pkgs.system or "";
  sshd = sshd.enable or false;
  ports = sshd.ports or [ 22 ];
  opens = sshd.openFirewall or true;
  rootLogin = toString ((sshd.settings or { }).PermitRootLogin or "prohibit-password");
  firewall = firewall.enable or true;
  allowed = firewall.allowedTCPPorts or [ ];
  ranges = firewall.allowedTCPPortRanges or [ ];
  interfaces = firewall.trustedInterfaces or [ ];
  wheelAsks = (sudo.enable or true) && (sudo.wheelNeedsPassword or true);
  users = map (name: { inherit name; keys = keysOf name; wheel = member name; }) (builtins.attrNames users);
}
