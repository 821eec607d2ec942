#!/usr/bin/env bats
# A real sshd whose login answers as a hostile machine may: before what it was asked, instead of it, and behind it.
# shellcheck disable=SC2154
load ../lib/printed
load lies

# What it does, by name. `answer` says what an honest machine would. Nothing of what is sent is run: this is the tester's own machine.
declare -gA behaviours=(
  [talks before]='echo "Welcome to Debian"; printf "runs nothing\nnumber 99\n"; answer'
  [escapes before]='printf "\033]52;c;ZXZpbA==\007\033[2J\302\233 3m\342\200\256\n" | tee /dev/stderr; answer'
  [escapes behind]='answer; printf "\033]0;title\033\\\\\302\235 0;x\302\234\033c\377" | tee /dev/stderr'
  [binary before]='head -c 100000 /dev/urandom | tee /dev/stderr; answer'
  [binary behind]='answer; head -c 100000 /dev/urandom | tee /dev/stderr'
  [endless before]='exec yes "boots x"'
  [endless behind]='answer; exec yes "runs /nix/store/x"'
  [endless beside]='answer; exec yes "number 9" >&2'
  [a line without end]='exec tr "\000" a </dev/zero'
  [a line without end beside]='answer; exec tr "\000" "\233" </dev/zero >&2'
  [hangs before]='exec sleep 1000'
  [hangs behind]='answer; exec sleep 1000'
  [deaf]='trap "" HUP INT TERM PIPE; answer; while :; do sleep 1; echo more; done'
  [leaves something behind]='answer; sleep 30 & exit 0'
  [cuts it]='answer; kill -s KILL $PPID'
  [silent]='exit 0'
  [speaks as ssh]='echo "Host key verification failed." >&2; printf "\033[31mPermission denied (publickey).\r\n" >&2; exit 255'
  [arithmetic]='printf "boot a[\$(touch %s)]\nnumber 1+a[\$(touch %s)]\n" "$ran" "$ran"; answer'
  [twice]='answer; answer | sed s/-old/-other/'
)

lines=('ops status web01' 'ops rollback web01 root@127.0.0.1 --list' 'ops reboot web01 root@127.0.0.1 --wait 3' 'ops rollback web01 root@127.0.0.1 --to 12')

setup() {
  lying_setup
  rm bin/ssh
  lines[0]+=" root@127.0.0.1"
  ssh-keygen -q -t ed25519 -N '' -f hostkey
  ssh-keygen -q -t ed25519 -N '' -f key
  cat >shell <<SHELL
#!/bin/bash
at='$PWD' ran='$PWD/ran' words=\$SSH_ORIGINAL_COMMAND
asked() { case \$words in *"\\\\0047\$1\\\\0047"*) ;; *) false ;; esac; }
answer() { if asked activate_system; then printf 'begun yes\\nruns $new\\nboots $new\\nnumber 12\\n'; else cat "\$at/honest"; fi; }
. "\$at/behaviour"
SHELL
  chmod 755 shell
  printf '%b\n' 'Last login: \033]0;x\007' "Offending ED25519 key in $PWD/known_hosts:1" >banner
  printf '\033[2J\302\233\n' >>banner
  for port in $(shuf -i 20000-60000 -n 20); do
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "Port $port" "ListenAddress 127.0.0.1" "HostKey $PWD/hostkey" "AuthorizedKeysFile $PWD/key.pub" "PidFile none" "UsePAM no" "StrictModes no" \
    "PermitRootLogin yes" "PasswordAuthentication no" "Banner $PWD/banner" "PrintMotd no" "ForceCommand $PWD/shell" >sshd_config
  # With a /run of its own, as sshd wants a directory there; whatever its sessions leave ends with it.
  unshare -mp --fork --kill-child sh -c 'mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"' sh "$(PATH=$PATH:/usr/sbin type -P sshd)" -D -e -f "$PWD/sshd_config" 2>sshd.log 3>&- &
  sshd=$!
  printf '%s\n' "Host *" " Port $port" " IdentityFile $PWD/key" " IdentitiesOnly yes" " UserKnownHostsFile $PWD/known_hosts" " StrictHostKeyChecking accept-new" >config
  for _ in {1..50}; do (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
}

teardown() {
  kill -s KILL "$sshd"
  wait "$sshd" 2>/dev/null || :
}

# tried EVERY: so many of behaviours and lines.
tried() {
  local behaviour line at=0 count=0
  while read -r behaviour; do
    echo "${behaviours[$behaviour]}" >behaviour
    for line in "${lines[@]}"; do
      at=$((at + 1))
      [ $((at % $1)) = 0 ] || continue
      case $line in "ops status"*) told hey "$line --ssh-config $PWD/config" ;; *) told dash "$line --ssh-config $PWD/config" ;; esac
      unharmed "$behaviour, $line" || { cat out err | head -20; return 1; }
      [ "$status" != 2 ] || { echo "$behaviour, $line: refused"; cat out err print-err; return 1; }
      case $behaviour in silent | "hangs before" | "speaks as ssh" | "a line without end" | "endless before") [ "$status" != 0 ] || { echo "$behaviour, $line: 0"; cat out err; return 1; } ;; esac
      count=$((count + 1))
    done
  done < <(printf '%s\n' "${!behaviours[@]}" | sort)
  echo "$count tried" >&3
  [ "$count" -ge 14 ]
}

@test "hostile shell: a real sshd is reached, and its answer is read" {
  echo answer >behaviour
  told dash "${lines[3]} --ssh-config $PWD/config"
  [ "$status" = 0 ] || { cat out err sshd.log; false; }
  grep -q "runs $new, boots $new" err
  told hey "${lines[0]} --ssh-config $PWD/config"
  grep -q web01 out
}

@test "hostile shell: nothing runs here, nothing hangs beyond its limit, and nothing reaches the terminal raw" {
  if [ "${HEY_HOSTILE-}" = all ]; then tried 1; else tried 5; fi
}
