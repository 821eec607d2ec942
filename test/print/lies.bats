#!/usr/bin/env bats
# What a host says, by a table: each question that it is asked, and each kind of answer to it.
# shellcheck disable=SC2154
load ../lib/printed
load lies

setup() { lying_setup; }

# tried SHELL...: each row of the table in each of them; the verbs that read answers themselves are run as they are.
tried() {
  local question kind answer shell tried=0
  while IFS=$'\t' read -r question kind answer; do
    case $question in '#'*) continue ;; esac
    lie "$question" "$answer"
    for shell in "$@"; do
      case $question in tell_status | tell_health) shell=hey ;; esac
      told "$shell" "${asking[$question]}"
      unharmed "$question, $kind, $shell"
      # Nothing is no success.
      case $question-$kind in
        start_activation-*) ;;
        tell_boot-empty | *-empty | *-"blank lines" | *-never | *-deaf) [ "$status" != 0 ] || { echo "$question, $kind, $shell: 0"; cat out err; cat print-err | head -5; return 1; } ;;
      esac
      case $question in
        # What the others say is true; this one has never said that the new system runs and boots.
        confirm_it* | cancel_it) ! grep -q "deployed and confirmed" out err || { echo "$question, $kind, $shell: confirmed"; cat out err; return 1; } ;;
        arm_* | start_* | look_*) ! grep -q "deployed and confirmed" out err || grep -q "confirmed: root@127.0.0.1 runs $new, boots $new" out err || { cat out err; return 1; } ;;
      esac
      # Nobody was asked where the line was refused before.
      [ "$status" != 2 ] || { echo "$question, $kind, $shell: refused"; cat err; return 1; }
      tried=$((tried + 1))
      if [ "$shell" = hey ]; then break; fi
    done
  done < <(chosen)
  echo "$tried tried" >&3
  [ "$tried" -ge "$least" ]
}

@test "lying: no answer runs anything here, hangs it, or reaches the terminal raw" {
  # Every sixth row: each question with some kinds, each kind at some questions. With HEY_HOSTILE=all every answer, in every shell.
  local least=20 every=6 shells=(dash) guarded='(arm_|start_|look_|confirm_|cancel_it)'
  if [ "${HEY_HOSTILE-}" = all ]; then least=600 every=1 shells=(dash bash 'zsh --emulate sh' 'busybox sh'); fi
  chosen() { grep -v '^#' "$BATS_TEST_DIRNAME/lies.tsv" | grep -vE "^$guarded" | awk -v every=$every 'NR % every == 1 % every'; }
  tried "${shells[@]}"
}

@test "lying: no answer to a guard's questions moves its deadline, or makes it say that a system is confirmed that is not" {
  local least=8 every=12 shells=(dash)
  if [ "${HEY_HOSTILE-}" = all ]; then least=130 every=1 shells=(dash bash 'zsh --emulate sh' 'busybox sh'); fi
  chosen() { grep -E '^(arm_|start_|look_|confirm_|cancel_it)' "$BATS_TEST_DIRNAME/lies.tsv" | awk -v every=$every 'NR % every == 1 % every'; }
  printf '#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in --out-link) ln -sfn "%s" "$2" ;; esac; shift; done\n' "$PWD/sys" >bin/nix
  chmod +x bin/nix
  tried "${shells[@]}"
}

@test "lying: many messages of ssh that are begun and never ended cost no more time than as many bytes of anything else" {
  local begun plain TIMEFORMAT=%U
  # cost TEXT: the milliseconds of this machine's processor, with so many of these words on stderr.
  cost() {
    lie tell_status ''
    echo "yes '$1' | head -c 262000 >&2" >answer
    { time told hey "${asking[tell_status]}"; } 2>spent
    unharmed "$1" && tr -cd 0-9 <spent
  }
  cost 'nothing ' >/dev/null
  plain=$(cost 'nothing ') begun=$(cost 'debug1: ')
  echo "$plain ms, and $begun ms"
  [ "$((10#$begun))" -le "$((4 * 10#$plain))" ]
}

