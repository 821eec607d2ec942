# One evaluation and one build for all of $hosts. $run/HOST/system is then the system of each; what was built is held from garbage
# collection by links in $run. A host of a run that is to be left out has a file $run/HOST/skip.
umask 077
set --
for host in $hosts; do
  mkdir -p "$run/$host"
  rm -f "$run/$host/system"
  if [ -e "$run/$host/skip" ]; then :; else set -- "$@" "$host"; fi
done
step "evaluate $*"
if found=$(systems_of "$@"); then :; else
  # One that does not evaluate ends all, and nix does not say whose fault it was.
  found=
  for host in "$@"; do
    if one=$(systems_of "$host" 2>>"$run/$host/log"); then
      found="$found$one
"
    else
      step "$host does not evaluate: $(sed -n "s/^ *error: *//p" "$run/$host/log" | grep . | tail -n 1)"
    fi
  done
fi
derivations=$(printf "%s\n" "$found" | cut -d " " -f 2 | sort -u | grep . || :)
if [ -z "$derivations" ]; then
  step "nothing can be built; nothing was changed anywhere"
  exit 1
fi
step "build $(printf "%s\n" "$derivations" | wc -l | tr -d " ") systems"
build_all() {
  for one in $derivations; do set -- "$@" "$one"; done
  realise --add-root "$run/built" --indirect "$@" </dev/null >/dev/null
}
if build_all; then built=yes; else built=; fi
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
