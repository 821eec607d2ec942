{
  lib,
  stdenvNoCC,
  callPackage,
  nodejs,
  coreutils,
  findutils,
  gawk,
  git,
  gnugrep,
  gnused,
  gnutar,
  nix,
  nixos-rebuild-ng,
  openssh,
  util-linux,
  disko,
  nodeModules ? callPackage ./node-modules.nix { },
}:
let
  installed = [ "completions" "lib" "nixos" "scripts" "package.json" "tsconfig.json" ];
  root = toString ../.;

  # The machine's own programs go first: its nix fits its daemon, its ssh its configuration. nixos-anywhere is run by nix; nh is left
  # out, as `hey sync` would prefer it.
  elsewhere = [ openssh git nix nixos-rebuild-ng gnutar coreutils findutils gawk gnugrep gnused util-linux ]
    ++ lib.optional stdenvNoCC.hostPlatform.isLinux disko;
in
stdenvNoCC.mkDerivation {
  pname = "hey";
  version = (lib.importJSON ../package.json).version;

  src = builtins.path {
    name = "hey";
    path = ../.;
    filter = path: _: builtins.any (top: path == "${root}/${top}" || lib.hasPrefix "${root}/${top}/" path) installed;
  };

  # No wrapper around scripts/hey: it tells by $0 what a person types, and the verbs are programs too.
  postPatch = ''
    substituteInPlace lib/start --replace-fail 'shift 2' 'shift 2
    PATH=${lib.makeBinPath [ nodejs ]}:$PATH:${lib.makeBinPath elsewhere}
    export PATH'
  '';

  dontBuild = true;
  installPhase = ''
    runHook preInstall
    mkdir -p $out/share/hey $out/bin
    cp -R ${toString installed} $out/share/hey/
    # By that name, as node goes by where a link leads.
    ln -s ${nodeModules}/node_modules $out/share/hey/node_modules
    ln -s ../share/hey/scripts/hey $out/bin/hey

    mkdir -p $out/share/bash-completion/completions $out/share/zsh/site-functions $out/share/fish/vendor_completions.d
    ln -s ../../hey/completions/hey.bash $out/share/bash-completion/completions/hey
    ln -s ../../hey/completions/_hey-scripts $out/share/zsh/site-functions/_hey-scripts
    ln -s ../../hey/completions/hey.fish $out/share/fish/vendor_completions.d/hey.fish

    HOME=$TMPDIR $out/bin/hey help --man-dir $out/share/man/man1
    runHook postInstall
  '';

  meta = {
    description = "Deploys NixOS machines from a flake: what it prints is what it runs";
    license = lib.licenses.mit;
    mainProgram = "hey";
    platforms = lib.platforms.unix;
  };
}
