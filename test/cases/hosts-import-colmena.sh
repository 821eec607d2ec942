# $ ops-hosts.ts --import colmena
# in: /path/to/fleet
/bin/sh /dev/fd/3 3<<'end of ops-hosts'
# $ /path/to/hey/scripts/ops-hosts.ts --import colmena
#
#  1. evaluate colmenaHive, or colmena  here            exit 1
#  2. show it, and write hey.toml       here            exit 1
exec 3<&-

main() {
  evaluate_either '.#colmenaHive' '.#colmena'  # $text
  # shown, and written where that is agreed to
  offer_settings /path/to/fleet/hey.toml '' /path/to/fleet/hey.toml
}
# ---- this run ------------------------------------------------------------------------------------
verb='ops-hosts'
raw=''

# evaluate: what nix says of an attribute.
evaluate() {
  harmlessly . nix --extra-experimental-features 'nix-command flakes' eval --raw --system none --option extra-extra-platforms x86_64-linux --apply 'let only = '"$only"'; broken = ['"$broken"' ]; hosts = [ "vps-ultraman" "web1" "web2" ]; settable = { port = "[1-9][0-9]{0,4}"; user = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; hostkeyalias = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; identityfile = "(~/|/)?[A-Za-z0-9_.@+,][A-Za-z0-9_.@+,/-]*"; certificatefile = "(~/|/)?[A-Za-z0-9_.@+,][A-Za-z0-9_.@+,/-]*"; identitiesonly = "yes|no"; proxyjump = "([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?(,([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?)*"; addressfamily = "any|inet|inet6"; bindaddress = "[A-Za-z0-9_:][A-Za-z0-9_.:-]*"; bindinterface = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; compression = "yes|no"; connecttimeout = "[1-9][0-9]?"; connectionattempts = "[1-9][0-9]?"; serveraliveinterval = "[1-9][0-9]?"; serveralivecountmax = "[1-9][0-9]?"; tcpkeepalive = "yes|no"; stricthostkeychecking = "yes"; forwardagent = "no"; forwardx11 = "no"; }; in
let
  inherit (builtins) attrNames concatMap concatStringsSep elem filter isBool isList isString length map match substring stringLength toJSON;
  key = name: if match "[A-Za-z0-9_-]+" name == null then toJSON name else name;
  isTarget = text: match "([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9a-fA-F:]+)" text != null;
  isName = text: match "[A-Za-z0-9_][A-Za-z0-9_.-]*" text != null;
  isHost = text: match "[A-Za-z0-9_][A-Za-z0-9_.@+=:~'\''-]*" text != null;
  isPair = text: match "[A-Za-z][A-Za-z0-9]*=[^[:space:]]+" text != null;
  lower = builtins.replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz");
  letters = text: builtins.genList (at: substring at 1 text) (stringLength text);
  isSettable = pair:
    let
      parts = match "([^=]*)=(.*)" pair;
      name = lower (builtins.head parts);
    in
    settable ? ${name} && match settable.${name} (builtins.elemAt parts 1) != null;
  say = name: value: if value == null || value == [ ] then [ ] else [ "${name} = ${toJSON value}" ];
  note = text: [ "# ${text}" ];
  noteIf = condition: text: if condition then note text else [ ];
  target = to: if isTarget to then say "target" to else note "target ${toJSON to}: no word for ssh here; an ssh alias can say it";
  tags = all: say "tags" (filter isName all) ++ noteIf (filter (tag: !(isName tag)) all != [ ]) "tags with other characters are left out: ${toJSON (filter (tag: !(isName tag)) all)}";
  login = user: host: if user == null then host else "${user}@${host}";
  elevate = program: if elem program [ "sudo" "doas" "run0" ] then say "elevate" program else note "elevate: hey knows sudo, doas and run0, not ${toJSON program}";
  table = name: lines:
    let
      known = isHost name && (hosts == null || elem name hosts);
      head = (if known then [ ] else [ (if isHost name then "the flake has no host of this name; call it as it is called there" else "hey takes no host of such a name") ]) ++ [ "[hosts.${key name}]" ];
      tried = builtins.tryEval (builtins.deepSeq lines lines);
      own = if !(elem name broken) && tried.success then tried.value else note "it does not evaluate; look for what is missing";
    in
    [ "" ] ++ (if known then head ++ own else map (line: "# ${line}") (head ++ own));
  character = code: builtins.fromJSON "\"\\u${code}\"";
  hidden = map character (concatMap (range: map (last: range + last) (letters "0123456789abcdef")) [ "001" "008" "009" "200" "202" "206" ]
    ++ map (last: "000" + last) (letters "123456789abcdef") ++ [ "007f" "00ad" "061c" "180e" "feff" ]);
  plain = builtins.replaceStrings hidden (map (_: "?") hidden);
  file = tool: node: names: if only == true then concatStringsSep "\n" (map literal names) else concatStringsSep "\n" (map plain (
    note "What this flake says for ${tool}. A line with a # has no place in hey.toml."
    ++ noteIf (hosts == [ ]) "The flake has no nixosConfigurations, and hey reaches no others: it deploys none of these."
    ++ concatMap node (if only == null then names else [ only ]))) + "\n";
  literal = name: builtins.replaceStrings [ "$" ] [ "\\$" ] (toJSON name);
in
hive:
let
  isHive = hive ? nodes && hive ? toplevel;
  unread = throw "not read here";
  module = name: given:
    let
      opened = if builtins.isPath given || isString given then import given else given;
      arguments = builtins.functionArgs opened;
      called = if builtins.isFunction opened then opened ((builtins.mapAttrs (_: _: unread) arguments) // { inherit name; }) else opened;
      found = (called.config or called).deployment or { };
      try = value: let tried = builtins.tryEval (builtins.deepSeq value value); in if tried.success then tried.value else { unread = true; };
      all = modules: builtins.foldl'\'' merge { } (map (module name) modules);
    in
    if isList given then all given else merge (try (all (called.imports or [ ]))) (try found);
  merge = one: other: one // other // { tags = (one.tags or [ ]) ++ (other.tags or [ ]); };
  deployment = name: if isHive then hive.nodes.${name}.config.deployment else merge (module name (hive.defaults or { })) (module name hive.${name});
  names = if isHive then attrNames hive.nodes else filter (name: !(elem name [ "meta" "network" "defaults" ])) (attrNames hive);
  node = name:
    let
      about = deployment name;
      host = about.targetHost or name;
      user = about.targetUser or "root";
      keys = attrNames (about.keys or { });
    in
    table name (
      noteIf (about.unread or false) "not all of it can be read without Colmena; look for what is missing"
      ++ (if (about.unread or false) && !(about ? targetHost) then [ ] else if host == null then note "targetHost = null: only for the machine itself, by hey sync" else target (login user host))
      ++ tags (about.tags or [ ])
      ++ (if user == "root" then [ ] else elevate (builtins.head (about.privilegeEscalationCommand or [ "sudo" ])))
      ++ say "ssh-option" (if about.targetPort or null == null then null else [ "Port=${toString about.targetPort}" ])
      ++ say "build-on" (if about.buildOnTarget or false then "target" else null)
      ++ noteIf (about.allowLocalDeployment or false) "allowLocalDeployment: on the machine itself type hey sync"
      ++ noteIf (keys != [ ]) "keys ${toJSON keys}: hey sends ssh keys only, by which agenix and sops-nix decrypt the rest"
    );
in
file "Colmena" node names' "$@"
}
# ---- lib/shell/here/settings.sh: write_settings offer_settings trust_settings evaluate_either evaluate_each
# ---- lib/shell/here/far.sh: make_tmp
# ---- lib/shell/here/hear.sh: told_terminal harmless_letters plain_text for_terminal plainly enough beside_plainly
# ---- lib/shell/here/log.sh: is_own is_plain find_notes
# ---- lib/shell/here/trust.sh: sum_of trust_note keep_trust
# ---- lib/shell/here/question.sh: forget_typed question agreed_to
# ---- lib/shell/here/harmless.sh: newline git_says harmlessly without_git_words
# ---- lib/shell/here/run.sh: step at_end begin end_run say_last_words clean_up
# begin find_notes main
end of ops-hosts
