# What this machine boots: what its boot menu boots, which need not be the profile.

# menu_boots: the system that the boot loader boots next, or an entry that is none of NixOS. Fails where that can not be found out.
menu_boots() {
  local found
  if by_systemd_boot || { [ -r /boot/loader/loader.conf ] && [ ! -r "$grub_cfg" ]; }; then
    # Of a trial boot it is not told what is booted once.
    found=$({ [ ! -L "$trial/id" ] || [ -z "$(loader_variable LoaderEntryOneShot)" ]; } && menu_of_bootctl) ||
      found=$(menu_of_loader_conf) || return 1
  elif [ -r "$grub_cfg" ]; then
    found=$(menu_of_grub) || return 1
  else
    return 1
  fi
  [ -n "$found" ] && echo "$found"
}

# menu_differs: whether that is known, and another system than the profile.
menu_differs() {
  local next
  next=$(menu_boots) && [ "$next" != "$(readlink -e "$profile")" ]
}

# menu_of_bootctl: as systemd says it, by all that its loader looks at. Fails where it does not.
menu_of_bootctl() {
  local listed entry
  listed=$(limited bootctl list --json=short 2>/dev/null </dev/null) || return 1
  case $listed in *"\"isDefault\":true"*) ;; *) return 1 ;; esac
  entry=${listed%%"\"isDefault\":true"*}
  entry=${entry##*"\"id\":\""}
  case $entry in
    *" init="*"/init"* | *"\"init="*"/init"*)
      entry=${entry##*init=}
      echo "${entry%%/init*}"
      ;;
    *) echo "the entry ${entry%%"\""*} of its boot menu" ;;
  esac
}

# menu_of_loader_conf: as loader.conf has it: "preferred", else "default", each a pattern for the ids of entries. The first of the menu that
# fits boots; "preferred" passes over one without a try left. Where none fits it is the first of all. Fails where that is not known.
menu_of_loader_conf() {
  local preferred default tries entry found first="" best="" fallback=""
  preferred=$(loader_setting preferred)
  default=$(loader_setting default)
  # What was booted last: only the firmware knows that.
  case $preferred$default in *@saved*) return 1 ;; esac
  loader_entries | (
    while read -r tries entry found; do
      first=${first:-$found}
      # shellcheck disable=SC2254 # patterns
      case $entry in $preferred) if [ "$tries" = some ]; then best=${best:-$found}; fi ;; esac
      # shellcheck disable=SC2254 # patterns
      case $entry in $default) fallback=${fallback:-$found} ;; esac
    done
    best=${best:-${fallback:-$first}}
    [ -n "$best" ] && echo "$best"
  )
}

# loader_setting NAME: what loader.conf says of it last, in small letters
loader_setting() { sed -n "s/^$1[[:blank:]]\{1,\}//p" /boot/loader/loader.conf 2>/dev/null | tail -n 1 | tr "[:upper:]" "[:lower:]"; }

# loader_entries: the entries of systemd-boot in the order of its menu: whether it has "some" or "no" tries left, its id in small letters, and
# the system that it boots, or words for one that is none of NixOS. Without a try left it comes last; then sort-key, machine and version
# tell, and at the end the id, the highest first.
loader_entries() {
  local file entry tries key value keyed sort_key machine version found between
  between=$(printf "\037")
  for file in /boot/loader/entries/*.conf; do
    [ -r "$file" ] || continue
    entry=${file##*/} tries=some keyed=1 sort_key="" machine="" version=""
    case $entry in
      *+[0-9]*.conf)
        case ${entry##*+} in 0[!0-9]*) tries=no ;; esac
        entry=${entry%+*}.conf
        ;;
    esac
    found="the entry $entry of its boot menu"
    while read -r key value || [ -n "$key" ]; do
      case $key in
        sort-key) sort_key=$value keyed=0 ;;
        machine-id) machine=$value ;;
        version) version=$value ;;
        options)
          case " $value " in
            *" init="*"/init "*)
              found=" $value "
              found=${found#*" init="}
              found=${found%%"/init "*}
              ;;
          esac
          ;;
      esac
    done <"$file"
    printf "%s$between" "$([ "$tries" = some ] || echo last)" "$keyed" "$sort_key" "$machine" "$version"
    printf "%s$between%s\n" "$entry" "$tries $(printf "%s" "$entry" | tr "[:upper:] " "[:lower:]_") $found"
  done | LC_ALL=C sort -t "$between" -k 1,1 -k 2,2 -k 3,3 -k 4,4 -k 5,5Vr -k 6,6Vr | sed "s/.*$between//"
}

# menu_of_grub: as its environment and its configuration have it: an entry for once, the saved one, or a fixed one; by number or by title, and
# with ">" behind that of a menu. Fails where there is no such entry.
menu_of_grub() {
  local name value once="" saved="" wanted="" word rest title quote number="-1" depth="0" at="0" here=""
  while IFS="=" read -r name value; do
    case $name in
      next_entry) if [ ! -L "$trial/id" ]; then once=$value; fi ;;
      saved_entry) saved=$value ;;
    esac
  done <"$grubenv" 2>/dev/null || :
  while read -r word rest; do
    case "$word $rest" in
      "set default="*next_entry*) continue ;;
      "set default="*saved_entry*) wanted=${saved:-0} ;;
      "set default="*)
        wanted=${rest#default=}
        wanted=${wanted#"\""}
        wanted=${wanted%"\""}
        ;;
    esac
    case $word in
      menuentry | submenu)
        if [ -n "$once" ]; then wanted=$once once=""; fi
        quote=${rest%"${rest#?}"}
        title=${rest#?}
        title=${title%%"$quote"*}
        if [ "$depth" -eq "$at" ]; then
          number=$((number + 1))
          here=""
          case ${wanted:-0} in
            "$number" | "$title") here=yes ;;
            "$number>"* | "$title>"*)
              wanted=${wanted#*">"}
              number=-1
              at=$((depth + 1))
              ;;
          esac
        fi
        ;;
    esac
    case "$word $rest" in
      *"{ }" | *"{}" | *"{"*"}") ;;
      *"{") depth=$((depth + 1)) ;;
      "} "*) depth=$((depth - 1)) ;;
    esac
    case " $rest " in
      *" init="*"/init "*)
        if [ -n "$here" ]; then
          rest=${rest#*init=}
          echo "${rest%%/init*}"
          return
        fi
        ;;
    esac
  done <"$grub_cfg"
  return 1
}
