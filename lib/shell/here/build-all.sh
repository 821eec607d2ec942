# One evaluation and one build for several hosts.

# systems_of HOST...: a line for each: its name, its derivation, its path.
systems_of() {
  local list host
  if [ $# -eq 1 ]; then
    # As it is built alone: nix may find it elsewhere than all together.
    evaluate --apply "host: let system = host.config.system.build.toplevel; in \"$1 \${system.drvPath} \${system.outPath}\\n\"" "$configurations.\"$1\"" </dev/null
    return
  fi
  list=
  for host in "$@"; do list="$list \"$host\""; done
  evaluate --apply "all: builtins.concatStringsSep \"\" (map (host: let system = all.\${host}.config.system.build.toplevel; in \"\${host} \${system.drvPath} \${system.outPath}\\n\") [$list ])" "$configurations" </dev/null
}

# show_systems HOST...: their systems, for comparison with what runs; one that does not evaluate ends all others, so they are then tried one by one.
show_systems() {
  local found one
  if found=$(systems_of "$@" 2>/dev/null); then
    printf "%s\n" "$found"
  else
    for one in "$@"; do systems_of "$one" 2>/dev/null || step "$one does not evaluate"; done
  fi
}

# build_all HOST...: $run/HOST/system is then the system of each; what was built is held from garbage collection by links in $run. A host of a run
# that is to be left out has a file $run/HOST/skip. Ends: where one was not built.
build_all() {
  local host found one derivations built missing path name
  umask 077
  make_tmp
  for host in "$@"; do
    shift
    mkdir -p "$run/$host"
    rm -f "$run/$host/system"
    if [ -e "$run/$host/skip" ]; then :; else set -- "$@" "$host"; fi
  done
  step "evaluate $*"
  if found=$(beside_plainly systems_of "$@"); then :; else
    # One that does not evaluate ends all, and nix does not say whose fault it was.
    found=
    for host in "$@"; do
      if one=$(beside_plainly systems_of "$host" 2>>"$run/$host/log"); then
        found="$found$one
"
      else
        step "$host does not evaluate: $(error_in "$run/$host/log")"
      fi
    done
  fi
  derivations=$(printf "%s\n" "$found" | cut -d " " -f 2 | sort -u | grep . || :)
  if [ -z "$derivations" ]; then
    step "nothing can be built; nothing was changed anywhere"
    exit 1
  fi
  step "build $(printf "%s\n" "$derivations" | wc -l | tr -d " ") systems"
  # shellcheck disable=SC2086
  if realise --add-root "$run/.built" --indirect $derivations </dev/null >/dev/null; then built=yes; else built=; fi
  missing=
  for host in "$@"; do
    path=$(printf "%s\n" "$found" | while read -r name _ path; do if [ "$name" = "$host" ]; then echo "$path"; fi; done)
    if [ -z "$path" ]; then
      missing="$missing${missing:+, }$host"
    elif [ -n "$built" ] || { nix-store --check-validity "$path" && nix-store --realise --add-root "$run/$host/root" --indirect "$path"; } </dev/null >/dev/null 2>&1; then
      ln -sfn "$path" "$run/$host/system"
    else
      step "$host was not built"
      missing="$missing${missing:+, }$host"
    fi
  done
  if [ -n "$missing" ]; then
    step "not built: $missing"
    exit 1
  fi
}
