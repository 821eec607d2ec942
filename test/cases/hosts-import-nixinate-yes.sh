# $ ops-hosts.ts --import nixinate --yes
# in: /path/to/fleet
(
verb=ops-hosts
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2 || :; }
state=
ended=0
abandon() { :; }
clean() { :; }
report() { :; }
note() { :; }
heard() { :; }
heard_number() { :; }
trap 'ended=$?; trap "clean; exit 130" INT; abandon; report; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi; note' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 131" QUIT
trap "exit 141" PIPE
trap "exit 143" TERM
step 'evaluate nixosConfigurations'
text=$(nix --extra-experimental-features 'nix-command flakes' eval --raw --apply 'let hosts = [ "vps-ultraman" "web1" "web2" ]; settable = { port = "[1-9][0-9]{0,4}"; user = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; hostkeyalias = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; identityfile = "(~/|/)?[A-Za-z0-9_.@+,][A-Za-z0-9_.@+,/-]*"; certificatefile = "(~/|/)?[A-Za-z0-9_.@+,][A-Za-z0-9_.@+,/-]*"; identitiesonly = "yes|no"; proxyjump = "([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?(,([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?)*"; addressfamily = "any|inet|inet6"; bindaddress = "[A-Za-z0-9_:][A-Za-z0-9_.:-]*"; bindinterface = "[A-Za-z0-9_][A-Za-z0-9_.-]*"; compression = "yes|no"; connecttimeout = "[1-9][0-9]?"; connectionattempts = "[1-9][0-9]?"; serveraliveinterval = "[1-9][0-9]?"; serveralivecountmax = "[1-9][0-9]?"; tcpkeepalive = "yes|no"; stricthostkeychecking = "yes"; forwardagent = "no"; forwardx11 = "no"; }; in
let
  inherit (builtins) attrNames concatMap concatStringsSep elem filter isBool isList isString length map match substring stringLength toJSON;
  key = name: if match "[A-Za-z0-9_-]+" name == null then toJSON name else name;
  isTarget = text: match "([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9a-fA-F:]+)" text != null;
  isName = text: match "[A-Za-z0-9_][A-Za-z0-9_.-]*" text != null;
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
      known = isName name && (hosts == [ ] || elem name hosts);
      head = (if known then [ ] else [ (if isName name then "the flake has no host of this name; call it as it is called there" else "hey takes no host of such a name") ]) ++ [ "[hosts.${key name}]" ];
    in
    [ "" ] ++ (if known then head ++ lines else map (line: "# ${line}") (head ++ lines));
  file = tool: tables: concatStringsSep "\n" (note "What this flake says for ${tool}. A line with a # has no place in hey.toml." ++ tables) + "\n";
in
configurations:
let
  has = name: (configurations.${name}._module.args or { }) ? nixinate;
  node = name:
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
file "nixinate" (concatMap node (filter has (attrNames configurations)))' '.#nixosConfigurations')
forget_typed() {
  interrupted=
  trap "interrupted=yes" INT
  terminal=$(stty -g </dev/tty)
  stty -icanon min 0 time 0 </dev/tty || :
  sed d </dev/tty || :
  stty "$terminal" </dev/tty
  trap "exit 130" INT
  if [ -n "$interrupted" ]; then exit 130; fi
}
question() {
  forget_typed
  printf "%s" "$1" >/dev/tty
  IFS= read -r reply </dev/tty || reply=
}
agreed() {
  question "$1 [y/N] "
  case $reply in
    [yY] | [yY][eE][sS]) ;;
    *) return 1 ;;
  esac
}
file='/path/to/fleet/hey.toml'
consent='yes'
if [ -n "$file" ] && [ -s "$file" ]; then there=yes; else there=; fi
printf "%s\n" "$text"
write_settings() {
  printf "%s\n" "$text" >"$file"
  step "written to $file"
}
if [ -z "$file" ]; then
  step "shown only: the flake is no directory here"
elif [ -n "$there" ]; then
  step "shown only: $file is there already. Try: move it away"
  exit 1
elif [ "$consent" = yes ]; then
  write_settings
elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
  if agreed "Write this to $file?"; then write_settings; else step "nothing was written"; fi
else
  step "shown only. Try: --yes, or redirect it to $file"
fi
)
