# What a trial boot needs of the boot loader: an entry for the system that is tried, that it is booted once, and that the old system is
# what boots by default.

# What GRUB boots by, where it is the boot loader.
grub_cfg=/boot/grub/grub.cfg

# can_try. Ends: where what a trial boot needs is missing; says what. Changes nothing.
can_try() {
  local words disk
  if by_systemd; then :; else refuse 1 "a trial boot is watched by a unit of systemd, and there is no systemd there"; fi
  if by_systemd_boot; then
    if command -v bootctl >/dev/null; then :; else refuse 1 "a trial boot needs bootctl there, to tell systemd-boot what to boot once"; fi
    if [ -w "$efivars" ]; then :; else refuse 1 "a trial boot needs to write the EFI variables there ($efivars), and they are read-only"; fi
    return
  fi
  if [ -e "$grub_cfg" ]; then :; else refuse 1 "a trial boot needs a boot loader that boots an entry once: there is neither systemd-boot with its EFI variables nor GRUB ($grub_cfg)"; fi
  if command -v grub-editenv >/dev/null; then :; else refuse 1 "a trial boot needs grub-editenv there, to tell GRUB what to boot once"; fi
  for words in "set default=.*next_entry" "save_env next_entry"; do
    if grep -q "$words" "$grub_cfg"; then :; else refuse 1 "a trial boot needs GRUB to boot an entry once, and $grub_cfg has no next_entry"; fi
  done
  # Where GRUB can not write it can not forget either: the tried system would boot for ever.
  disk=$(findmnt -no FSTYPE,SOURCE -T /boot/grub/ | tr -s " ")
  case $disk in
    *" /dev/mapper/"* | *" /dev/dm-"* | *" /dev/md"* | *" /dev/bcache"*) ;;
    ext[234]" "* | vfat" "* | xfs" "*) return ;;
  esac
  refuse 1 "a trial boot needs GRUB to forget its one-shot entry, and it can not write to /boot/grub there (${disk:-unknown}); it can to ext4, vfat or xfs on a plain partition"
}

# entry_id FILE: the id of systemd-boot for it: its name without the tries that are left.
entry_id() { printf "%s\n" "${1##*/}" | sed -E "s/[+][0-9]+(-[0-9]+)?[.]conf$/.conf/"; }

# entry_boots FILE SYSTEM: whether the entry in that file boots it.
entry_boots() {
  case " $(sed -n "s/^options *//p" "$1" | tr "\n" " ") " in
    *" init=$2/init "*) true ;;
    *) false ;;
  esac
}

# grub_entries SYSTEM: each entry of GRUB that boots it: its number in the first menu (- in another), then how GRUB is told it. At the top that
# is the title, as entries may come and go there with the firmware; below it is the number, as NixOS has > in titles there, which parts two.
grub_entries() {
  local counts path kinds word rest number quote title component top
  counts=0 path="" kinds=""
  while read -r word rest; do
    case $word in
      menuentry | submenu)
        number=${counts%% *}
        counts="$((number + 1)) ${counts#"$number"}"
        case $rest in *"}") continue ;; esac
        quote=${rest%"${rest#?}"}
        title=${rest#?}
        title=${title%%"$quote"*}
        component=$number
        if [ -z "$path" ]; then
          top=$number
          case $title in
            [0-9]*) ;;
            *) if [ -z "$(printf "%s" "$title" | LC_ALL=C tr -d "A-Za-z0-9 ._()-")" ]; then component=$title; fi ;;
          esac
        fi
        path="$path>$component"
        kinds="menu $kinds"
        counts="0 $counts"
        continue
        ;;
      "}")
        case $kinds in
          menu*)
            path=${path%>*}
            counts=${counts#* }
            ;;
        esac
        kinds=${kinds#* }
        continue
        ;;
    esac
    case " $rest " in
      *" init=$1/init "*)
        case $path in
          *">"*">"*) echo "- ${path#>}" ;;
          *) echo "$top ${path#>}" ;;
        esac
        ;;
    esac
    case "$word $rest" in *"{") kinds="other $kinds" ;; esac
  done <"$grub_cfg"
}

# entry_of SYSTEM: the entry that boots it, as boot_once takes it.
entry_of() {
  local file
  if by_systemd_boot; then
    for file in "$(bootctl -x)"/loader/entries/*.conf; do
      if entry_boots "$file" "$1"; then
        entry_id "$file"
        return
      fi
    done
  else
    grub_entries "$1" | sed -n "1s/^[^ ]* //p"
  fi
}

# boots_by_default SYSTEM: whether it is that.
boots_by_default() {
  local defaults numbers default
  if by_systemd_boot; then
    # It would win over loader.conf.
    if [ -n "$(loader_variable LoaderEntryDefault)" ]; then return 1; fi
    [ "$(menu_of_bootctl || menu_of_loader_conf)" = "$1" ]
  else
    defaults=$(sed -n "s/^ *set default=//p" "$grub_cfg" | grep -v next_entry | tr -d "\"")
    numbers=$(grub_entries "$1" | sed "s/ .*//")
    [ -n "$defaults" ] && for default in $defaults; do
      printf "%s\n" "$numbers" | grep -qxF -e "$default" || return 1
    done
  fi
}
