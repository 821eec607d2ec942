# For Nix users. nixpkgs could not be reached where this was written: it is evaluated, and its package built, with the stand-in for
# nixpkgs of test/nix/, which knows only what is used here. Not tried: nixpkgs' own stdenv (its fixup phase above all), NixOS's and
# home-manager's module systems, darwin, and the tests in the devShell.
#
# There is no flake.lock, as it would name a nixpkgs that nobody has built this with. As an input of your own flake it needs none
# (`inputs.hey.inputs.nixpkgs.follows = "nixpkgs"`); `nix run` of it alone wants --no-write-lock-file.
{
  description = "hey: deploys NixOS machines from a flake; what it prints is what it runs";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = outputs: nixpkgs.lib.genAttrs systems (system: outputs nixpkgs.legacyPackages.${system} self.packages.${system}.hey);
      module = import ./nix/module.nix self;
    in
    {
      packages = each (pkgs: hey: {
        inherit hey;
        default = hey;
      } // self.overlays.default pkgs pkgs);

      apps = each (pkgs: hey: {
        default = {
          type = "app";
          program = "${hey}/bin/hey";
        };
      });

      overlays.default = final: _: { hey = final.callPackage ./nix/package.nix { }; };

      nixosModules = {
        default = module (package: {
          environment.systemPackages = [ package ];
          # Where the shells look for completions; NixOS links these only with the shells' own options.
          environment.pathsToLink = [ "/share/bash-completion" "/share/fish" "/share/zsh" ];
        });
        trial-boot = import ./nixos/trial-boot.nix;
      };

      homeModules.default = module (package: { home.packages = [ package ]; });

      devShells = each (pkgs: _: { default = pkgs.callPackage ./nix/shell.nix { }; });

      checks = each (pkgs: hey: {
        runs = pkgs.runCommand "hey-runs" { } ''
          export HOME=$TMPDIR
          ${hey}/bin/hey --version
          [ "$(${hey}/bin/hey ops ssh vps --print)" = "ssh root@vps" ]
          touch $out
        '';
      });
    };
}
