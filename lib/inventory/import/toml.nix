# What the others share: hey.toml as text. The names that it may have are in `hosts`, which is null where they aren't known, and ssh's options that it may
# set in `settable`, with a regular expression for their values. `only` is null, the name of the one node that is looked at, or true where the names of
# the nodes are asked for. Those of `broken` would end the evaluation.
let
  inherit (builtins) attrNames concatMap concatStringsSep elem filter isBool isList isString length map match substring stringLength toJSON;
  key = name: if match "[A-Za-z0-9_-]+" name == null then toJSON name else name;
  isTarget = text: match "([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9a-fA-F:]+)" text != null;
  isName = text: match "[A-Za-z0-9_][A-Za-z0-9_.-]*" text != null;
  isHost = text: match "[A-Za-z0-9_][A-Za-z0-9_.@+=:~'-]*" text != null;
  isPair = text: match "[A-Za-z][A-Za-z0-9]*=[^[:space:]]+" text != null;
  lower = builtins.replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz");
  letters = text: builtins.genList (at: substring at 1 text) (stringLength text);
  isSettable = pair:
    let
      parts = match "([^=]*)=(.*)" pair;
      name = lower (builtins.head parts);
    in
    settable ? ${name} && match settable.${name} (builtins.elemAt parts 1) != null;
  # A line, or none.
  say = name: value: if value == null || value == [ ] then [ ] else [ "${name} = ${toJSON value}" ];
  note = text: [ "# ${text}" ];
  noteIf = condition: text: if condition then note text else [ ];
  # Where a target is no word for ssh alone, like one with a port.
  target = to: if isTarget to then say "target" to else note "target ${toJSON to}: no word for ssh here; an ssh alias can say it";
  tags = all: say "tags" (filter isName all) ++ noteIf (filter (tag: !(isName tag)) all != [ ]) "tags with other characters are left out: ${toJSON (filter (tag: !(isName tag)) all)}";
  login = user: host: if user == null then host else "${user}@${host}";
  elevate = program: if elem program [ "sudo" "doas" "run0" ] then say "elevate" program else note "elevate: hey knows sudo, doas and run0, not ${toJSON program}";
  table = name: lines:
    let
      known = isHost name && (hosts == null || elem name hosts);
      head = (if known then [ ] else [ (if isHost name then "the flake has no host of this name; call it as it is called there" else "hey takes no host of such a name") ]) ++ [ "[hosts.${key name}]" ];
      # A node that does not evaluate loses no other.
      tried = builtins.tryEval (builtins.deepSeq lines lines);
      own = if !(elem name broken) && tried.success then tried.value else note "it does not evaluate; look for what is missing";
    in
    [ "" ] ++ (if known then head ++ own else map (line: "# ${line}") (head ++ own));
  # The text of a flake is data: a line of it stays one, and nothing in it moves a cursor or turns the reading direction.
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
