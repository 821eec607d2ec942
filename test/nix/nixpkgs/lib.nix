# As nixpkgs has them.
rec {
  fix = f: let x = f x; in x;
  genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
  mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
  filterAttrs = wanted: set: builtins.removeAttrs set (builtins.filter (name: !wanted name set.${name}) (builtins.attrNames set));
  importJSON = file: builtins.fromJSON (builtins.readFile file);
  concatStrings = builtins.concatStringsSep "";
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
  removePrefix = prefix: text:
    if hasPrefix prefix text then builtins.substring (builtins.stringLength prefix) (builtins.stringLength text) text else text;
  optional = wanted: one: if wanted then [ one ] else [ ];
  optionals = wanted: all: if wanted then all else [ ];
  makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/bin") packages);
  fetchers.proxyImpureEnvVars = [ "http_proxy" "https_proxy" "no_proxy" ];
  licenses.mit = { spdxId = "MIT"; };
  platforms.unix = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
  types.package = { name = "package"; };
  mkOption = option: option // { _type = "option"; };
  mkEnableOption = what: mkOption { description = "Whether to enable ${what}."; default = false; };
  literalMD = text: { _type = "literalMD"; inherit text; };
  mkIf = condition: content: { _type = "if"; inherit condition content; };
}
