# shellcheck shell=sh
# shellcheck disable=SC2154,SC3013 # $system; dash and busybox know -ef
# What of the units that run must be stopped, reloaded, restarted or left, as the real program finds it by the files of both systems. Each
# list is a file in $lists; what is to be started, restarted and reloaded is kept in /run/nixos too, for whoever goes on after a crash. Sourced.

# find_file ETC UNIT: sets found to the file of that unit in a system with that /etc, or of its template; NixOS has also those of systemd
# itself there. Empty where there is none, or it is masked, as a link to /dev/null is.
find_file() {
  for found in "$1/systemd/system/$2" "$1/systemd/system/${2%%@*}@.${2##*.}" "/lib/systemd/system/$2"; do
    [ -e "$found" ] || continue
    [ ! -c "$found" ] || break
    return 0
  done
  found=
}

# says FILE KEY DEFAULT: a yes or no of NixOS's own in a unit.
says() {
  said=$(sed -n "s/^$2=//p" "$1" | tail -n 1)
  case ${said:-$3} in true | yes | on | 1) ;; *) false ;; esac
}

# note LIST UNIT
note() {
  grep -qxF "$2" "$lists/$1" 2>/dev/null || echo "$2" >>"$lists/$1"
  case $1-$verb in *-dry-activate | stop-* | skip-*) ;; *) echo "$2" >>"/run/nixos/$1-list" ;; esac
}

# list_changes: of all that runs. Sets: lists.
list_changes() {
  lists=$(mktemp -d /run/nixos/lists.XXXXXX)
  : >"$lists/active"
  for list in start restart reload; do [ "$verb" = dry-activate ] || cat "/run/nixos/$list-list" >"$lists/$list" 2>/dev/null; done
  [ -d /run/systemd/system ] || return 0
  systemctl list-units --plain --no-legend --full --all --state=active,activating 9>&- | sed 's/ .*//' >"$lists/active"
  # All that may be started by hand are started again, and with them what they want now.
  grep '[.]target$' "$lists/active" | xargs systemctl show --property=Id,RefuseManualStart 9>&- |
    sed -n '/^Id=/ { s///; h; }; /^RefuseManualStart=no$/ { g; /^suspend\|^hibernate\|^hybrid-sleep/ !p; }' >"$lists/targets"
  while read -r unit; do
    find_file /etc/static "$unit"
    old=$found
    find_file "$system/etc" "$unit"
    new=$found
    # Most are one file, and no program has to compare that.
    if [ -z "$old" ] || [ "$old" -ef "$new" ]; then :; elif [ -z "$new" ]; then
      if says "$old" X-StopOnRemoval true; then note stop "$unit"; fi
    elif ! cmp -s "$old" "$new"; then
      change "$unit" "$old" "$new"
    fi
  done <"$lists/active"
}

# change UNIT OLD NEW: by the two files.
change() {
  case $1 in
    *.target | *.path | *.slice | *.socket) ;;
    *.mount) note reload "$1" ;;
    *)
      if [ "$(grep -v '^X-Reload-Triggers=' "$2")" = "$(grep -v '^X-Reload-Triggers=' "$3")" ] || says "$3" X-ReloadIfChanged false; then
        note reload "$1"
      elif ! says "$3" X-RestartIfChanged true || says "$3" RefuseManualStop false || says "$3" X-OnlyManualStart false; then
        note skip "$1"
      elif ! says "$3" X-StopIfChanged true; then
        note restart "$1"
      else
        note stop "$1"
        socket=${1%.service}.socket
        if grep -qxF "$socket" "$lists/active"; then
          note stop "$socket"
          note start "$socket"
        else
          note start "$1"
        fi
      fi
      ;;
  esac
}

# by_activation NAME: what the activation script itself has asked for.
by_activation() {
  for list in restart reload; do
    touch "/run/nixos/$1-$list-list"
    while read -r unit; do
      if grep -qxF "$unit" "$lists/active"; then note "$list" "$unit"; elif [ "$list" = restart ]; then note start "$unit"; fi
    done <"/run/nixos/$1-$list-list"
    rm -f "/run/nixos/$1-$list-list"
  done
}

# tell LIST WORDS: the units of that list, in the order of the alphabet.
tell() {
  [ ! -s "$lists/$1" ] || echo "$2: $(LC_ALL=C sort -fu "$lists/$1" | paste -s -d , | sed 's/,/, /g')" >&2
}
