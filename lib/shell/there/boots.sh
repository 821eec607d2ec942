# What this machine boots: what its boot menu boots, which need not be the profile.

# menu_boots: the system that the boot loader boots next, or an entry that is none of NixOS. Fails where that can not be found out.
menu_boots() {
  local found
  if [ -r /boot/loader/loader.conf ] && { [ ! -r "$grub_cfg" ] || by_systemd_boot; }; then
    # Of a trial boot it is not told what is booted once.
    found=$([ ! -L "$trial/id" ] && menu_of_bootctl) || found=$(menu_of_loader_conf) || return 1
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

# menu_of_loader_conf: as loader.conf has it: "preferred", else "default", each a pattern for the names of entries, without the tries that are
# left. Of several the newest generation boots; one without a try left only where there is no other. Fails where nothing fits.
menu_of_loader_conf() {
  local lines file key value name tries seen preferred="" default="" number="0" best="" best_number="" fallback="" fallback_number=""
  # loader.conf comes first.
  lines=$(grep -E "^(preferred|default|version|options) " /boot/loader/loader.conf /boot/loader/entries/*.conf 2>/dev/null </dev/null) || :
  printf "%s\n" "$lines" | (
    while IFS=": " read -r file key value; do
      case $key in
        preferred) preferred=$value ;;
        default) default=$value ;;
        version)
          number=${value#Generation }
          number=${number%%[!0-9]*}
          ;;
        options)
          name=${file##*/}
          tries=1
          case $name in
            *+[0-9]*.conf)
              tries=${name##*+}
              tries=${tries%%[!0-9]*}
              name=${name%+*}.conf
              ;;
          esac
          number=${number:-0}
          seen=${value##*init=}
          seen=${seen%%/init*}
          # shellcheck disable=SC2254 # patterns
          if [ "$tries" = 0 ]; then number=$((number - 1000000)); else
            case $name in $preferred) if [ -z "$best_number" ] || [ "$number" -gt "$best_number" ]; then best=$seen best_number=$number; fi ;; esac
          fi
          # shellcheck disable=SC2254 # patterns
          case $name in $default) if [ -z "$fallback_number" ] || [ "$number" -gt "$fallback_number" ]; then fallback=$seen fallback_number=$number; fi ;; esac
          number=0
          ;;
      esac
    done
    [ -n "$best$fallback" ] && echo "${best:-$fallback}"
  )
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
