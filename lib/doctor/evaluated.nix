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
  # What is let in by an interface; "" are all.
  gate = interface: given: { inherit interface; ports = given.allowedTCPPorts or [ ]; ranges = given.allowedTCPPortRanges or [ ]; };
in
builtins.toJSON {
  system = (pkgs.stdenv.hostPlatform or { }).system or pkgs.system or "";
  sshd = sshd.enable or false;
  ports = sshd.ports or [ 22 ];
  opens = sshd.openFirewall or true;
  rootLogin = toString ((sshd.settings or { }).PermitRootLogin or "prohibit-password");
  firewall = firewall.enable or true;
  open = [ (gate "" firewall) ]
    ++ map (name: gate name firewall.interfaces.${name}) (builtins.attrNames (firewall.interfaces or { }))
    ++ map (name: gate name { allowedTCPPortRanges = [{ from = 1; to = 65535; }]; }) (firewall.trustedInterfaces or [ ]);
  wheelAsks = (sudo.enable or true) && (sudo.wheelNeedsPassword or true);
  users = map (name: { inherit name; keys = keysOf name; wheel = member name; }) (builtins.attrNames users);
}
