# shellcheck disable=SC2154 # for scripts with deployment.sh before it
# Whether the activation of the deployment $id has ended well and left nothing failed. Says what it waits for, if that may still come.
ready() {
  new=$(readlink "$dir/new")
  on=$(readlink "$dir/on-unit-failure")
  case $(readlink "$dir/status")$on in 0* | 4warn) ;; *) return 1 ;; esac
  now=$(readlink -e /run/current-system)
  if [ "$now" != "$new" ]; then
    if [ "$now" = "$(readlink "$dir/prev")" ]; then echo "waits /run/current-system is not yet $new"; else echo "waits another program has switched it to ${now:-nothing}"; fi
    return 1
  fi
  # Units may still fail then. Where the old system is never done with it, the new one need not be.
  if [ -L "$dir/trial" ] && [ "$on" = rollback ] && [ ! -L "$dir/never-ends" ] && finishing; then
    echo "waits it still starts its units"
    return 1
  fi
  if by_systemd; then
    failed=$(failed_units | LC_ALL=C comm -13 "$dir/failed" - | tr "\n" " ")
    if [ -n "$failed" ]; then
      if [ "$on" = rollback ]; then
        echo "waits failed since the deployment began: $failed"
        return 1
      fi
      ln -sfn "$failed" "$dir/units"
    fi
  fi
}
