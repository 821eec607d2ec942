# systems_of HOST...: a line for each: its name, its derivation, its path
systems_of() {
  list=
  for host in "$@"; do list="$list \"$host\""; done
  evaluate --apply "all: builtins.concatStringsSep \"\" (map (host: let system = all.\${host}.config.system.build.toplevel; in \"\${host} \${system.drvPath} \${system.outPath}\\n\") [$list ])" </dev/null
}
