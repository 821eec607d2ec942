#!/usr/bin/env bats
# A host that lies in its answers: a program in the place of ssh says what $BATS_TEST_TMPDIR/answer says, to every question.
# shellcheck disable=SC2154
load ../lib/printed
load ../lib/warm

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
  mkdir -p bin f/hosts/web01 f/hosts/web02 home
  for host in web01 web02; do echo '{ }' >"f/hosts/$host/default.nix"; done
  echo '{ outputs = _: { }; }' >f/flake.nix
  cat >bin/ssh <<STUB
#!/bin/sh
case " \$* " in
  *" -G "*) exec "$(type -P ssh)" "\$@" ;;
  *" -O "*) exit ;;
esac
case \$* in *"the deployment was interrupted"*) echo "cancel \$(cut -d . -f 1 "$PWD/uptime" 2>/dev/null)" >>"$PWD/asked" ;; esac
echo >>"$PWD/calls"
if [ -e "$PWD/gives-up" ] && [ "\$(wc -l <"$PWD/calls")" -gt 6 ]; then sed "s/^stands .*/stands rolled-back/" "$PWD/answer"; else cat "$PWD/answer"; fi
STUB
  chmod +x bin/ssh
  export HOME=$PWD/home XDG_STATE_HOME=$PWD/home/state PATH=$PWD/bin:$PATH
  warm "$HOME/.cache"
  old=/nix/store/0123456789abcdfghijklmnpqrsvwxyz-old new=/nix/store/1123456789abcdfghijklmnpqrsvwxyz-new
}

# lies LINE…: what is right of a host that is tried by a boot, behind these lines. The first fact of a name counts.
lies() {
  printf '%s\n' "$@" "runs $old" "boots $old" "prev $old" "number 3" "generation 12" "system $new" "boot b" "stands open" "left 20" "status 0" >answer
}

# The script, with a clock that goes 5 s further at each sleep, which takes none. Shorter sleeps poll for a process, which needs its time.
trial() {
  "$repo/scripts/hey" ops rollback web01 root@127.0.0.1 --to 12 --boot --reboot --guard --confirm-timeout 30 --wait 20 --flake "$PWD/f" --print |
    sed "s|/proc/uptime|$PWD/uptime|g" >script
  printf '#!/bin/sh\nby=5\ncase $1 in 0.*) by=1; "%s" 0.02 ;; esac\nread -r now <"%s"\necho "$((${now%%%%.*} + by)).00" >"%s.$$" && mv "%s.$$" "%s"\n' "$(type -P sleep)" "$PWD/uptime" "$PWD/uptime" "$PWD/uptime" "$PWD/uptime" >bin/sleep
  chmod +x bin/sleep
}

begin() {
  rm -f asked calls
  echo 1000.00 >uptime
}

@test "lying: what a host says for a number is not run here, in any shell, and ends no script" {
  local shell lie name
  trial
  touch gives-up
  while IFS= read -r lie; do
    for name in left number generation; do
      lies "$name $lie"
      for shell in dash bash 'bash --posix' 'busybox sh'; do
        begin
        by "$shell" <script >"script.by"
        run timeout 60 sh script.by </dev/null
        [ ! -e touched ] || { echo "$shell ran: $name $lie"; return 1; }
        # Which generation it is must be known before anything is armed.
        [ "$status" = 10 ] || [ "$name$status" = generation1 ] || { echo "$shell, $name $lie: $status $output"; return 1; }
        [[ $output != *"script: "* && $output != *"said_left:"* ]] || { echo "$shell, $name $lie: $output"; return 1; }
      done
    done
  done <<LIES
1+now[\$(touch $PWD/touched)]
now[\`touch $PWD/touched\`]
1)) \$(touch $PWD/touched) \$((1
99999999999999999999999
08
-5
1 2
0x10

LIES
}

@test "lying: a host that says that there is much time left does not move the end, nor does one that says there is none" {
  local left when
  trial
  for left in 99999 999999999 29 0; do
    begin
    lies "left $left"
    run timeout 60 dash script </dev/null
    [ "$status" = 15 ] || { echo "left $left: $status"; return 1; }
    # 20 s for the reboot, 30 to confirm, and half a minute more: then it is told to go back. Ten minutes later that is given up.
    read -r _ when <asked
    [ "$when" -le 1150 ] || { echo "left $left: told to go back only at $when"; return 1; }
    [ "$(cut -d . -f 1 uptime)" -le 1700 ] || { echo "left $left: ended at $(cat uptime)"; return 1; }
  done
}
