# Would the firewall of another system let this connection in? Its own scripts are run in a network of their own, and a connection is tried there.
# Such a script may do anything, so nothing else can be reached or written by it.

# judge_firewall SYSTEM FROM TO PORT NOW: NOW is the port of now.
judge_firewall() {
  local units scripts link path said
  units=$1/etc/systemd/system
  if is_wanted "$1" firewalld.service; then echo "unknown firewall what firewalld lets in is not known" && return; fi
  scripts=$(firewall_of "$1")
  if [ -z "$scripts" ]; then return; fi
  # The running system has let this connection in by these.
  if [ "$4" = "$5" ] && ! [ "$1" -ef /run/current-system ] && [ "$scripts" = "$(firewall_of /run/current-system)" ]; then return; fi
  link=$(ip -o route get "$2" from "$3" 2>/dev/null | sed -n "s/.* dev \([^ ]*\) .*/\1/p")
  path=$(sed -n "s/^Environment=\"PATH=\(.*\)\"\$/\1/p" "$units/firewall.service" "$units/nftables.service" 2>/dev/null | paste -s -d :)
  # shellcheck disable=SC2086
  said=$(limited unshare --mount --net --pid --fork --mount-proc sh -c "$program
\"\$@\"" sh try_packet "$link" "$2" "$3" "$4" "$path" $scripts)
  case $said in
    let-in) ;;
    shut-out) echo "wrong firewall the firewall does not let ssh in from $2 at port $4 of $link" ;;
    *) echo "unknown firewall whether the firewall lets ssh in could not be tried (${said:-no network of its own can be had})" ;;
  esac
}

# firewall_of SYSTEM: the scripts that load it.
firewall_of() {
  local unit
  for unit in firewall.service nftables.service; do
    if is_wanted "$1" "$unit"; then first_words ExecStart "$1/etc/systemd/system/$unit"; fi
  done
}

# first_words NAME FILE: the first word of each line NAME= of a unit, without what systemd reads before it.
first_words() { sed -n "s/^$1=[-@:+!]*\([^ ]*\).*/\1/p" "$2" | in_line; }

# try_packet LINK FROM TO PORT PATH SCRIPT...: in namespaces of its own: "let-in" or "shut-out", or what went wrong.
try_packet() {
  local link from to port path peer script wide try
  link=$1 from=$2 to=$3 port=$4 path=$5
  shift 5
  seal_off || { echo "what is there can not be made safe" && return; }
  case $link-$to in -* | *-fe80:*) echo "not for the way by which ssh came" && return ;; *:*) wide="/128 nodad" ;; *) wide=/32 ;; esac
  unshare --net sleep 30 &
  peer=$!
  for _ in 1 2 3 4 5 6 7 8 9 10; do if [ "/proc/$peer/ns/net" -ef /proc/self/ns/net ]; then sleep 0.02; fi; done
  # shellcheck disable=SC2086
  { ip link set lo up && ip link add "$link" type veth peer name hey netns "$peer" && ip address add "$to"$wide dev "$link" && ip link set "$link" up &&
    beyond "$peer" ip address add "$from"$wide dev hey && beyond "$peer" ip link set hey up && beyond "$peer" ip route add "$to" dev hey &&
    ip route add "$from" dev "$link" && : >/tmp/empty; } >/dev/null 2>&1 || { echo "no network like this one" && return; }
  # An sshd that lets nobody in listens.
  mkdir -p /run/sshd
  "$(command -v sshd)" -D -f /tmp/empty -h /tmp/key -o "ListenAddress=$to" -p "$port" -o PidFile=none -o MaxStartups=1 >/dev/null 2>&1 &
  for try in 1 2 3 4 5 6 7 8 9 10 none; do if gets_through "$peer" "$to" "$port"; then break; else sleep 0.02; fi; done
  if [ "$try" = none ]; then echo "no packet arrives" && return; fi
  for script in "$@"; do
    if (PATH=$path:$PATH timeout 5 "$script") >/dev/null 2>&1; then :; else echo "$script fails there" && return; fi
  done
  if gets_through "$peer" "$to" "$port" || gets_through "$peer" "$to" "$port"; then echo let-in; else echo shut-out; fi
}

# seal_off: from here on nothing can be written but /tmp, and nobody on this machine be told anything.
seal_off() {
  local place current
  current=$(readlink -f /run/current-system)
  { mount -t tmpfs hey /var/lib && mount -t tmpfs hey /run && ln -s "$current" /run/current-system && mkdir /var/lib/nftables &&
    mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys; } || return 1
  cut -d " " -f 5 /proc/self/mountinfo | while read -r place; do
    case $place in /tmp | /tmp/* | /run | /run/* | /var/lib | /dev | /dev/* | /proc | /proc/*) ;; *) mount -o remount,bind,ro "$(printf "%b" "$place")" || return ;; esac
  done
}

# beyond PROCESS COMMAND...: at the other end of the link.
beyond() {
  local peer
  peer=$1
  shift
  nsenter -t "$peer" --net "$@"
}

# gets_through PROCESS ADDRESS PORT
gets_through() { beyond "$1" timeout 0.6 bash -c ": </dev/tcp/$2/$3" >/dev/null 2>&1; }
