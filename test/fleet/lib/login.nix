# Who can log in, and how that becomes root, as NixOS makes it: sshd_config, authorized_keys.d, the list of accounts, sudoers, doas.conf, wrappers.
# After nixpkgs of 2024-08-02 (24.11pre). A knob holds what its modules merge to: where a configuration says lib.mkForce, all of it.
# Where it differs: SetEnv, as the hosts have no pam_env; one host key, as an RSA key takes seconds to make.
{ system, openssh ? { }, users ? { }, groups ? { }, mutableUsers ? true, sudo ? { }, doas ? { }, firewall ? { }, nftables ? { }, network ? { } }:
let
  lines = map: builtins.concatStringsSep "\n" map;
  words = builtins.concatStringsSep " ";
  optional = condition: value: if condition then [ value ] else [ ];
  elem = builtins.elem;
  hasSuffix = end: text: builtins.substring (builtins.stringLength text - builtins.stringLength end) (-1) text == end;
  mapSet = f: set: map (name: f name set.${name}) (builtins.attrNames set);

  ssh = {
    enable = true;
    ports = [ 22 ];
    listenAddresses = [ ];
    settings = { };
    extraConfig = "";
    extraConfigForced = null;
    authorizedKeysInHomedir = true;
    authorizedKeysFiles = [ ];
    authorizedKeysFilesForced = null;
    hostKeys = [ "/etc/ssh/ssh_host_ed25519_key" ];
    unit = true;
    wanted = true;
    enableIPv6 = true;
  } // openssh;
  settings = {
    AuthorizedPrincipalsFile = "none";
    Ciphers = [ "chacha20-poly1305@openssh.com" "aes256-gcm@openssh.com" "aes128-gcm@openssh.com" "aes256-ctr" "aes192-ctr" "aes128-ctr" ];
    GatewayPorts = "no";
    KbdInteractiveAuthentication = true;
    KexAlgorithms = [ "sntrup761x25519-sha512@openssh.com" "curve25519-sha256" "curve25519-sha256@libssh.org" "diffie-hellman-group-exchange-sha256" ];
    LogLevel = "INFO";
    Macs = [ "hmac-sha2-512-etm@openssh.com" "hmac-sha2-256-etm@openssh.com" "umac-128-etm@openssh.com" ];
    PasswordAuthentication = true;
    PermitRootLogin = "prohibit-password";
    PrintMotd = false;
    StrictModes = true;
    UseDns = false;
    UsePAM = true;
    X11Forwarding = false;
  } // ssh.settings;
  value = name: given:
    if builtins.isBool given then (if given then "yes" else "no")
    else if builtins.isList given then builtins.concatStringsSep (if elem name [ "Ciphers" "KexAlgorithms" "Macs" ] then "," else " ") given
    else toString given;
  keysFiles =
    if ssh.authorizedKeysFilesForced != null then ssh.authorizedKeysFilesForced
    else ssh.authorizedKeysFiles ++ optional ssh.authorizedKeysInHomedir "%h/.ssh/authorized_keys" ++ [ "/etc/ssh/authorized_keys.d/%u" ];
  # NixOS's own lines are the beginning of extraConfig.
  own = [ "Banner none" "" "AddressFamily ${if ssh.enableIPv6 then "any" else "inet"}" ]
    ++ map (port: "Port ${toString port}") ssh.ports
    ++ map ({ addr, port ? null }: "ListenAddress ${addr}${if port == null then "" else ":${toString port}"}") ssh.listenAddresses
    ++ [ "Subsystem sftp internal-sftp" "AuthorizedKeysFile ${words keysFiles}" ]
    ++ map (path: "HostKey ${path}") ssh.hostKeys
    ++ [ ssh.extraConfig ];
  sshdConfig = lines (
    [ "SetEnv PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin" ]
    ++ mapSet (name: given: "${name} ${value name given}") (builtins.listToAttrs (builtins.filter ({ value, ... }: value != null)
      (map (name: { inherit name; value = settings.${name}; }) (builtins.attrNames settings))))
    ++ (if ssh.extraConfigForced != null then [ ssh.extraConfigForced ] else own)
  ) + "\n";

  shellOf = shell: if builtins.substring 0 1 shell == "/" then shell else "/run/current-system/sw/bin/${shell}";
  basic = { uid = null; hashedPassword = null; hashedPasswordFile = null; expires = null; extraGroups = [ ]; keys = [ ]; };
  normal = name: { home = "/home/${name}"; shell = "bash"; group = "users"; } // basic;
  service = name: { home = "/var/empty"; shell = "nologin"; group = name; } // basic;
  declared = {
    root = { uid = 0; home = "/root"; shell = "bash"; group = "root"; } // removeAttrs basic [ "uid" ] // users.root or { };
    sshd = service "sshd";
    messagebus = service "messagebus";
    nobody = service "nogroup";
  } // builtins.listToAttrs (map
    (name: { inherit name; value = (if users.${name}.isSystemUser or false then service else normal) name // users.${name}; })
    (builtins.filter (name: name != "root") (builtins.attrNames users)));
  declaredGroups = { root = 0; wheel = 1; tty = 3; users = 100; sshd = null; messagebus = null; nogroup = 65534; } // groups;
  accounts = builtins.toJSON {
    inherit mutableUsers;
    users = mapSet
      (name: user: {
        inherit name;
        inherit (user) uid group home expires hashedPassword hashedPasswordFile;
        shell = shellOf user.shell;
        createHome = user.group == "users";
        isSystemUser = user.isSystemUser or false;
      })
      declared;
    groups = mapSet
      (name: gid: { inherit name gid; members = builtins.filter (user: elem name declared.${user}.extraGroups) (builtins.attrNames declared); })
      declaredGroups;
  };

  su = {
    enable = true;
    wheelNeedsPassword = true;
    execWheelOnly = false;
    before = [ ];
    extraRules = [ ];
    extraConfig = "";
    defaultOptions = [ ];
    configFile = null;
    setuid = true;
  } // sudo;
  commandOf = given:
    if builtins.isString given then given
    else "${builtins.concatStringsSep "" (map (option: "${option}: ") given.options or [ ])}${given.command}";
  sudoRule = { users ? [ ], groups ? [ ], host ? "ALL", runAs ? "ALL:ALL", commands }:
    map (who: "${who}     ${host}=(${runAs})    ${builtins.concatStringsSep ", " (map commandOf commands)}") (users ++ map (group: "%${group}") groups);
  all = options: [ { command = "ALL"; options = options ++ su.defaultOptions; } ];
  sudoers =
    if su.configFile != null then su.configFile
    else lines (builtins.concatMap sudoRule (
      [ { users = [ "root" ]; commands = all [ ]; } ] ++ su.before
      ++ [ { groups = [ "wheel" ]; commands = all (optional (!su.wheelNeedsPassword) "NOPASSWD"); } ] ++ su.extraRules
    )) + "\n\n${su.extraConfig}\n";

  doAs = { enable = false; wheelNeedsPassword = true; extraRules = [ ]; extraConfig = ""; } // doas;
  doasRule = { users ? [ ], groups ? [ ], noPass ? false, keepEnv ? false, cmd ? null, args ? null }:
    map (who: words ([ "permit" ] ++ optional noPass "nopass" ++ optional keepEnv "keepenv" ++ [ who ] ++ optional (cmd != null) "cmd ${toString cmd}"
      ++ optional (args != null) "args ${words args}")) (users ++ map (group: ":${group}") groups);
  doasConf = lines (builtins.concatMap doasRule ([ { groups = [ "wheel" ]; noPass = !doAs.wheelNeedsPassword; } ] ++ doAs.extraRules)
    ++ [ doAs.extraConfig "permit nopass keepenv root" ]) + "\n";

  wrapper = { program, group ? "root", setuid ? true, permissions ? "u+rx,g+x,o+x" }: ''
    cp /usr/bin/${program} "$wrapperDir/${program}"

    # Prevent races
    chmod 0000 "$wrapperDir/${program}"
    chown root:${group} "$wrapperDir/${program}"

    chmod "u${if setuid then "+" else "-"}s,g-s,${permissions}" "$wrapperDir/${program}"
  '';
  wrappers = ''
    #!/bin/sh
    set -e
    # NixOS has a file system there on which programs may make root. What the lab has put there stays.
    if ! mountpoint -q /run/wrappers; then
      cp -a /run/wrappers/bin /run/wrappers.lab
      mount -t tmpfs -o nodev,mode=755 wrappers /run/wrappers
    fi
    wrapperDir=$(mktemp --directory --tmpdir=/run/wrappers wrappers.XXXXXXXXXX)
    chmod a+rx "$wrapperDir"
  '' + lines (
    [ (wrapper { program = "passwd"; }) ]
    ++ optional su.enable (wrapper ({ program = "sudo"; inherit (su) setuid; } // (if su.execWheelOnly then { group = "wheel"; permissions = "u+rx,g+x"; } else { })))
    ++ optional doAs.enable (wrapper { program = "doas"; })
  ) + ''

    cp -a /run/wrappers.lab/. "$wrapperDir"
    ln --symbolic --force --no-dereference "$wrapperDir" /run/wrappers/bin-tmp
    mv --no-target-directory /run/wrappers/bin-tmp /run/wrappers/bin
  '';
  fw = {
    enable = true;
    allowedTCPPorts = [ ];
    allowedTCPPortRanges = [ ];
    interfaces = { };
    trustedInterfaces = [ ];
    extraCommands = "";
    extraInputRules = "";
    rejectPackets = false;
    openFirewall = true;
  } // firewall;
  nft = { enable = false; ruleset = ""; tables = { }; flushRuleset = false; } // nftables;
  interfaces = fw.interfaces // {
    default = {
      allowedTCPPorts = fw.allowedTCPPorts ++ (if ssh.enable && fw.openFirewall then ssh.ports else [ ]);
      inherit (fw) allowedTCPPortRanges;
    };
  };
  trusted = fw.trustedInterfaces ++ [ "lo" ];
  ofInterfaces = f: builtins.concatMap (name: f name ({ allowedTCPPorts = [ ]; allowedTCPPortRanges = [ ]; } // interfaces.${name})) (builtins.attrNames interfaces);
  at = name: if name == "default" then "" else "-i ${name}";
  # As firewall-iptables.nix, without what is of UDP and ICMP.
  firewallStart = lines ([
    "#!/bin/sh -e"
    "ip46tables() { iptables -w \"$@\"; ip6tables -w \"$@\"; }"
    "ip46tables -D INPUT -j nixos-fw 2> /dev/null || true"
    "for chain in nixos-fw nixos-fw-accept nixos-fw-log-refuse nixos-fw-refuse; do"
    "  ip46tables -F \"$chain\" 2> /dev/null || true"
    "  ip46tables -X \"$chain\" 2> /dev/null || true"
    "done"
    "ip46tables -N nixos-fw-accept"
    "ip46tables -A nixos-fw-accept -j ACCEPT"
    "ip46tables -N nixos-fw-refuse"
  ] ++ (if fw.rejectPackets then [
    "ip46tables -A nixos-fw-refuse -p tcp ! --syn -j REJECT --reject-with tcp-reset"
    "ip46tables -A nixos-fw-refuse -j REJECT"
  ] else [ "ip46tables -A nixos-fw-refuse -j DROP" ]) ++ [
    "ip46tables -N nixos-fw-log-refuse"
    "ip46tables -A nixos-fw-log-refuse -p tcp --syn -j LOG --log-level info --log-prefix \"refused connection: \""
    "ip46tables -A nixos-fw-log-refuse -m pkttype ! --pkt-type unicast -j nixos-fw-refuse"
    "ip46tables -A nixos-fw-log-refuse -j nixos-fw-refuse"
    "ip46tables -N nixos-fw"
    "ip46tables -t mangle -D PREROUTING -j nixos-fw-rpfilter 2> /dev/null || true"
    "ip46tables -t mangle -F nixos-fw-rpfilter 2> /dev/null || true"
    "ip46tables -t mangle -X nixos-fw-rpfilter 2> /dev/null || true"
    "ip46tables -t mangle -N nixos-fw-rpfilter 2> /dev/null || true"
    "ip46tables -t mangle -A nixos-fw-rpfilter -m rpfilter --validmark -j RETURN"
    "ip46tables -t mangle -A nixos-fw-rpfilter -j DROP"
    "ip46tables -t mangle -A PREROUTING -j nixos-fw-rpfilter"
  ] ++ map (name: "ip46tables -A nixos-fw -i ${name} -j nixos-fw-accept") trusted
  ++ [ "ip46tables -A nixos-fw -m conntrack --ctstate ESTABLISHED,RELATED -j nixos-fw-accept" ]
  ++ ofInterfaces (name: { allowedTCPPorts, allowedTCPPortRanges, ... }:
    map (port: "ip46tables -A nixos-fw -p tcp --dport ${toString port} -j nixos-fw-accept ${at name}") allowedTCPPorts
    ++ map ({ from, to }: "ip46tables -A nixos-fw -p tcp --dport ${toString from}:${toString to} -j nixos-fw-accept ${at name}") allowedTCPPortRanges)
  ++ [
    "ip6tables -A nixos-fw -p icmpv6 -j nixos-fw-accept"
    fw.extraCommands
    "ip46tables -A nixos-fw -j nixos-fw-log-refuse"
    "ip46tables -A INPUT -j nixos-fw"
    ""
  ]);
  # As firewall-nftables.nix and nftables.nix.
  nixosTable = { family = "inet"; content = lines ([
    "chain rpfilter {"
    "type filter hook prerouting priority mangle + 10; policy drop;"
    "fib saddr . mark . iif oif exists accept"
    "}"
    "chain input {"
    "type filter hook input priority filter; policy drop;"
    "iifname { ${builtins.concatStringsSep ", " (map (name: "\"${name}\"") trusted)} } accept comment \"trusted interfaces\""
    "ct state vmap { invalid : drop, established : accept, related : accept, new : jump input-allow, untracked: jump input-allow }"
    "tcp flags syn / fin,syn,rst,ack log level info prefix \"refused connection: \""
    "}"
    "chain input-allow {"
  ] ++ ofInterfaces (name: { allowedTCPPorts, allowedTCPPortRanges, ... }:
    let set = map toString allowedTCPPorts ++ map ({ from, to }: "${toString from}-${toString to}") allowedTCPPortRanges; in
    optional (set != [ ]) "${if name == "default" then "" else "iifname ${name}"} tcp dport { ${builtins.concatStringsSep ", " set} } accept")
  ++ [ "icmpv6 type != { nd-redirect, 139 } accept" fw.extraInputRules "}" ]); };
  tables = nft.tables // (if fw.enable then { nixos-fw = nixosTable; } else { });
  nftRules = lines ([ "#!/usr/sbin/nft -f" "include \"/var/lib/nftables/deletions.nft\"" ]
    ++ (if nft.flushRuleset || nft.ruleset != "" then [ "flush ruleset" ]
    else builtins.concatLists (mapSet (name: table: [ "table ${table.family} ${name}" "delete table ${table.family} ${name}" ]) tables))
    ++ mapSet (name: table: "table ${table.family} ${name} {\n${table.content}\n}") tables
    ++ [ nft.ruleset "" ]);
  nftPrepare = "#!/bin/sh\nmkdir -p /var/lib/nftables\ntouch /var/lib/nftables/deletions.nft\nchmod +x /var/lib/nftables/deletions.nft\n";
  unitOf = out: program: "[Unit]\nDescription=Firewall\n[Service]\nType=oneshot\nRemainAfterExit=true\nEnvironment=\"PATH=${out}/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n${program}\n";
  # addresses: by interface, as scripts; networkd: by file.
  net = { addresses = { }; networkd = null; } // network;
  addressScript = link: addresses: lines ([ "#!/bin/sh -e" "ip link set dev \"${link}\" up" ]
    ++ map (cidr: "ip addr replace \"${cidr}\" dev \"${link}\" || exit 1") addresses ++ [ "" ]);
  # What the interface of the lab gets: each address of the scripts, or of the first file for it.
  applied =
    if net.networkd != null then builtins.concatMap ({ name, addresses }: if builtins.match (builtins.replaceStrings [ "*" ] [ ".*" ] name) "eth0" == null then [ ] else addresses) net.networkd
    else net.addresses.eth0 or [ ];
  networkdFile = { name, addresses }: "[Match]\nName=${name}\n\n[Network]\n${lines (map (address: "Address=${address}") addresses)}\n";
  pam = auth: lines [ "account required pam_unix.so" "auth ${auth}" "session required pam_permit.so" "" ];
  keysOf = builtins.filter (name: declared.${name}.keys != [ ]) (builtins.attrNames declared);
