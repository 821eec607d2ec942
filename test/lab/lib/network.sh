# shellcheck shell=bash
# One cable per host. The box's route to a host says what its cable is: the plain veth, a slow line, or nowhere.
# Strict reverse path filtering drops what comes in by any other way, so a pulled cable is dead in both directions.

set_up_network() {
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter
  # A cable whose other end is down takes every packet without a word.
  ip link add nowhere type veth peer name nowhere-end
  ip link set nowhere arp off up
}

# address NUMBER; the box itself is number 1
address() {
  echo "10.23.0.$1"
}

# in_net NAME COMMAND…: as "ip netns exec", without its own mount of /sys, which an ordinary user may not do
in_net() {
  nsenter --net="/run/netns/$1" "${@:2}"
}

# plug_in NAME NUMBER: the host's network namespace, which outlives its reboots
plug_in() {
  local name=$1 number=$2
  ip netns add "$name"
  ip link add "h$number" type veth peer name eth0 netns "$name"
  # A host is on no common wire with the others: this end answers for them and forwards.
  echo 1 >"/proc/sys/net/ipv4/conf/h$number/proxy_arp"
  ip link set "h$number" address "02:00:00:00:01:$(printf %02x "$number")"
  in_net "$name" ip link set eth0 address "02:00:00:00:02:$(printf %02x "$number")"
  ip addr add "$(address 1)/32" dev "h$number"
  ip link set "h$number" up
  # Known for good, or a dead host would be "no route" after three seconds in place of silence.
  ip neigh add "$(address "$number")" lladdr "02:00:00:00:02:$(printf %02x "$number")" dev "h$number" nud permanent
  in_net "$name" ip addr add "$(address "$number")/24" dev eth0
  in_net "$name" ip link set lo up
}

# Routes follow what $LAB/hosts/NAME says: off (no power), cut (no cable), slow (milliseconds).
route() {
  local dir=$LAB/hosts/$1 number device
  number=$(cat "$dir/number")
  if [ -e "$dir/off" ] || [ -e "$dir/cut" ]; then
    device=nowhere
  elif [ -e "$dir/slow" ]; then
    device=s$number
  else
    device=h$number
  fi
  ip route replace "$(address "$number")" dev "$device" src "$(address 1)"
}

do_link() {
  known "$1"
  case ${2-} in
  up) rm -f "$LAB/hosts/$1/cut" ;;
  down) : >"$LAB/hosts/$1/cut" ;;
  *) die "usage: lab link NAME up|down" ;;
  esac
  route "$1"
}

do_delay() {
  known "$1"
  local dir=$LAB/hosts/$1 number
  case ${2-} in *[!0-9]* | "") die "usage: lab delay NAME MS" ;; esac
  number=$(cat "$dir/number")
  if [ -e "$dir/slow" ]; then
    kill "$(cat "$dir/slow")" 2>/dev/null || true
    rm "$dir/slow"
    while [ -e "/sys/class/net/s$number" ]; do sleep 0.02; done
  fi
  if [ "$2" != 0 ]; then
    setsid perl "$LAB_PROGRAMS/slow-line.pl" "s$number" "slow0" "$2" "$dir/slow" </dev/null >"$dir/slow.log" 2>&1 3>&- &
    while [ ! -s "$dir/slow" ]; do
      kill -0 $! 2>/dev/null || die "no slow line: $(cat "$dir/slow.log")"
      sleep 0.02
    done
    ip link set slow0 netns "$1"
    ip addr add "$(address 1)/32" dev "s$number"
    ip link set "s$number" up
    # The more specific one wins over eth0's network, and goes away with the device.
    in_net "$1" ip addr add "$(address "$number")" peer "$(address 1)" dev slow0
    in_net "$1" ip link set slow0 up
  fi
  route "$1"
}
