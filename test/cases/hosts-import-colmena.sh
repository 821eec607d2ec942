# $ ops-hosts.ts --import colmena
# in: /path/to/fleet
/bin/sh /dev/fd/3 3<<'end of ops-hosts'
# $ /path/to/hey/scripts/ops-hosts.ts --import colmena
#
#  1. evaluate colmenaHive, or colmena  here            exit 1
#  2. show it, and write hey.toml       here            exit 1
exec 3<&-
set +abCmvx -euf
unset IFS
if command -v declare >/dev/null 2>&1; then eval 'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS'; fi

main() {
  evaluate_either '.#colmenaHive' '.#colmena'  # $text
  # shown, and written where that is agreed to
  offer_settings /path/to/fleet/hey.toml ''
}

# ---- this run ------------------------------------------------------------------------------------
verb='ops-hosts'              # who speaks

# evaluate: what nix says of an attribute.
evaluate() {
  nix --extra-experimental-features 'nix-command flakes' eval --raw --apply 'let hosts = [ "vps-ultraman" "web1" "web2" ]; settable = { port = "[1-9][0-9]{0,4}"; user = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; hostkeyalias = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; identityfile = "(~/|/)?[A-Za-z0-9_.@+,][A-Za-z0-9_.@+,/-]*"; certificatefile = "(~/|/)?[A-Za-z0-9_.@+,][A-Za-z0-9_.@+,/-]*"; identitiesonly = "yes|no"; proxyjump = "([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?(,([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?)*"; addressfamily = "any|inet|inet6"; bindaddress = "[A-Za-z0-9_:][A-Za-z0-9_.:-]*"; bindinterface = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; compression = "yes|no"; connecttimeout = "[1-9][0-9]?"; connectionattempts = "[1-9][0-9]?"; serveraliveinterval = "[1-9][0-9]?"; serveralivecountmax = "[1-9][0-9]?"; tcpkeepalive = "yes|no"; stricthostkeychecking = "yes"; forwardagent = "no"; forwardx11 = "no"; }; in
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
      own = if tried.success then tried.value else note "it does not evaluate; look for what is missing";
    in
    [ "" ] ++ (if known then head ++ own else map (line: "# ${line}") (head ++ own));
  character = code: builtins.fromJSON "\"\\u${code}\"";
  hidden = map character (concatMap (range: map (last: range + last) (letters "0123456789abcdef")) [ "001" "008" "009" "200" "202" "206" ]
    ++ map (last: "000" + last) (letters "123456789abcdef") ++ [ "007f" "00ad" "061c" "180e" "feff" ]);
  plain = builtins.replaceStrings hidden (map (_: "?") hidden);
  file = tool: tables: concatStringsSep "\n" (map plain (
    note "What this flake says for ${tool}. A line with a # has no place in hey.toml."
    ++ noteIf (hosts == [ ]) "The flake has no nixosConfigurations, and hey reaches no others: it deploys none of these."
    ++ tables)) + "\n";
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
file "Colmena" (concatMap node names)' "$@"
}

# ---- lib/shell/here/settings.sh ------------------------------------------------------------------
# Files of this user's that hey writes.

# write_settings FILE TEXT.
write_settings() {
  printf "%s\n" "$2" >"$1"
  step "written to $1"
}

# offer_settings FILE CONSENT: shows $text, and writes it to the file, if that is not there: with CONSENT "yes", or where a person agrees.
# Ends: where the file is there, with 1.
offer_settings() {
  local there_already
  # A shell that redirects to it has made it, without anything in it.
  if [ -n "$1" ] && [ -s "$1" ]; then there_already=yes; else there_already=; fi
  printf "%s\n" "$text"
  if [ -z "$1" ]; then
    step "shown only: the flake is no directory here"
  elif [ -n "$there_already" ]; then
    step "shown only: $1 is there already. Try: move it away"
    exit 1
  elif [ "$2" = yes ]; then
    write_settings "$1" "$text"
  elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
    if agreed_to "Write this to $1?"; then write_settings "$1" "$text"; else step "nothing was written"; fi
  else
    step "shown only. Try: --yes, or redirect it to $1"
  fi
}

# evaluate_either ATTRIBUTE OTHER: what is missing, or only the other can be read, is no error while there is the other. Sets: text.
evaluate_either() { text=$(evaluate "$1" 2>/dev/null) || text=$(evaluate "$2"); }

# ---- lib/shell/here/question.sh ------------------------------------------------------------------
# Questions to a person, on the terminal.

# forget_typed: what was typed before a question could be read is no answer to it: taken off the terminal, a half line too. Sets: interrupted.
# Ends: at a ^C.
forget_typed() {
  local terminal
  # A ^C counts, but not before the terminal is again as it was.
  interrupted=
  trap "interrupted=yes" INT
  terminal=$(stty -g </dev/tty)
  stty -icanon min 0 time 0 </dev/tty || :
  sed d </dev/tty || :
  stty "$terminal" </dev/tty
  trap "exit 130" INT
  if [ -n "$interrupted" ]; then exit 130; fi
}

# question TEXT: what a person says to it; nothing at the end of the input. Sets: reply.
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}

# agreed_to TEXT: whether that is a yes.
agreed_to() {
  question "$1 [y/N] "
  case $reply in
    [yY] | [yY][eE][sS]) ;;
    *) return 1 ;;
  esac
}

# ---- lib/shell/here/run.sh -----------------------------------------------------------------------
# The beginning and the end of every script.

# step WORDS...: says what is done now, or how it ended. Sets: said.
step() {
  said="$*"
  printf "%s\n" "$verb: $said" >&2 || :
}

# at_end FUNCTION: has it called when the script ends, however it ends; the last one that was added goes first. Sets: hooks.
at_end() { hooks="$1 $hooks"; }

# begin: from here on one function ends the script, whatever ends it. Sets: said, hooks, last_words, facts, from, changed, tmp, left_open,
# status.
begin() {
  said='' hooks='' last_words='' facts='' from='' changed='' tmp='' left_open='' status=0
  at_end say_last_words
  trap 'status=$?; end_run' EXIT
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 131" QUIT; trap "exit 141" PIPE; trap "exit 143" TERM
}

# end_run: what was added by at_end. A second ^C waits for nothing. Ends: at that.
end_run() {
  local hook
  trap "clean_up; exit 130" INT
  for hook in $hooks; do "$hook" || :; done
}

# say_last_words: what is true of the target, and what to type, where the script ended before its end.
say_last_words() { if [ "$status" -gt 0 ] && [ -n "$last_words" ]; then step "$last_words"; fi; }

# clean_up: takes the private directories away.
clean_up() {
  if [ -z "$tmp" ]; then return 0; fi
  # A connection that is left open needs its place.
  if [ -n "$left_open" ]; then find "$tmp" -mindepth 1 ! -name ssh -exec rm -rf {} + || :; else rm -rf "$tmp" || :; fi
}

begin
main
end of ops-hosts
