# Stands in for nixpkgs: what flake.nix and nix/ use of it, with /bin/sh for a stdenv. A package is a directory under /run/stand-in that is
# not there, but for nodejs, which ./nodejs is to name.
{
  outputs =
    { self }:
    let
      lib = import ./lib.nix;
      packagesFor = system: lib.fix (pkgs: import ./packages.nix { inherit lib system pkgs; });
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] packagesFor;
    };
}
