# Does the interface to which ssh comes keep its address under another system? Only what units and files name is judged; where the running system
# gives that address in another way, nothing is said.

# judge_network SYSTEM TO
judge_network() {
  local link was is
  if [ "$1" -ef /run/current-system ]; then return; fi
  link=$(ip -o address show to "$2" 2>/dev/null | sed -n "s/^[0-9]*: \([^ ]*\) .*/\1/p" | head -n 1)
  was=$(address_of /run/current-system "$link" "$2")
  is=$(address_of "$1" "$link" "$2")
  case $was-$is in
    kept-kept | lost-* | unknown-*) ;;
    kept-lost*) echo "wrong network ${is#lost }" ;;
    *) echo "unknown network whether $link keeps the address $2 is not known" ;;
  esac
}

# address_of SYSTEM LINK ADDRESS: kept, unknown, or "lost WHY".
address_of() {
  local units script file
  units=$1/etc/systemd/system
  if [ -z "$2" ]; then echo unknown && return; fi
  for file in dhcpcd.service NetworkManager.service connman.service network-manager.service; do
    if is_wanted "$1" "$file"; then echo unknown && return; fi
  done
  if is_wanted "$1" "network-addresses-$2.service"; then
    script=$(first_words ExecStart "$units/network-addresses-$2.service")
    # shellcheck disable=SC2086
    if grep -qF "\"$3/" $script 2>/dev/null; then echo kept; else echo "lost $2 gets another address than $3, to which ssh came"; fi
  elif is_wanted "$1" systemd-networkd.service; then
    file=$(network_file "$1" "$2")
    case $file in
      unknown) echo unknown ;;
      "") echo "lost no .network file of the new system is for $2, to which ssh came" ;;
      *) if grep -q "^Address=$3\(/\|\$\)" "$file"; then
        echo kept
      elif grep -qi "^DHCP=\(yes\|true\|ipv4\|ipv6\)" "$file"; then
        echo unknown
      else
        echo "lost $2 gets another address than $3, to which ssh came (${file##*/})"
      fi ;;
    esac
  elif [ -e "$units/network-setup.service" ]; then
    # A bridge or a bond may be given it by what is named otherwise.
    echo "lost nothing in the new system gives $2 the address $3, to which ssh came"
  else
    echo unknown
  fi
}

# network_file SYSTEM LINK: the first .network file that is for it; unknown where that goes by more than its name.
network_file() {
  local file match name
  for file in "$1"/etc/systemd/network/*.network; do
    [ -e "$file" ] || continue
    match=$(sed -n "/^\[Match\]/,/^\[[^M]/p" "$file" | grep "=" | head -n 20)
    case $match in
      Name=*) ;;
      *) echo unknown && return ;;
    esac
    if printf "%s\n" "$match" | grep -qv "^Name="; then echo unknown && return; fi
    for name in $(printf "%s\n" "$match" | sed "s/^Name=//"); do
      case $name in "!"*) echo unknown && return ;; esac
      # shellcheck disable=SC2254
      case $2 in $name) echo "$file" && return ;; esac
    done
  done
}
