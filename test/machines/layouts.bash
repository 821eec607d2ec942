# Small flakes in the layouts that people have, after public ones: each function makes one here, and says its hosts. None needs an input.
# Sourced.

# file PATH: of stdin.
file() { mkdir -p "$(dirname "$1")" && cat >"$1"; }
# hosts_in DIR NAME…: a folder with a default.nix for each.
hosts_in() { local name; for name in "${@:2}"; do echo '_: { }' | file "$1/$name/default.nix"; done; }

layout_readdir_impure() { # kin: the hosts themselves want --impure and a variable
  hosts_in hosts edge core nas
  echo '{ outputs = _: { nixosConfigurations = builtins.mapAttrs (name: _: if builtins.getEnv "HEYENV" == "" then throw "HEYENV envvar is missing" else name) (builtins.readDir ./hosts); }; }' | file flake.nix
  hosts='core edge nas'
}

layout_parts_literal() { # flake-parts: hosts/default.nix, folders without a default.nix
  echo '{ flake.nixosConfigurations = let mk = name: { inherit name; }; in { alder = mk "alder"; birch = mk "birch"; }; }' | file hosts/default.nix
  echo '{ }' | file hosts/alder/configuration.nix
  echo '{ outputs = _: (import ./hosts).flake; }' | file flake.nix
  hosts='alder birch'
}

layout_argument_in_block() { # digga: the first brace behind the sign is an argument's
  hosts_in hosts ant bee
  file flake.nix <<'NIX'
{
  outputs = _:
    let mkHost = common: name: _: { inherit name common; };
    in {
      nixosConfigurations = builtins.mapAttrs (mkHost {
        specialArgs = { };
        modules = [ ];
      }) (builtins.readDir ./hosts);
    };
}
NIX
  hosts='ant bee'
}

layout_other_kind() { # a folder of another kind of system beside them
  hosts_in hosts phone desk shelf
  file flake.nix <<'NIX'
{
  outputs = _: {
    nixosConfigurations = {
      desk = import ./hosts/desk { };
      shelf = import ./hosts/shelf { };
    };
    robotnixConfigurations.phone = import ./hosts/phone { };
  };
}
NIX
  hosts='desk shelf'
}

layout_block_and_more() { # a block // what another file has, names from data
  echo '{ "n1": { }, "n2": { }, "n3": { } }' | file zones/data.json
  file flake.nix <<'NIX'
{
  outputs = { self }: {
    colmenaHive.nodes = builtins.fromJSON (builtins.readFile ./zones/data.json);
    nixosConfigurations = {
      own = { };
    } // self.colmenaHive.nodes;
  };
}
NIX
  hosts='n1 n2 n3 own'
}

layout_let_before_block() {
  hosts_in systems ful sek
  file flake.nix <<'NIX'
{
  outputs = { self }: {
    nixosConfigurations =
      let
        nixosSystem = set: set;
      in {
        ful = nixosSystem { modules = [ ./systems/ful ]; };
        sek = nixosSystem { modules = [ ./systems/sek ]; };
      };
  };
}
NIX
  hosts='ful sek'
}

layout_hosts_option() { # flake-parts with an option of its own, src/hosts/N
  hosts_in src/hosts lint moss
  echo '{ hosts.nixos = { lint = ./hosts/lint; moss = ./hosts/moss; }; }' | file src/hosts.nix
  echo '{ outputs = _: { nixosConfigurations = builtins.mapAttrs (_: path: import path) (import ./src/hosts.nix).hosts.nixos; }; }' | file flake.nix
  hosts='lint moss'
}

layout_import_tree() {
  hosts_in hosts elm fir
  echo '{ outputs = _: { nixosConfigurations = builtins.mapAttrs (name: _: import (./hosts + "/${name}")) (builtins.readDir ./hosts); }; }' | file flake.nix
  hosts='elm fir'
}

layout_clan() {
  echo '{ }' | file machines/gnat/physical.nix
  echo '{ }' | file machines/wasp/physical.nix
  echo '{ outputs = _: let clan.config.nixosConfigurations = builtins.mapAttrs (_: _: { }) (builtins.readDir ./machines); in { inherit (clan.config) nixosConfigurations; }; }' | file flake.nix
  hosts='gnat wasp'
}

layout_let_mk() { # hosts/N/configuration.nix
  echo '{ }' | file hosts/web/configuration.nix
  echo '{ }' | file hosts/mail/configuration.nix
  file flake.nix <<'NIX'
{
  outputs = _: {
    nixosConfigurations = let mk = name: { inherit name; }; in {
      web = mk "web";
      mail = mk "mail";
    };
  };
}
NIX
  hosts='mail web'
}

layout_dendritic() {
  echo '{ nixosConfigurations.teal = { }; }' | file modules/hosts/teal/flake-parts.nix
  echo '{ nixosConfigurations.rust = { }; }' | file modules/hosts/rust.nix
  echo '{ outputs = _: { nixosConfigurations = (import ./modules/hosts/teal/flake-parts.nix).nixosConfigurations // (import ./modules/hosts/rust.nix).nixosConfigurations; }; }' | file flake.nix
  hosts='rust teal'
}

layout_let_literal() { # as a name of let, machines/N, agenix
  echo '{ }' | file secrets.nix
  hosts_in machines tin zinc
  file flake.nix <<'NIX'
{
  outputs = _:
    let
      nixosConfigurations = {
        tin = import ./machines/tin { };
        zinc = import ./machines/zinc { };
      };
    in { inherit nixosConfigurations; };
}
NIX
  hosts='tin zinc'
}

