# $ ops-doctor.ts vps-ultraman admin@vps_ultraman_root --eval --elevate sudo
(
verb=ops-doctor
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu
step() { printf "%s\n" "$verb: $*" >&2 || :; }
state=
ended=0
abandon() { :; }
clean() { :; }
report() { :; }
note() { :; }
heard() { :; }
heard_number() { :; }
trap 'ended=$?; trap "clean; exit 130" INT; abandon; report; clean; if [ "$ended" -gt 0 ] && [ -n "$state" ]; then step "$state"; fi; note' EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 131" QUIT
trap "exit 141" PIPE
trap "exit 143" TERM
evaluate() { nix --extra-experimental-features 'nix-command flakes' eval --raw --apply '{ config, pkgs ? { }, ... }:
let
  inherit (builtins) any attrNames attrValues concatMap elem filter foldl'\'' intersectAttrs isAttrs isBool isInt isList isString mapAttrs match readFile split unsafeDiscardStringContext;
  sshd = config.services.openssh or { };
  firewall = config.networking.firewall or { };
  groups = config.users.groups or { };
  security = config.security or { };
  isWritten = text: match "[[:space:]]*" text == null;
  words = value:
    if value == null then null
    else if isList value then map toString value
    else if isBool value then [ (if value then "yes" else "no") ]
    else filter (word: isString word && word != "") (split "[[:space:]]+" (toString value));
  users = filter (user: user.enable or true)
    (attrValues (mapAttrs (attribute: given: given // { name = given.name or attribute; }) (config.users.users or { })));
  keysOf = user: let keys = (user.openssh or { }).authorizedKeys or { }; in
    (keys.keys or [ ]) ++ concatMap (file: filter isString (split "\n" (readFile file))) (keys.keyFiles or [ ]);
  groupsOf = user: filter (group: group != "") [ (user.group or "") ] ++ (user.extraGroups or [ ])
    ++ filter (group: elem user.name (groups.${group}.members or [ ])) (attrNames groups);
  shellOf = user: let shell = user.shell or null; in
    if shell == null then "" else unsafeDiscardStringContext (if isAttrs shell then shell.shellPath or "" else toString shell);
  gate = interface: given: { inherit interface; ports = given.allowedTCPPorts or [ ]; ranges = given.allowedTCPPortRanges or [ ]; };
  rule = users: groups: silent: here: { inherit users groups silent here; };
  wheel = program: rule [ ] [ "wheel" ] (!(program.wheelNeedsPassword or true)) true;
  names = let inherit (config.networking) hostName; domain = config.networking.domain or null; in
    [ "ALL" hostName ] ++ (if domain == null then [ ] else [ "${hostName}.${domain}" ]);
  isElsewhere = host: !(elem host names) && match "[a-z][a-z0-9-]*" host != null;
  sudo = program: [ (wheel program) ] ++ concatMap
    (given: map
      (command: rule (given.users or [ ]) (given.groups or [ ]) (elem "NOPASSWD" (command.options or [ ])) (elem (given.host or "ALL") names))
      (filter (command: (command.command or command) == "ALL") (given.commands or [ ])))
    (filter (given: match "(ALL|root)(:.*)?" (given.runAs or "ALL") != null && !(isElsewhere (given.host or "ALL"))) (program.extraRules or [ ]));
  doas = program: [ (wheel program) ] ++ map (given: rule (given.users or [ ]) (given.groups or [ ]) (given.noPass or false) true)
    (filter (given: given.cmd or null == null && elem (given.runAs or null) [ null "root" ]) (program.extraRules or [ ]));
  by = rules: user:
    let
      own = groupsOf user;
      number = user.uid or null;
      numbers = map (group: (groups.${group} or { }).gid or null) own;
      called = [ "ALL" user.name ] ++ map (group: "%${group}") own ++ (if number == null then [ ] else [ number "#${toString number}" ]);
      fits = rule: any (who: elem who called) rule.users || any (who: elem who own || who != null && elem who numbers) rule.groups;
      mayFit = rule: number == null && any isInt rule.users || elem null numbers && any isInt rule.groups;
      how = rule: if !rule.here then "unknown" else if rule.silent then "silent" else "asks";
    in
    foldl'\'' (last: rule: if fits rule then how rule else if mayFit rule then "unknown" else last) "never" rules;
  rules = {
    sudo =
      if (security.sudo-rs or { }).enable or false then sudo security.sudo-rs
      else if (security.sudo or { }).enable or true then sudo (security.sudo or { })
      else [ ];
    doas = if (security.doas or { }).enable or false then doas security.doas else [ ];
  };
in
builtins.toJSON {
  system = (pkgs.stdenv.hostPlatform or { }).system or pkgs.system or "";
  sshd = sshd.enable or false;
  ports = sshd.ports or [ 22 ];
  listens = map (given: { inherit (given) addr; port = given.port or null; }) (sshd.listenAddresses or [ ]);
  opens = sshd.openFirewall or true;
  settings = mapAttrs (_: words) (intersectAttrs
    { PermitRootLogin = { }; AllowUsers = { }; DenyUsers = { }; AllowGroups = { }; DenyGroups = { }; PubkeyAuthentication = { }; AuthenticationMethods = { }; }
    (sshd.settings or { }));
  keyFiles = sshd.authorizedKeysFiles or [ ];
  keyCommand = sshd.authorizedKeysCommand or "none";
  firewall = firewall.enable or true;
  own = any isWritten [ (firewall.extraCommands or "") (firewall.extraInputRules or "") ];
  open = [ (gate "" firewall) ]
    ++ map (name: gate name firewall.interfaces.${name}) (attrNames (firewall.interfaces or { }))
    ++ map (name: gate name { allowedTCPPortRanges = [{ from = 1; to = 65535; }]; }) (firewall.trustedInterfaces or [ ]);
  users = map
    (user: {
      inherit (user) name;
      groups = groupsOf user;
      keys = keysOf user;
      shell = shellOf user;
      becomes = { sudo = by rules.sudo user; doas = by rules.doas user; run0 = if (security.polkit or { }).enable or false then "unknown" else "never"; };
    })
    users;
}' '.#nixosConfigurations."vps-ultraman"' "$@"; }
host='vps-ultraman'
if said=$(evaluate </dev/null 2>&1); then
  printf "%s %s\n" "$host" "$(printf "%s\n" "$said" | grep "^{" | tail -n 1)"
else
  printf "%s %s\n" "$host" "$(printf "%s\n" "$said" | sed -n "s/^ *error: *//p" | grep . | tail -n 1)"
fi
)

ssh -v -T -o 'RemoteCommand=none' -o 'ClearAllForwardings=yes' -o 'BatchMode=yes' -o 'ConnectTimeout=2' -o 'ControlMaster=no' -o 'ControlPath=none' admin@vps_ultraman_root -- 'sh -c '\''script=$1
shift
if "$@" sh -c : </dev/null >/dev/null 2>&1; then exec "$@" sh -c "$script" sh "${SSH_CONNECTION-}"; fi
exec sh -c "$script"'\'' sh '\''echo
set -u
profile=/nix/var/nix/profiles/system
refuse() {
  status=$1
  shift
  printf "refused %s\n" "$*"
  exit "$status"
}
not_root() { [ "$(id -u)" != 0 ] && echo "$(id -un) is not root there, and only root may $1: add --elevate sudo, or name no user in the target"; }
need_root() { if why=$(not_root "$1"); then refuse 1 "$why"; fi; }
by_systemd() { [ -d /run/systemd/system ]; }
seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
generations() { printf "%s\n" "$profile"-*-link | sed -n "s|^$profile-\([1-9][0-9]\{0,8\}\)-link\$|\1|p" | sort -rn; }
limited() { timeout -k 10 600 "$@"; }
set_profile() {
  if [ "$2" = new ]; then limited nix-env -p "$profile" --set "$1"; else limited nix-env -p "$profile" --switch-generation "$2"; fi
}
kernel_of() {
  for version in "$1"/kernel-modules/lib/modules/*; do
    if [ -d "$version" ]; then echo "${version##*/}"; fi
  done
}
compare() {
  parts=
  for part in kernel initrd kernel-modules systemd; do
    was=$(readlink -e "$1/$part") || continue
    is=$(readlink -e "$2/$part") || continue
    if [ "$was" = "$is" ]; then continue; fi
    case $part$parts in
      kernel*) parts=", kernel $(kernel_of "$1") -> $(kernel_of "$2")" ;;
      systemd*) parts="$parts, systemd ${was##*-systemd-} -> ${is##*-systemd-}" ;;
      *", kernel "*) ;;
      *) parts="$parts, $part" ;;
    esac
  done
  if [ -n "$parts" ]; then echo "$3 ${parts#, }"; fi
}
tell() {
  echo "runs $(readlink -e /run/current-system || echo nothing)"
  echo "boots $(readlink -e "$profile" || echo nothing)"
  if [ "$(readlink /run/hey/failed)" = "$(readlink -e /run/current-system)" ]; then echo "failed yes"; fi
  now=$(readlink "$profile" || :)
  now=${now#system-}
  echo "number ${now%-link}"
  compare /run/booted-system "$profile" reboot
}
alive() { [ -e "$dir/$1" ] && ! flock -n -s "$dir/$1" true; }
verdicts="rolled-back not-rolled-back superseded not-activated kept committed uncommitted"
progress() {
  if [ -L "$dir/confirmed" ]; then
    if alive commit; then echo committing; else echo commit-cut; fi
  elif [ -L "$dir/rolled-back" ]; then
    if [ -L "$dir/trial" ] || alive rollback; then echo going-back; else echo back-cut; fi
  elif [ -L "$dir/open" ]; then
    echo open
  else
    echo over
  fi
}
each_open() {
  for dir in /run/hey/*; do
    ends=$(readlink "$dir/deadline") || continue
    id=${dir##*/}
    left=$((ends - $(seconds_up)))
    "$@"
  done
}
holds() {
  case $(progress) in
    open) [ "$left" -ge -30 ] || [ -L "$dir/trial" ] ;;
    committing | going-back) true ;;
    *) false ;;
  esac
}
refuse_open() {
  if holds; then
    case $(progress) in
      committing) how="it is confirmed, and becomes what boots" ;;
      going-back) how="it is going back" ;;
      *) how="unless confirmed it is undone $([ "$left" -gt 0 ] && echo "in $left s" || echo now)" ;;
    esac
    refuse 13 "another deployment holds the lock: $(readlink "$dir/by"); $how"
  fi
}
trial=/nix/var/nix/hey-trial
trial_progress() {
  noted=$(readlink "$trial/id") || return 0
  read -r this </proc/sys/kernel/random/boot_id
  if [ "$this" = "$(readlink "$trial/boot")" ]; then
    if told=$(readlink "$trial/told") && [ "$(($(seconds_up) - told))" -lt 600 ]; then echo rebooting; else echo over; fi
  elif [ -d "/run/hey/$noted" ]; then
    echo open
  elif [ ! -d "/run/hey/past/$noted" ] && [ "$(readlink "$trial/tried" || echo "$this")" = "$this" ] &&
    [ "$(readlink -e /run/booted-system)" = "$(readlink "$trial/new")" ] && [ "$(readlink -e "$profile")" != "$(readlink "$trial/new")" ]; then
    echo starting
  else
    echo over
  fi
}
refuse_trial() {
  case $(trial_progress) in
    rebooting | starting) refuse 13 "another deployment holds the lock: $(readlink "$trial/by"); its system is being booted, for a trial" ;;
  esac
}
nixos_lock=/run/nixos/switch-to-configuration.lock
lock_holder() {
  at=$(stat -c "%D %i" "$nixos_lock" 2>/dev/null) || return 1
  device=$((0x${at% *}))
  at=$(printf "%02x:%02x:%s" $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${at#* }")
  while read -r _ kind _ _ pid where _; do
    if [ "$kind $where" = "FLOCK $at" ]; then
      command=$(LC_ALL=C tr -c " -~" " " 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-200)
      if [ -n "$command" ]; then echo "process $pid (${command% })"; else echo "a process that process $pid has left behind"; fi
      return
    fi
  done </proc/locks
  return 1
}
refuse_switching() {
  if switcher=$(lock_holder); then refuse 13 "another program is switching it, and holds the lock of NixOS: $switcher"; fi
}
refuse_held() {
  if holder=$(readlink /run/hey/holder); then refuse 13 "another deployment holds the lock: $holder"; fi
}
take_lock() {
  (umask 077 && mkdir -p /run/hey)
  exec 9>/run/hey/lock
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if flock -n 9; then break; fi
    refuse_held
    sleep 0.1
  done
  if flock -n 9; then :; else refuse 13 "another deployment holds the lock; whose it is can not be seen"; fi
  (each_open refuse_open; refuse_trial) || exit
  by="$1, since $(date -u +%T) UTC"
  trap "rm -f /run/hey/holder" EXIT
  ln -sfn "$by" /run/hey/holder
}
refuse_changed() {
  runs=$(readlink -e /run/current-system) || refuse 1 "no NixOS system runs there"
  boots=$(readlink -e "$profile") || boots=nothing
  case $1 in
    *" $runs $boots") ;;
    *" "*) refuse 1 "it has changed since it was shown: it runs $runs now, and boots $boots. Type the same line again" ;;
  esac
  case " $boots $2 " in *" $runs "*) return ;; esac
  case $1 in force*) return ;; esac
  refuse 1 "changed by someone else: it runs $runs, but its profile is $boots and last deployed from here was ${2:-nothing}. Look there first; --force deploys all the same"
}
shell_of() { if [ -x "$1/sw/bin/sh" ]; then echo "$1/sw/bin/sh"; else echo /bin/sh; fi; }
apart() {
  name=$1
  shift
  prev=$(readlink "$dir/prev")
  path=$prev/sw/bin:$PATH
  locales=${LOCALE_ARCHIVE-}
  [ -n "$locales" ] || locales=/run/current-system/sw/lib/locale/locale-archive
  if by_systemd; then
    systemd-run --quiet --collect --no-ask-password --no-block --service-type=oneshot --unit="hey-$name-$id" --property=DefaultDependencies=no \
      --property=TimeoutStartSec=infinity --property=TimeoutStopSec=5s --property=IgnoreOnIsolate=yes "$@" \
      --property=StandardOutput="append:$dir/log" --property=StandardError="append:$dir/log" \
      --setenv=PATH="$path" --setenv=LOCALE_ARCHIVE="$locales" --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
      "$(shell_of "$prev")" "$dir/$name" "$id" 9>&-
  else
    env -i PATH="$path" LOCALE_ARCHIVE="$locales" NIXOS_INSTALL_BOOTLOADER=0 \
      setsid sh "$dir/$name" "$id" >>"$dir/log" 2>&1 </dev/null 9>&- &
    job=$!
  fi
}
goes_on() {
  case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in
    inactive | failed) false ;;
    *) true ;;
  esac
}
activating() { if by_systemd; then goes_on "hey-activation-$id.service"; else kill -0 "$(readlink "$dir/activator")" 2>/dev/null; fi; }
disarm() {
  if by_systemd; then
    systemctl stop "hey-rollback-$id.service" 2>/dev/null || :
  else
    sleeper=$(readlink "$dir/sleeper") || return 0
    if [ "$sleeper" -ne "$$" ]; then kill -s TERM -- "-$sleeper" 2>/dev/null || :; fi
  fi
}
go_back() {
  ln -s "$1" "$dir/why" 2>/dev/null || :
  if [ -L "$dir/trial" ]; then
    ln -s 0 "$dir/now" && mv -T "$dir/now" "$dir/deadline"
    return
  fi
  rm -f "$dir/clock"
  if by_systemd && systemctl start --no-block "hey-rollback-$id.service" 2>/dev/null; then :; else apart rollback; fi
}
inhibited() { [ "$1" = 1 ] && grep -q "^There are changes to critical components" "$2"; }
units_in() {
  own=$(LC_ALL=C sed "/^warning: the following units failed: /q" "$1")
  lines() { printf "%s\n" "$own" | LC_ALL=C sed -nE "$1"; }
  named=$({
    lines "s/^warning: the following units failed: //p" | tr "," "\n"
    lines "s/^warning: the following user units failed: //p" | tr "," "\n" | sed "s/^ */user unit /"
    lines "s/^warning: (user activation for [^ ]+) failed.*/\1/p"
    lines "s/^Failed to (start|stop|restart|reload|[a-z]+-[a-z-]+) (user unit )?([^ ]+\.[a-z]+)(:.*)?\$/\2\3/p"
    lines "s/^(A dependency job|Job) for ([^ ]+\.[a-z]+) .*/\2/p"
  } | sed "s/^ *//" | grep . | LC_ALL=C sort -u | paste -s -d , - | sed "s/,/, /g")
  echo "${named:-which ones it did not say}"
}
failed_units() { systemctl list-units --failed --plain --no-legend --full | cut -d " " -f 1 | LC_ALL=C sort; }
unroot() { rm -f "/nix/var/nix/gcroots/auto/hey-$id-prev" "/nix/var/nix/gcroots/auto/hey-$id-new"; }
archive() {
  unroot
  if [ -L "$dir/trial" ]; then forget_trial; fi
  mv -T "$dir" "/run/hey/past/$id"
  ls -t /run/hey/past | tail -n +9 | while read -r old; do
    if [ "$old" != "$id" ]; then rm -rf "/run/hey/past/$old"; fi
  done
}
forget_trial() { rm -f "$trial/id" && rm -rf "$trial"; }
finishing() {
  case $(systemctl is-system-running) in
    initializing | starting) true ;;
    *) false ;;
  esac
}
marker=/nix/var/nix/hey-commit
unmended() { [ -L "$marker" ] || [ -L "$trial/id" ]; }
say_cut() {
  case $(readlink "$marker") in "$id "*) echo "cut commit" ;; *) if [ "$(readlink "$trial/id")" = "$id" ]; then echo "cut trial"; fi ;; esac
}
stands() {
  for _ in 1 2 3; do
    for at in "$dir" "/run/hey/past/$id"; do
      if [ ! -L "$at/deadline" ]; then continue; fi
      said=over
      if [ "$at" = "$dir" ]; then
        said=$(progress)
        if [ ! -d "$at" ]; then continue; fi
      fi
      if [ "$said" = over ]; then
        for end in $verdicts; do
          if [ -L "$at/$end" ]; then said=$end; fi
        done
      fi
      echo "stands $said"
      echo "left $(($(readlink "$at/deadline") - $(seconds_up)))"
      for fact in started status why units inhibited held; do
        if [ -L "$at/$fact" ]; then echo "$fact $(readlink "$at/$fact")"; fi
      done
      return
    done
    sleep 0.2
  done
  if [ "$(readlink "$trial/id")" = "$id" ]; then
    said=$(trial_progress)
    if [ "$said" = over ]; then
      echo "stands lost"
      say_cut
    else
      echo "stands $said"
    fi
    return
  fi
  echo "stands lost"
  say_cut
}
echo "user $(id -un)"
tell
echo "booted $(readlink -e /run/booted-system || echo nothing)"
echo "date $(stat -c %Y "$profile-${now%-link}-link" 2>/dev/null)"
echo "version $(cat /run/current-system/nixos-version 2>/dev/null)"
echo "kernel $(uname -r)"
while read -r key value _; do
  case $key in
    MemTotal:) echo "memory $value" ;;
    MemAvailable:) echo "available $value" ;;
  esac
