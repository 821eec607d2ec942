# What hey sync does around the program that builds and activates.

# connect_here: who deploys. Sets: agreed, first_seen, last_deployed, by.
connect_here() {
  agreed='' first_seen=''
  last_deployed=none
  by="hey sync"
}

# find_generation_here. Sets: facts, from. Ends: where it is not there.
find_generation_here() {
  local status
  if facts=$(as_me find_and_tell); then
    from=$(fact_number number)
  else
    status=$?
    stop_if_refused "$status"
    exit "$status"
  fi
}

# build_here: a place to build in. The link to the system keeps the garbage collector off until the end. Sets: last_words.
build_here() {
  make_tmp
  last_words="nothing was changed on $target"
}

# activate_here ACTION: activates $system here. Sets: last_words, changed, facts. Ends: where that failed.
activate_here() {
  local status
  step "$1"
  last_words="what was begun goes on by itself. Look: readlink /run/current-system /nix/var/nix/profiles/system"
  changed=yes
  if facts=$(there activate_system "$1" "$system"); then status=0; else status=$?; fi
  take_activated "$status"
  if [ -n "$(fact runs)" ]; then
    last_words="$(standing)$(owed)"
    case $status in
      0) ;;
      4) last_words="$how (status 4); $last_words. Look: systemctl --failed" ;;
      *) last_words="$how (status $status); $last_words$(unmended_words). Look at what it said; then type the same line again" ;;
    esac
  elif [ "$status" -eq 0 ]; then
    status=1
  fi
  if [ "$status" -gt 0 ]; then exit "$status"; fi
  step "$last_words"
  last_words=
}

# require_unchanged: what was shown was so against what this machine runs and boots. Sets: last_words. Ends: where it is not.
require_unchanged() {
  if [ "$(readlink -e /run/current-system) $(readlink -e /nix/var/nix/profiles/system || echo nothing)" = "$agreed" ]; then :; else
    give_up 1 "this machine has changed since it was shown; nothing was done (status 1). Type the same line again"
  fi
}

# require_same_system: what was built again is what was shown. Sets: last_words. Ends: where it is not.
require_same_system() {
  if [ "$(readlink "$tmp/again")" = "$system" ]; then :; else
    give_up 1 "the flake has changed since it was shown; nothing was done (status 1). Type the same line again"
  fi
}
