# The activation is over, or the connection to it is: what came of it.
# activated STATUS: ends where nothing was changed; else what came of it, in $how. Only who has heard from the target knows that.
activated() {
  if [ -n "$(heard refused)" ]; then touched=; fi
  refused "$1" "$(known_standing)"
  if [ -z "$(heard begun)" ] && [ "$1" -gt 0 ] && [ "$1" -lt 128 ]; then
    touched=
    state="the activation could not begin; nothing was changed on $target (status $1)"
    exit "$1"
  fi
  how=$(heard why)
  case $1 in
    0) how=activated ;;
    4) how="activated, but some units failed: $(heard units)" ;;
    *) how=${how:-the activation failed} ;;
  esac
}
known_standing() { if [ -n "$(heard runs)" ]; then printf "%s" "; $(standing)"; fi; }