done </proc/meminfo
read -r load _ </proc/loadavg
echo "load $load"
echo "cores $(nproc)"
echo "up $(seconds_up)"
say_armed() { echo "armed $(progress)$(if [ -L "$dir/trial" ]; then echo -trial; fi) $left $(readlink "$dir/by")"; }
if [ "$(id -u)" != 0 ] && { [ -e /run/hey ] || [ -e "$trial" ]; }; then :; else
  echo "armed"
  each_open say_armed
  case $(trial_progress) in
    rebooting | starting) echo "armed boot 0 $(readlink "$trial/by")" ;;
  esac
  if holder=$(readlink /run/hey/holder); then echo "armed lock 0 $holder"; fi
fi
echo "revision $(/run/current-system/sw/bin/nixos-version --configuration-revision 2>/dev/null)"
timeout 3 df -P -k / /nix /boot 2>/dev/null | while read -r _ size _ free _ at; do
  case $at in /*) echo "disk $at $size $free" ;; esac
done | sort -u
if by_systemd; then
  echo "unit"
  failed_units | sed "s/^/unit /"
fi
echo "over yes"
echo "login ${SUDO_USER:-${DOAS_USER:-$(id -un)}}"
echo "arch $(uname -m)-linux"
echo "clock $(date +%s)"
printf "%s\n" "${SSH_CONNECTION-${1-}}" | while read -r client _ server port; do
  case $client in
    *%*) interface=${client#*%} ;;
    *) interface=$(ip route get "$client" from "$server" 2>/dev/null | sed -n "s/.* dev \([^ ]*\).*/\1/p") ;;
  esac
  echo "port $port"
  echo "interface $interface"