@test "lying: a host that never ends is given up on after --lane-timeout, and the others are deployed to" {
  printf '[hosts.web01]\ntarget = "root@192.0.2.1"\n[hosts.web02]\ntarget = "root@192.0.2.2"\n' >f/hey.toml
  lie reboot_soon @deaf
  status=0
  timeout 100 "$repo/scripts/hey" ops reboot --on 'web0[12]' --wait 3 --lane-timeout 10 --flake "$PWD/f" >out 2>err </dev/null || status=$?
  cat out err
  [ "$status" = 20 ]
  grep -q "root@192.0.2.1 was given up on, as it has not answered in time\|web01 is given up on" err
  # Its own answer never changes: it was told to reboot, and was waited for.
  grep -Eq '^web02 +.*(not back in time)' out
}

@test "lying: what ssh's configuration sets for a shell, and what it lends, does not hold for a connection that carries data" {
  local line options
  printf '%s\n' 'Host *' ' ForwardAgent yes' ' ForwardX11 yes' ' PermitLocalCommand yes' ' LocalCommand touch ran' ' RemoteCommand touch ran' ' RequestTTY force' \
    ' Tunnel yes' ' LogLevel QUIET' ' VisualHostKey yes' ' EscapeChar ~' ' SessionType none' ' StdinNull yes' ' ForkAfterAuthentication yes' ' LocalForward 9999 x:1' >config
  for line in "ops deploy web01 root@127.0.0.1 --backend nix --guard" "ops rollback web01 root@127.0.0.1 --list" "ops status web01 root@127.0.0.1" "ops doctor web01 root@127.0.0.1"; do
    # shellcheck disable=SC2086
    "$repo/scripts/hey" $line --flake "$PWD/f" --ssh-config "$PWD/config" --print 2>/dev/null | sed -n "s/^[a-z]*_options='\([^']*\)'.*/\1/p" >words
    [ -s words ]
    while read -r options; do
      # nix's own are ssh's, where they are not given.
      [ -n "$options" ] || continue
      # shellcheck disable=SC2086
      ssh -G $options 127.0.0.1 >seen
      for fact in "forwardagent no" "forwardx11 no" "permitlocalcommand no" "requesttty false" "tunnel false" "visualhostkey no" "escapechar none" "sessiontype default" "stdinnull no" "forkafterauthentication no" "clearallforwardings yes"; do
        grep -qx "$fact" seen || { echo "$line: no $fact in: $options"; grep "^${fact%% *} " seen; return 1; }
      done
      ! grep -q "^remotecommand \|^loglevel QUIET" seen
    done <words
  done
}

@test "lying: a host is sent only what is part of its system: no other paths, no options, no patterns" {
  local asked
  printf '%s\n' "$old" "$new" >closure
  printf '#!/bin/sh\ncase $1 in --query) cat "%s" ;; --export) shift; printf "%%s\\n" "$@" >"%s" ;; esac\n' "$PWD/closure" "$PWD/sent" >bin/nix-store
  chmod +x bin/nix-store
  { cat "$repo"/lib/shell/here/{run,hear,fact,build}.sh && printf '%s\n' 'verb=v raw= lane_timeout=9 target=t system=s' 'begin' 'tmp=$(mktemp -d)' \
    'there() { case $1 in missing_paths) cat "$ASKED" ;; *) cat >/dev/null ;; esac; }' 'copy_missing keep'; } >script
  for asked in "/nix/store/*-new" "--option plugin-files $PWD/x" "/etc/shadow" "${new}x" "$old $new" "-r"; do
    rm -f sent
    printf '%s\n%s\n' "$new" "$asked" >asked
    run env ASKED="$PWD/asked" sh -euf script
    [ "$status" = 1 ] && [ ! -e sent ] || { echo "$asked: $status $output"; cat sent; return 1; }
  done
  echo "$new" >asked
  env ASKED="$PWD/asked" sh -euf script
  [ "$(cat sent)" = "$new" ]
}

@test "lying: a run of several hosts has no file where a host of any name has its directory" {
  local name
  cat >bin/nix <<STUB
#!/bin/sh
case " \$* " in *" eval "*) for host in build built built-2 events pid log web02; do case "\$*" in *"\"\$host\""*) echo "\$host $new.drv $new" ;; esac; done ;; esac
STUB
  printf '#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in --add-root) : >"$2" ;; esac; shift; done\n' >bin/nix-store
  chmod +x bin/nix bin/nix-store
  lie none ''
  for name in build built built-2 events pid log; do
    mkdir -p "f/hosts/$name"
    echo '{ }' >"f/hosts/$name/default.nix"
    printf '{ outputs = _: { nixosConfigurations = { %s = { }; web02 = { }; }; }; }\n' "$name" >f/flake.nix
    printf '[hosts.%s]\ntarget = "root@127.0.0.1"\n[hosts.web02]\ntarget = "root@192.0.2.2"\n' "$name" >f/hey.toml
    sed -i "s/^system-name .*/system-name $name/" honest
    sed -i "s/sed s[^ ]* /sed s,$name,web02, /" bin/ssh
    told hey "ops deploy --on $name,web02 --backend nix"
    [ "$status" = 0 ] || { echo "$name: $status"; cat out err; return 1; }
    for lane in "$name" web02; do grep -q "^ops-deploy: root@.* runs /nix/store/" home/state/hey/runs/*/"$lane"/log || { ls -R home/state/hey/runs; cat home/state/hey/runs/*/"$lane"/log; return 1; }; done
    rm -rf home/state/hey/runs
  done
}

