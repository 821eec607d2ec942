{
  description = "A small fleet to deploy to, without NixOS and without inputs";

  outputs = { self }:
    let
      mkHost = import ./lib/mk-host.nix;
      names = builtins.attrNames (builtins.readDir ./hosts);
    in
    {
      nixosConfigurations = builtins.listToAttrs (map
        (name: { inherit name; value = mkHost { inherit name; dir = ./hosts + "/${name}"; }; })
        names);
    };
}