layout_template_is_a_host() {
  hosts_in hosts TEMPLATE real
  echo '{ outputs = _: { nixosConfigurations = builtins.readDir ./hosts; }; }' | file flake.nix
  hosts='TEMPLATE real'
}

layout_colmena_only() {
  echo '{ outputs = _: { colmena = { meta = { }; "one.example.net" = { }; }; }; }' | file flake.nix
  hosts=''
}

layout_exports_none() { # the hosts are built by another flake
  hosts_in hosts a b c
  echo '{ outputs = _: { nixosConfigurations = { }; nixosModules = builtins.readDir ./hosts; }; }' | file flake.nix
  hosts=''
}

layout_parts_merge() { # mkMerge (mkHost { name = …; })
  hosts_in nixos/hosts koi eel
  file flake.nix <<'NIX'
{
  outputs = _:
    let
      mkHost = { name, system ? "x86_64-linux" }: { ${name} = { inherit system; }; };
      mkMerge = builtins.foldl' (a: b: a // b) { };
    in {
      nixosConfigurations = mkMerge [
        (mkHost { name = "koi"; })
        (mkHost { name = "eel"; system = "aarch64-linux"; })
      ];
    };
}
NIX
  hosts='eel koi'
}

layout_mention_elsewhere() { # flat modules; one host is mentioned for its packages
  file flake.nix <<'NIX'
{
  outputs = { self }: {
    nixosConfigurations = builtins.listToAttrs (map (name: { inherit name; value.pkgs.tool = name; }) (import ./names.nix));
    packages.x86_64-linux.tool = self.nixosConfigurations.oxygen.pkgs.tool;
  };
}
NIX
  echo '[ "oxygen" "neon" "argon" ]' | file names.nix
  hosts='argon neon oxygen'
}

layout_mention_deploy_rs() { # deploy-rs's own README
  echo '{ laptop = throw "it does not evaluate"; web = { }; db = { }; }' | file machines/default.nix
  file flake.nix <<'NIX'
{
  outputs = { self }: {
    nixosConfigurations = import ./machines;
    deploy.nodes.web.profiles.system.path = self.nixosConfigurations.web;
  };
}
NIX
  hosts='db laptop web'
}

layout_argument_of_mkhosts() {
  hosts_in hosts jay owl
  file flake.nix <<'NIX'
{
  outputs = inputs:
    let mkHosts = dir: { inputs, extraModules ? [ ] }: builtins.readDir dir;
    in {
      nixosConfigurations = mkHosts ./hosts {
        inherit inputs;
        extraModules = [ ];
      };
    };
}
NIX
  hosts='jay owl'
}

layout_parts_folders() { # modules/flake-parts/nixosConfigurations.N/, two of which flake.nix mentions
  local name
  for name in p1 p2 p3 p4; do echo '{ }' | file "modules/flake-parts/nixosConfigurations.$name/default.nix"; done
  file flake.nix <<'NIX'
{
  outputs = { self }: {
    nixosConfigurations = builtins.listToAttrs (map (dir: { name = builtins.substring 20 9 dir; value = { }; }) (builtins.attrNames (builtins.readDir ./modules/flake-parts)));
    checks.x86_64-linux = { one = self.nixosConfigurations.p1; two = self.nixosConfigurations."p2"; };
  };
}
NIX
  hosts='p1 p2 p3 p4'
}

layout_hive_nodes() { # makeHive(…).nodes
  file flake.nix <<'NIX'
{
  outputs = { self }: let makeHive = hive: { nodes = removeAttrs hive [ "meta" ]; }; in {
    nixosConfigurations = (makeHive { meta = { }; h1 = { }; h2 = { }; }).nodes;
  };
}
NIX
  hosts='h1 h2'
}

layout_folders_and_files() { # mapHosts: hosts/N/default.nix and hosts/N.nix
  hosts_in hosts hill dale
  echo '{ }' | file hosts/lake.nix
  echo '{ outputs = _: { nixosConfigurations = builtins.listToAttrs (map (file: { name = builtins.head (builtins.match "([^.]*).*" file); value = { }; }) (builtins.attrNames (builtins.readDir ./hosts))); }; }' | file flake.nix
  hosts='dale hill lake'
}

layout_inherit_in_block() {
  echo '{ db = { }; }' | file more.nix
  echo '{ outputs = _: { nixosConfigurations = { web = 1; inherit (import ./more.nix) db; }; }; }' | file flake.nix
  hosts='db web'
}

layout_names() { # hydra@pve2.example.net is one of a public flake's
  echo '{ outputs = _: { nixosConfigurations = { "hydra@pve2.example.net" = { }; "007" = { }; "grün" = { }; host'"'"' = { }; a_b-c = { }; "core01.example.org" = { }; }; }; }' | file flake.nix
  hosts="007 a_b-c core01.example.org grün host' hydra@pve2.example.net"
}

layout_packages_before() { # nix looks into packages.SYSTEM first
  file flake.nix <<'NIX'
{
  outputs = _: {
    nixosConfigurations = { reed = { }; sedge = { }; };
    packages.x86_64-linux.nixosConfigurations = { sedge = { }; tool = { }; };
    packages.aarch64-linux.nixosConfigurations = { sedge = { }; tool = { }; };
  };
}
NIX
  hosts='reed sedge'
}

layout_legacy_packages_before() { # and then into legacyPackages.SYSTEM; what is there alone is no host
  echo '{ outputs = _: { legacyPackages = { x86_64-linux.nixosConfigurations.box = { }; aarch64-linux.nixosConfigurations.box = { }; }; }; }' | file flake.nix
  hosts=''
}

layouts=$(compgen -A function layout_)