in
{
  inherit sshdConfig accounts wrappers;
  sshd = ssh.enable && ssh.unit && ssh.wanted;
  sshdUnit = if !ssh.enable then "" else if ssh.unit then "on" else "off";
  sshdWanted = ssh.enable && ssh.wanted;
  # Files of /etc, each with its mode, or "symlink".
  etc = [
    { name = "pam.d/sshd"; mode = "symlink"; text = pam "required pam_deny.so"; }
    { name = "pam.d/sudo"; mode = "symlink"; text = pam "required pam_unix.so"; }
    { name = "pam.d/doas"; mode = "symlink"; text = pam "required pam_unix.so"; }
  ]
  ++ optional ssh.enable { name = "ssh/sshd_config"; mode = "symlink"; text = sshdConfig; }
  ++ (if !ssh.enable then [ ] else map (name: { name = "ssh/authorized_keys.d/${name}"; mode = "0444"; text = lines (declared.${name}.keys ++ [ "" ]); }) keysOf)
  ++ optional su.enable { name = "sudoers"; mode = "0440"; text = sudoers; }
  ++ (if net.networkd == null then [ ] else map (file: { name = "systemd/network/10-${builtins.replaceStrings [ "*" ] [ "" ] file.name}.network"; mode = "symlink"; text = networkdFile file; }) net.networkd)
  ++ optional doAs.enable { name = "doas.conf"; mode = "0440"; text = doasConf; };
  # Programs, and units that begin them from the directory of the system.
  scripts = builtins.listToAttrs (mapSet (link: addresses: { name = "addresses-${link}"; value = addressScript link addresses; }) net.addresses)
  // { network = lines ([ "#!/bin/sh" "ip -4 addr flush dev eth0" ] ++ map (cidr: "ip addr replace ${cidr} dev eth0") applied ++ [ "" ]); }
  // (if nft.enable then { nftables-prepare = nftPrepare; nftables-rules = nftRules; } else if fw.enable then { firewall-start = firewallStart; } else { });
  scriptUnits = { "network-setup.service" = _: "[Service]\nType=oneshot\nExecStart=/bin/sh -c :\n"; }
  // builtins.listToAttrs (mapSet (link: _: { name = "network-addresses-${link}.service"; value = out: unitOf out "ExecStart=${out}/lib/addresses-${link}"; }) net.addresses)
  // (if net.networkd == null then { } else { "systemd-networkd.service" = _: "[Service]\nExecStart=/bin/sh -c :\n"; })
  // (
    if nft.enable then { "nftables.service" = out: unitOf out "ExecStart=${out}/lib/nftables-prepare\nExecStart=${out}/lib/nftables-rules"; }
    else if fw.enable then { "firewall.service" = out: unitOf out "ExecStart=@${out}/lib/firewall-start firewall-start"; }
    else { }
  );
  programs = [ "sshd" "bash" "nologin" "setpriv" ] ++ optional su.enable "sudo" ++ optional doAs.enable "doas";
}