done
for part in kernel initrd; do echo "$part-size $(stat -L -c %s "/run/current-system/$part" 2>/dev/null)"; done
for key in /etc/ssh/ssh_host_ed25519_key /persist/etc/ssh/ssh_host_ed25519_key; do
  if [ -r "$key.pub" ]; then echo "key $(ssh-keygen -l -f "$key.pub" 2>/dev/null | cut -d " " -f 2) $(cut -d " " -f 1,2 "$key.pub")"; fi
done
me=${SUDO_USER:-${DOAS_USER:-$(id -un)}}
refuse() { echo "untrusted $*"; }
configuration() {
  for words in "config show" show-config; do
    NIX_USER_CONF_FILES=/dev/null NIX_CONFIG="" nix --extra-experimental-features nix-command $words 2>/dev/null && return
  done
  cat /etc/nix/nix.conf 2>/dev/null
}
setting() { printf "%s\n" "$settings" | sed -n "s/^$1 *= *//p" | tail -n 1; }
trusted() {
  if [ "$(setting require-sigs)" = false ]; then return 0; fi
  set -f
  for who in $(setting trusted-users); do
    case $who in
      "*" | "$me") return 0 ;;
      @*) case " $(id -Gn) " in *" ${who#@} "*) return 0 ;; esac ;;
    esac
  done
  return 1
}
settings=$(configuration)
trusted || refuse "nix there takes no unsigned paths from $me (lacks a signature by a trusted key); add $me to nix.settings.trusted-users there, or type --backend nix, which copies as root"'\'' sudo -n --' </dev/null
