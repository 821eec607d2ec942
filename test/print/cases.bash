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