@test "lying: facts are read in time that grows with the answer, in every shell" {
  local shell
  { cat "$repo"/lib/shell/here/{harmless,fact}.sh && printf '%s\n' 'facts=$(cat "$FACTS")' '[ "$(fact last)" = yes ]' '[ -z "$(fact none)" ]' '[ "$(fact first)" = no ]'; } >script
  { echo "first no"; yes "runs /nix/store/x" | head -n 20000; printf 'long '; head -c 200000 /dev/zero | tr '\0' a; echo; echo "last yes"; } >facts
  for shell in dash bash 'zsh --emulate sh' 'busybox sh'; do
    # shellcheck disable=SC2086
    FACTS=$PWD/facts timeout 10 $shell -euf script || { echo "$shell: $?"; return 1; }
  done
}

@test "lying: the words of a login before anybody is in are not ssh's" {
  local said
  cat >words.ts <<TS
import { ownWords } from "$repo/lib/doctor/handshake.ts";
const lines = ["debug1: Authenticating to a:22 as 'root'", "debug1: SSH2_MSG_NEWKEYS sent", "Host key for web02 has changed and you have requested strict checking.",
  "Offending ED25519 key in /root/.ssh/known_hosts:3", "debug1: SSH2_MSG_NEWKEYS sent", "root@a: Permission denied (publickey)."];
console.log(JSON.stringify([ownWords(lines, 0), ownWords(lines.slice(0, 1), 0)]));
TS
  said=$(node "$repo/lib/load.cjs" "$PWD/words.ts")
  [[ $said != *"web02"* && $said != *"Offending"* && $said == *"Permission denied"* ]]
}

@test "lying: what status and doctor count with is digits, of a sane size" {
  cat >words.ts <<TS
import { Facts } from "$repo/lib/inquiry/facts.ts";
const none = ["1e3", "1e309", "0x10", "0b11", "-5", "+5", "1_000", "Infinity", "NaN", "12.5.6", "12.", ".5", "1,5", "5 000", "\u0663", "9".repeat(14), "9".repeat(400), "4398046511105", "1;2", "", "1.123456789"];
const some: [string, number][] = [["0", 0], ["0012", 12], ["0.52", 0.52], ["1767225600", 1767225600], ["4398046511104", 2 ** 42], [" 7 ", 7]];
const read = (word: string) => new Facts("n " + word + "\n").number("n");
console.log(JSON.stringify([none.filter((word) => read(word) !== undefined), some.filter(([word, value]) => read(word) !== value)]));
TS
  run node "$repo/lib/load.cjs" "$PWD/words.ts"
  [ "$output" = '[[],[]]' ] || { echo "$output"; false; }
  # Nobody else makes numbers of facts.
  run grep -rnE '(Number|Number\.parse\w+|parse(Int|Float))\([^()]*\.(one|all)\(|[^=][-+*/%<>] \w+\.(one|all)\(' "$repo/lib" --include='*.ts'
  [ "$status" = 1 ] || { echo "$output"; false; }
}

@test "lying: units that a user without rights can make fail decide nothing, others do" {
  { cat "$repo"/lib/shell/there/facts.sh && echo deciding; } >script
  printf '%s\n' user@1000.service session-3.scope sshd@4-10.0.0.1:22-10.0.0.2:5.service user-runtime-dir@1000.service "user unit x.service" nginx.service sshd.service user.slice |
    sh script >decides
  [ "$(paste -sd ' ' decides)" = "nginx.service sshd.service user.slice" ]
}

@test "lying: the table has 120 answers, and each question has each kind" {
  [ "$(grep -vc '^#' "$BATS_TEST_DIRNAME/lies.tsv")" -ge 120 ]
}
