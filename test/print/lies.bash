# A host that lies: a program in the place of ssh. Sourced.
# shellcheck shell=bash disable=SC2154

# The lines whose scripts ask a question; and what else the host is asked there is answered as by an honest one.
declare -gA asking=(
  [may_deploy]='ops rollback web01 root@127.0.0.1 --to 12'
  [activate_system]='ops rollback web01 root@127.0.0.1 --to 12'
  [tell_boot]='ops reboot web01 root@127.0.0.1 --wait 3'
  [tell_identity]='ops reboot web01 root@127.0.0.1 --wait 3'
  [reboot_soon]='ops reboot web01 root@127.0.0.1 --wait 3'
  [list_generations]='ops rollback web01 root@127.0.0.1 --list'
  [say_armed]='ops deploy web01 root@127.0.0.1 --status'
  [cancel_any]='ops deploy web01 root@127.0.0.1 --cancel'
  [compare_systems]='ops rollback web01 root@127.0.0.1 --to 12 --diff'
  [arm_guard]='ops rollback web01 root@127.0.0.1 --to 12 --guard --confirm-timeout 30 --settle 1'
  [start_activation]='ops rollback web01 root@127.0.0.1 --to 12 --guard --confirm-timeout 30 --settle 1'
  [look_at_it]='ops rollback web01 root@127.0.0.1 --to 12 --guard --confirm-timeout 30 --settle 1'
  [confirm_it]='ops rollback web01 root@127.0.0.1 --to 12 --guard --confirm-timeout 30 --settle 0'
  [cancel_it]='ops rollback web01 root@127.0.0.1 --to 12 --guard --confirm-timeout 30 --settle 0'
  [confirm_it/deploy]='ops deploy web01 root@127.0.0.1 --guard --confirm-timeout 30 --settle 1'
  [arm_trial]='ops rollback web01 root@127.0.0.1 --to 12 --boot --reboot --guard --confirm-timeout 30 --wait 20'
  [look_at_it/trial]='ops rollback web01 root@127.0.0.1 --to 12 --boot --reboot --guard --confirm-timeout 30 --wait 20'
  [confirm_it/trial]='ops rollback web01 root@127.0.0.1 --to 12 --boot --reboot --guard --confirm-timeout 30 --wait 20'
  [tell_end]='ops rollback web01 root@127.0.0.1 --to 12'
  [may_take_keys]='ops push-keys web01 root@127.0.0.1 --no-global'
  [put_keys]='ops push-keys web01 root@127.0.0.1 --no-global'
  [public_keys]='ops push-keys web01 root@127.0.0.1 --no-global --check'
  [survey_machine]='ops bootstrap web01 root@127.0.0.1 --no-global --yes --wait 4'
  [tell_installed]='ops bootstrap web01 root@127.0.0.1 --no-global --yes --wait 4'
  [tell_status]='ops status web01 root@127.0.0.1'
  [tell_health]='ops doctor web01 root@127.0.0.1'
)

# lying_setup: a flake, and the program in the place of ssh, which answers the question in $PWD/question by $PWD/answer.
lying_setup() {
  cd "$BATS_TEST_TMPDIR" || return
  repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
  mkdir -p bin f/hosts/web01 f/hosts/web02 home
  # A system that is built here, with what a trial boot needs.
  mkdir -p sys/bin sys/etc/systemd/system && touch sys/nixos-version sys/bin/switch-to-configuration
  for host in web01 web02; do echo '{ }' >"f/hosts/$host/default.nix"; done
  echo '{ outputs = _: { nixosConfigurations = { web01 = { }; web02 = { }; }; }; }' >f/flake.nix
  # The keys of a host, and what a first install asks nix for.
  mkdir -p home/.ssh/keys.homelab/vps
  ssh-keygen -q -t ed25519 -N "" -C web01 -f home/.ssh/keys.homelab/vps/ssh_host_ed25519_key_web01
  cat >bin/nix <<STUB
#!/bin/sh
case " \$* " in *hostPlatform*) echo "$(uname -m)-linux /nix/store/1123456789abcdfghijklmnpqrsvwxyz-new web01" ;; *" run "*) ;; *) exec "$(type -P nix)" "\$@" ;; esac
STUB
  chmod +x bin/nix
  old=/nix/store/0123456789abcdfghijklmnpqrsvwxyz-old new=/nix/store/1123456789abcdfghijklmnpqrsvwxyz-new
  cat >honest <<FACTS

runs $old
boots $old
booted $old
number 3
generation 12
system $new
boot b
prev $old
shown $old $old
system-name web01
user root
over yes
name web01
kernel-name web01
kind debian
os Debian
root yes
arch $(uname -m)
memory 4000000
disk vda 20G
FACTS
  cat >bin/ssh <<STUB
