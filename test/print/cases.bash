# check_all WHAT [CASE-FILE…]: checks the cases, two at once, each where this machine has the global key that it asks for. Sourced.
# shellcheck disable=SC2154
check_all() {
  local what=$1 status=0 which
  shift
  [ $# -gt 0 ] || set -- "$BATS_TEST_DIRNAME"/../cases/*.sh
  export HEY_ACCEPT=${HEY_ACCEPT-}
  for which in none /etc/ssh /persist/etc/ssh; do
    cases_with "$which" "$@" | with_global_key "$which" xargs -d '\n' -r -P 2 -n 1 --process-slot-var=slot \
      "$BATS_TEST_DIRNAME/check" "$what" "$BATS_FILE_TMPDIR/machines" || status=1
  done
  return $status
}

cases_with() {
  if [ "$1" = none ]; then grep -L '^# global key: ' "${@:2}"; else grep -lx "# global key: $1" "${@:2}"; fi
}

with_global_key() {
  local machines=$BATS_FILE_TMPDIR/machines
  local which=$1
  shift
  if ! "$BATS_TEST_DIRNAME/../lib/sandbox" --works; then
    [ "$which" != none ] || { "$@"; return; }
    cat >/dev/null
    echo "# SKIPPED: cases with a global key: namespaces aren't allowed here" >&3
    return
  fi
  case $which in
    none) "$BATS_TEST_DIRNAME/../lib/sandbox" "$machines/etc/none" '' "$@" ;;
    /etc/ssh) "$BATS_TEST_DIRNAME/../lib/sandbox" "$machines/etc/global" '' "$@" ;;
    *) "$BATS_TEST_DIRNAME/../lib/sandbox" "$machines/etc/global" "$machines/persist" "$@" ;;
  esac
}

# shape FILE: what a case is without its data: main, and the functions of this machine.
shape() {
  awk '
    /^main(_[0-9]+)?\(\) \{/ { inside = 1 }
    inside {
      sub(/ +# .*/, "")
      gsub(/\047[^\047]*\047/, "WORD")
      gsub(/[^][ ";(){}$|&]*[@\/:.~0-9-][^][ ";(){}$|&]*/, "WORD")
    }
    inside || /^# ---- lib\/shell\/here/
    /^}/ { inside = 0 }' "$1"
}

# one_per_shape: the script cases, the first of each shape. Says how many there are.
one_per_shape() {
  local file seen='' sum scripts=0 shapes=0
  for file in "$BATS_TEST_DIRNAME"/../cases/*.sh; do
    grep -q '^/bin/sh /dev/fd/3 ' "$file" || continue
    scripts=$((scripts + 1))
    sum=$(shape "$file" | md5sum)
    [[ $seen != *"$sum"* ]] || continue
    seen+=$sum shapes=$((shapes + 1))
    echo "$file"
  done
  echo "# $scripts scripts have $shapes shapes" >&3
}
