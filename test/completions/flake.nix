{
  # nixosConfigurations.in-comment = 1;
  outputs = { self, nixpkgs }: {
    nixosConfigurations.extra-box = nixpkgs.lib.nixosSystem { };  # nixosConfigurations.after-comment
    nixosConfigurations."quoted-box" = nixpkgs.lib.nixosSystem { };
    mynixosConfigurations.not-one = { };
    nixosConfigurations."${name}" = { };
    packages.x = nixosConfigurations . spaced;
  };
}
