# $ ops-doctor.ts vps-ultraman admin@vps_ultraman_root --eval --elevate sudo
/bin/sh /dev/fd/3 3<<'end of ops-doctor'
# $ /path/to/hey/scripts/ops-doctor.ts vps-ultraman admin@vps_ultraman_root --eval --elevate sudo
#
#  1. evaluate vps-ultraman  here            exit nix's
exec 3<&-

main() {
  evaluate_host vps-ultraman '.#nixosConfigurations."vps-ultraman"'
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-doctor'

# evaluate: what nix says of a host.
evaluate() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw --apply '{ config, pkgs ? { }, ... }:
let
  inherit (builtins) any attrNames attrValues concatMap elem filter foldl'\'' intersectAttrs isAttrs isBool isInt isList isString mapAttrs match readFile split unsafeDiscardStringContext;
  sshd = config.services.openssh or { };
  firewall = config.networking.firewall or { };
  groups = config.users.groups or { };
  security = config.security or { };
  isWritten = text: match "[[:space:]]*" text == null;
  words = value:
    if value == null then null
    else if isList value then map toString value
    else if isBool value then [ (if value then "yes" else "no") ]
    else filter (word: isString word && word != "") (split "[[:space:]]+" (toString value));
  users = filter (user: user.enable or true)
    (attrValues (mapAttrs (attribute: given: given // { name = given.name or attribute; }) (config.users.users or { })));
  keysOf = user: let keys = (user.openssh or { }).authorizedKeys or { }; in
    (keys.keys or [ ]) ++ concatMap (file: filter isString (split "\n" (readFile file))) (keys.keyFiles or [ ]);
  groupsOf = user: filter (group: group != "") [ (user.group or "") ] ++ (user.extraGroups or [ ])
    ++ filter (group: elem user.name (groups.${group}.members or [ ])) (attrNames groups);
  shellOf = user: let shell = user.shell or null; in
    if shell == null then "" else unsafeDiscardStringContext (if isAttrs shell then shell.shellPath or "" else toString shell);
  gate = interface: given: { inherit interface; ports = given.allowedTCPPorts or [ ]; ranges = given.allowedTCPPortRanges or [ ]; };
  rule = users: groups: silent: here: { inherit users groups silent here; };
  wheel = program: rule [ ] [ "wheel" ] (!(program.wheelNeedsPassword or true)) true;
  names = let inherit (config.networking) hostName; domain = config.networking.domain or null; in
    [ "ALL" hostName ] ++ (if domain == null then [ ] else [ "${hostName}.${domain}" ]);
  isElsewhere = host: !(elem host names) && match "[a-z][a-z0-9-]*" host != null;
  sudo = program: [ (wheel program) ] ++ concatMap
    (given: map
      (command: rule (given.users or [ ]) (given.groups or [ ]) (elem "NOPASSWD" (command.options or [ ])) (elem (given.host or "ALL") names))
      (filter (command: (command.command or command) == "ALL") (given.commands or [ ])))
    (filter (given: match "(ALL|root)(:.*)?" (given.runAs or "ALL") != null && !(isElsewhere (given.host or "ALL"))) (program.extraRules or [ ]));
  doas = program: [ (wheel program) ] ++ map (given: rule (given.users or [ ]) (given.groups or [ ]) (given.noPass or false) true)
    (filter (given: given.cmd or null == null && elem (given.runAs or null) [ null "root" ]) (program.extraRules or [ ]));
  by = rules: user:
    let
      own = groupsOf user;
      number = user.uid or null;
      numbers = map (group: (groups.${group} or { }).gid or null) own;
      called = [ "ALL" user.name ] ++ map (group: "%${group}") own ++ (if number == null then [ ] else [ number "#${toString number}" ]);
      fits = rule: any (who: elem who called) rule.users || any (who: elem who own || who != null && elem who numbers) rule.groups;
      mayFit = rule: number == null && any isInt rule.users || elem null numbers && any isInt rule.groups;
      how = rule: if !rule.here then "unknown" else if rule.silent then "silent" else "asks";
    in
    foldl'\'' (last: rule: if fits rule then how rule else if mayFit rule then "unknown" else last) "never" rules;
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
  listens = map (given: { inherit (given) addr; port = given.port or null; }) (sshd.listenAddresses or [ ]);
  opens = sshd.openFirewall or true;
  settings = mapAttrs (_: words) (intersectAttrs
    { PermitRootLogin = { }; AllowUsers = { }; DenyUsers = { }; AllowGroups = { }; DenyGroups = { }; PubkeyAuthentication = { }; AuthenticationMethods = { }; }
    (sshd.settings or { }));
  keyFiles = sshd.authorizedKeysFiles or [ ];
  keyCommand = sshd.authorizedKeysCommand or "none";
  firewall = firewall.enable or true;
  own = any isWritten [ (firewall.extraCommands or "") (firewall.extraInputRules or "") ];
  open = [ (gate "" firewall) ]
    ++ map (name: gate name firewall.interfaces.${name}) (attrNames (firewall.interfaces or { }))
    ++ map (name: gate name { allowedTCPPortRanges = [{ from = 1; to = 65535; }]; }) (firewall.trustedInterfaces or [ ]);
  users = map
    (user: {
      inherit (user) name;
      groups = groupsOf user;
      keys = keysOf user;
      shell = shellOf user;
      becomes = { sudo = by rules.sudo user; doas = by rules.doas user; run0 = if (security.polkit or { }).enable or false then "unknown" else "never"; };
    })
    users;
}' "$@"
}
# ---- lib/shell/here/settings.sh: evaluate_host
# ---- lib/shell/here/far.sh: make_tmp
# ---- lib/shell/here/hear.sh: told_terminal plain_text error_in
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin main
end of ops-doctor

/bin/sh /dev/fd/3 3<<'end of ops-doctor'
# $ /path/to/hey/scripts/ops-doctor.ts vps-ultraman admin@vps_ultraman_root --eval --elevate sudo
#
#  1. ask what it is like  there           exit ssh's
exec 3<&-

main() {
  ask_alone as_root_if_silent tell_health sudo -n --  # ask what it is like
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-doctor'
target='admin@vps_ultraman_root'
own_options='-v -T -a -x -k -o RemoteCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes -o Tunnel=no -o LogLevel=INFO -o VisualHostKey=no -o EscapeChar=none -o SessionType=default -o StdinNull=no -o ForkAfterAuthentication=no -o BatchMode=yes -o ConnectTimeout=2 -o ControlMaster=no -o ControlPath=none'
lane_timeout='3600'
raw=''
# for_target:
# ---- lib/shell/here/far.sh: encode_program make_tmp quoted encoded far own_ssh ask_alone
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly arrow plain_answer answer_begins behind_login calling limit_call called enough heard keep_answer
# ---- lib/shell/here/fact.sh: number clock
# ---- on the target
# ---- lib/shell/there/silent.sh: as_root_if_silent
# ---- lib/shell/there/status.sh: tell_armed tell_status tell_health
# ---- lib/shell/there/facts.sh: profile by_systemd seconds_up limited kernel_of compare number_of tell_facts failed_units restarts looping_units loops
# ---- lib/shell/there/boots.sh: menu_boots menu_of_bootctl menu_of_loader_conf loader_setting loader_entries menu_of_grub
# ---- lib/shell/there/boot-once.sh: efivars grubenv loader_variable by_systemd_boot
# ---- lib/shell/there/guarded.sh: trial alive progress each_open trial_progress
# ---- lib/shell/there/boot-loader.sh: grub_cfg
# ---- lib/shell/there/room.sh: mounted esps left_on
# ---- lib/shell/there/unready.sh: kernels_in_boot disk_of_kernels
# ---- lib/shell/there/store.sh: nix_configuration nix_trusts nix_setting no_trust
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin encode_program main
end of ops-doctor