#!/bin/sh
case " \$* " in
  *" -G "*) exec "$(type -P ssh)" "\$@" ;;
  *" -O "*) exit ;;
esac
at=$PWD
case " \$* " in *"@192.0.2.2 "*) sed s/web01/web02/ "\$at/honest"; exit ;; esac
read -r question <"\$at/question"
# asked NAME: whether that is what it is asked.
asked() { case \$words in *"\\\\0047\$1\\\\0047"*) ;; *) false ;; esac; }
words="\$*"
if asked "\${question%/*}"; then . "\$at/answer"
elif asked activate_system && [ "\$question" = tell_end ]; then echo 'begun yes' && exit 255
elif asked activate_system; then printf 'begun yes\\nruns $new\\nboots $new\\nnumber 12\\n'
elif asked start_activation; then :
elif asked look_at_it; then printf 'stands open\\nstatus 0\\nleft 3\\nruns $new\\nboots $old\\n'
elif asked put_keys; then cat >/dev/null && echo changed
elif asked tell_installed; then printf 'system %s\\n' "$new"
elif asked confirm_it && [ "\$question" = cancel_it ]; then echo "waits what never comes"
elif asked confirm_it; then printf 'stands committed\\nruns $new\\nboots $new\\n'
elif asked cancel_it; then printf 'stands rolled-back\\nwhy asked\\nruns $old\\nboots $old\\n'
else cat "\$at/honest"; fi
STUB
  chmod +x bin/ssh
  export HOME=$PWD/home XDG_STATE_HOME=$PWD/home/state LC_ALL=C PATH=$PWD/bin:$PATH
  unset XDG_RUNTIME_DIR SSH_CONNECTION
}

# lie QUESTION ANSWER: the program that answers it so.
lie() {
  local answer=${2//@ran/$PWD/ran}
  echo "$1" >question
  case $answer in
    @long) echo 'printf "runs "; head -c 300000 /dev/zero | tr "\000" a; echo' >answer ;;
    @many) echo 'yes "runs /nix/store/x" | head -n 30000' >answer ;;
    @endless) echo 'exec yes "boots x"' >answer ;;
    @flood) echo 'exec yes "boots x" >&2' >answer ;;
    @never) echo 'exec sleep 1000' >answer ;;
    @deaf) echo 'trap "" TERM INT HUP; while :; do sleep 1; done' >answer ;;
    *)
      printf '%b' "${answer//@new/$new}" >said
      # On stderr, too.
      echo 'cat "$at/said"; cat "$at/said" >&2' >answer
      ;;
  esac
}

# harmless FILE...: no byte of it does more on a terminal than be shown.
harmless() { ! LC_ALL=C grep -anq -v -E '^[ -~]*$' "$@"; }

# told SHELL LINE...: what comes of that line, printed and run by that shell. Sets: status; into the files "out" and "err". By "hey" it is run.
told() {
  local shell=$1
  shift
  rm -f ran
  status=0
  # shellcheck disable=SC2068
  case $shell in
    hey) timeout 60 "$repo/scripts/hey" $@ --flake "$PWD/f" >out 2>err </dev/null || status=$? ;;
    *)
      "$repo/scripts/hey" $@ --flake "$PWD/f" --print 2>print-err | script | shorter >printed || return
      timeout 60 $shell printed >out 2>err </dev/null || status=$?
      ;;
  esac
}

# shorter: with less time for each step than may be typed.
shorter() {
  sed -E "s/^lane_timeout='3600'/lane_timeout='2'/; s/^seconds='[0-9]+'/seconds='4'/; s/^patience='[0-9]+'/patience='2'/; s/^limit='[0-9]+'/limit='3'/; s/heard (30|60|300) /heard 4 /
    s/deadline \+ (600|30)\)/deadline + 3)/"
}

# unharmed WHAT: what must hold whatever it said.
unharmed() {
  [ ! -e ran ] || { echo "$1: something ran"; return 1; }
  [ "$status" != 124 ] || { echo "$1: no end"; return 1; }
  harmless out err || { echo "$1: raw"; LC_ALL=C grep -an -v -E '^[ -~]*$' out err | head -n 3 | cat -v; return 1; }
  [ "$(cat out err | wc -c)" -le 2000000 ] || { echo "$1: $(wc -c out err)"; return 1; }
  ! grep -E 'syntax error|rithmetic|bad substitution|: not found|unbound|parameter not set' out err || { echo "$1"; return 1; }
}
