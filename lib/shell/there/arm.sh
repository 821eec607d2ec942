# shellcheck disable=SC2154,SC2034 # with deployment.sh before it
# Arms the deployment $1 of the system $2: unless it is confirmed within $3 seconds, this machine rolls back by itself to what it runs
# now. $4 says who deploys; $5 and $6 are those of refuse_changed; $7 is warn or rollback, for units that fail; $8 to ${10} are the
# scripts of the way back, the activation and the commit, which is of the generation ${11} (a number, or "new") and installs the boot
# loader anew if ${12} is 1. They are files as systemd, at each daemon-reload, reads again what it has written
# of a unit: 252 then spoils a `;` or `$` in a command.
id=$1
dir=/run/hey/$id
new=$2
take_lock "$4"
refuse_switching
mkdir -p /run/hey/past
# What was cut short there is brought to its end first: what was confirmed is committed, anything else goes back.
end_dead() {
  if holds; then return; fi
  case $(progress) in
    commit-cut) sh "$dir/commit" "$id" >>"$dir/log" 2>&1 9>&- ;;
    open | back-cut) sh "$dir/rollback" "$id" >>"$dir/log" 2>&1 9>&- ;;
  esac
  if [ -d "$dir" ]; then archive; fi
}
(each_open end_dead)
mend >&2
refuse_changed "$5" "$6"
if [ -x "$new/bin/switch-to-configuration" ]; then :; else refuse 1 "$new did not arrive"; fi
if [ -x "$runs/bin/switch-to-configuration" ]; then :; else refuse 1 "what runs there can not be gone back to: $runs has no bin/switch-to-configuration"; fi
armed=
finish() {
  rm -f /run/hey/holder
  if [ -z "$armed" ]; then
    disarm
    rm -rf "$dir"
    unroot
  fi
}
trap finish EXIT
trap "exit 129" HUP
trap "exit 143" TERM
umask 077
unarmed() { refuse 1 "it could not be armed: $1"; }
fact() { ln -s "$2" "$dir/$1" || unarmed "$dir can not be written to"; }
file() { printf "%s\n" "$2" >"$dir/$1" || unarmed "$dir can not be written to (is /run full?)"; }
# Links of deployments that a power cut has ended.
for link in /nix/var/nix/gcroots/auto/hey-*; do
  if [ -L "$link" ] && [ ! -e "$link" ]; then rm -f "$link"; fi
done
mkdir "$dir" || unarmed "$dir can not be made"
fact open "$id"
fact by "$by"
fact prev "$runs"
fact new "$new"
fact on-unit-failure "$7"
fact generation "${11}"
fact bootloader "${12}"
file rollback "$8"
file activation "$9"
file commit "${10}"
: >"$dir/log"
if by_systemd; then
  failed_units >"$dir/failed" || unarmed "$dir can not be written to"
fi
mkdir -p /nix/var/nix/gcroots/auto
for which in prev new; do
  ln -s "$dir/$which" "/nix/var/nix/gcroots/auto/hey-$id-$which" || unarmed "the disk can not be written to (is it full?)"
done
# In whole seconds of the clock, the one that has begun not counted: at least $3.
fact deadline "$(($(seconds_up) + $3 + 1))"
fact clock "$id"
PATH=$runs/sw/bin:$PATH
shell=$(shell_of "$runs")
if by_systemd; then
  systemd-run --quiet --collect --no-ask-password --unit="hey-rollback-$id" --description="Back to $runs unless confirmed" \
    --service-type=exec --property=Restart=on-failure --property="RestartForceExitStatus=SIGTERM SIGHUP SIGINT SIGPIPE" \
    --property=RestartSec=1 --property=StartLimitIntervalSec=0 --property=TimeoutStopSec=5s --property=ConditionPathExists="$dir/rollback" \
    --property=IgnoreOnIsolate=yes --property=DefaultDependencies=no --property=OOMScoreAdjust=-1000 --setenv=PATH="$PATH" \
    "$shell" "$dir/rollback" "$id" 9>&- || unarmed "systemd did not take the unit"
  systemctl daemon-reload
  if [ "$(systemctl show --property=ActiveState --value "hey-rollback-$id.service")" = active ] &&
    systemctl show --property=ExecStart --value "hey-rollback-$id.service" | grep -qF "argv[]=$shell $dir/rollback $id ;"; then :; else
    unarmed "systemd does not have the unit as it was set"
  fi
else
  setsid "$shell" "$dir/rollback" "$id" </dev/null >>"$dir/log" 2>&1 9>&- &
  job=$!
  fact sleeper "$job"
  (echo -1000 >"/proc/$job/oom_score_adj") 2>/dev/null || :
fi
armed=yes
echo "prev $runs"
echo "boots $boots"
