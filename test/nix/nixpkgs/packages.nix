{ lib, system, pkgs }:
let
  names = import ./names.nix;
  stub = name: { inherit name; type = "derivation"; outPath = if name == "nodejs" then builtins.readFile ./nodejs else "/run/stand-in/${name}"; };

  # Phases as nixpkgs' stdenv runs them, without hooks and without its fixup.
  build = attrs: script: derivation ({
    inherit system;
    builder = "/bin/sh";
    args = [ "-euc" "${builtins.readFile ./setup.sh}\n${script}" ];
    PATH = lib.makeBinPath ([ pkgs.nodejs ] ++ [ "/usr" "" ]);
  } // builtins.removeAttrs attrs [ "meta" "nativeBuildInputs" "pname" "version" ]
  // { name = attrs.name or "${attrs.pname}-${attrs.version}"; });
in
builtins.listToAttrs (map (name: { inherit name; value = stub name; }) names) // {
  inherit lib;
  stdenv = pkgs.stdenvNoCC;
  stdenvNoCC = {
    hostPlatform = {
      inherit system;
      isDarwin = builtins.match ".*-darwin" system != null;
      isLinux = builtins.match ".*-linux" system != null;
      isAarch64 = builtins.match "aarch64-.*" system != null;
    };
    mkDerivation = attrs: build attrs ''
      cp -R "$src" source
      chmod -R u+w source
      cd source
      eval "$postPatch"
      eval "$installPhase"
    '' // { inherit (attrs) meta; };
  };
  runCommand = name: attrs: script: build (attrs // { inherit name; }) script;
  mkShell = { packages }: build { name = "shell"; inherit packages; } "touch $out";
  callPackage = file: given:
    let
      function = import file;
      wanted = builtins.functionArgs function;
      # What has a default and is no package stays as it is.
      found = builtins.intersectAttrs wanted pkgs;
    in
    function (found // given) // { override = more: pkgs.callPackage file (given // more); };
}
