# node_modules as package-lock.json has it, but for what only development needs.
#
# nixpkgs' own ways go by the addresses in a lock file (`resolved`), of which this one records none, as every registry has others:
# fetchNpmDeps leaves out what has no address, so that npm finds nothing offline, and importNpmLock does not evaluate. So npm fetches
# each tarball from the registry that it is set up for, and what it gets must have the lock's own hash: none is needed here.
{ lib, stdenvNoCC, runCommand, nodejs }:
let
  inherit (stdenvNoCC) hostPlatform;
  # In node's words.
  os = if hostPlatform.isDarwin then "darwin" else "linux";
  cpu = if hostPlatform.isAarch64 then "arm64" else "x64";

  lock = lib.importJSON ../package-lock.json;
  wanted =
    path: module:
    path != "" && !(module.dev or false) && builtins.elem os (module.os or [ os ]) && builtins.elem cpu (module.cpu or [ cpu ]);
  modules = lib.filterAttrs wanted lock.packages;

  tarball =
    name: module:
    runCommand "${builtins.replaceStrings [ "@" "/" ] [ "" "-" ] name}-${module.version}.tgz"
      {
        nativeBuildInputs = [ nodejs ];
        outputHash = module.integrity;
        outputHashMode = "flat";
        # Of whoever builds: behind a proxy, or with a registry of their own.
        impureEnvVars = lib.fetchers.proxyImpureEnvVars ++ [ "npm_config_registry" "NODE_EXTRA_CA_CERTS" ];
      }
      ''
        export HOME=$TMPDIR
        npm pack --silent ${name}@${module.version}
        mv ./*.tgz $out
      '';

  unpacked =
    path: module:
    let
      name = lib.removePrefix "node_modules/" path;
    in
    ''
      mkdir -p $out/node_modules/${name}
      tar -xzf ${tarball name module} -C $out/node_modules/${name} --strip-components=1 --no-same-owner
    '';
in
# No path of this lock is nested, and no package has another name than its path.
assert builtins.all (path: builtins.match "(node_modules/(@[^/]+/)?[^/]+)?" path != null) (builtins.attrNames lock.packages);
runCommand "hey-node-modules" { } ''
  ${lib.concatStrings (lib.mapAttrsToList unpacked modules)}
  chmod -R u+w,a+rX $out
  # npm writes it last; without it lib/start takes these for an installation that was cut off.
  cp ${../package-lock.json} $out/node_modules/.package-lock.json
''
