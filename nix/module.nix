# `programs.hey.enable`, for NixOS and home-manager alike: they differ in where a package is installed. Completions for bash, zsh and
# fish, and the man pages, lie in the package where the shells and man look for them.
self: install:
{ config, lib, pkgs, ... }:
let
  cfg = config.programs.hey;
in
{
  options.programs.hey = {
    enable = lib.mkEnableOption "hey, which deploys NixOS machines from a flake";
    package = lib.mkOption {
      type = lib.types.package;
      default = self.packages.${pkgs.stdenv.hostPlatform.system}.hey;
      defaultText = lib.literalMD "`hey` of its own flake";
      description = "The package that is installed.";
    };
  };

  config = lib.mkIf cfg.enable (install cfg.package);
}
