# Would this very login still work under another system? Its own programs judge, in a mount namespace of their own. Nothing of it is activated, and
# nothing of this machine is touched: /etc is that of the system there, /tmp holds what is written meanwhile, and /tmp/live is the /etc of now.
# The system that runs is the measure, as this login came in under it: what would be wrong with both is a doubt, and no finding.
# The lines of a judgement: "wrong WHAT WHY", "maybe WHAT WHY", "unknown WHAT WHY".

# in_line: stdin, its lines with blanks between.
in_line() { paste -s -d " "; }

# connection_of PROCESS: "ADDRESS PORT ADDRESS PORT" of the ssh connection that this came in by. sudo and doas take it out of the environment, so
# it is read of the processes above. Nothing where none of them has it.
connection_of() {
  local process found
  process=$1
  while [ "$process" -gt 1 ]; do
    found=$(tr "\000" "\n" 2>/dev/null <"/proc/$process/environ" | sed -n "s/^SSH_CONNECTION=//p")
    if [ -n "$found" ]; then echo "$found" && return; fi
    process=$(sed -n "s/^PPid:[^0-9]*//p" "/proc/$process/status" 2>/dev/null)
    process=${process:-0}
  done
}

# judge_login SYSTEM PORT BY OFFER...: whether this login would work under that system: facts "lockout WHY", "doubt WHY" and "unjudged WHY". PORT is
# where it will come to, if not where it has come to. BY is what becomes root: none, sudo, doas, run0, or secret for sudo with a password. OFFER is
# what ssh has on the other side: fingerprints of keys, "certificate", and NAME:LIST for what it can speak.
judge_login() {
  local new user at found before kind what why
  new=$1
  user=${SUDO_USER:-${DOAS_USER:-$(id -un)}}
  at=$(connection_of $$)
  if [ "$new" -ef /run/current-system ]; then return 0; fi
  if [ ! -x "$new/sw/bin/sshd" ]; then echo "unjudged there is no sshd in the new system" && return; fi
  case $user:$at in *[!A-Za-z0-9._@:%\ -]* | *:) echo "unjudged by which connection $user came in is not known" && return ;; esac
  # shellcheck disable=SC2086
  set -- "$user" $at "$@"
  found=$(in_view judge_view "$new" "$@")
  # It came to its end.
  case $found in *whole) ;; *) echo "unjudged a namespace of its own can not be had there" && return ;; esac
  before=$found
  case $found in *wrong*) before=$(in_view judge_view /run/current-system "$@") ;; esac
  case $before in *whole) ;; *) before=$found ;; esac
  printf "%s\n" "$found" | while read -r kind what why; do
    case $kind in
      wrong) if printf "%s\n" "$before" | grep -q "^wrong $what "; then echo "doubt $why"; else echo "lockout $why"; fi ;;
      maybe) echo "doubt $why" ;;
      unknown) echo "unjudged $why" ;;
    esac
  done
}

# in_view NAME WORD...: calls that function in a mount namespace of its own.
in_view() {
  limited env "program=$program" unshare --mount sh -c "$program
\"\$@\"" sh "$@" </dev/null 2>/dev/null
}

# judge_view SYSTEM USER ADDRESS PORT ADDRESS PORT NEW PORT BY OFFER...: judges that system, in a namespace. Ends: where that can not be prepared.
judge_view() {
  local system user from to now port by
  system=$(readlink -f "$1") user=$2 from=$3 to=$5 now=$6 port=${8:-$6} by=$9
  if [ "$1" -ef /run/current-system ]; then port=$now; fi
  shift 9
  export LC_ALL=C
  { mount -t tmpfs -o mode=755 hey /tmp && mkdir /tmp/live /tmp/etc && mount --bind /etc /tmp/live && ln -s "$system"/etc/* /tmp/etc/; } || exit 3
  # Nobody is asked for accounts but the files.
  if [ -d /run/nscd ]; then mount -t tmpfs hey /run/nscd || exit 3; fi
  rm -f /tmp/etc/passwd /tmp/etc/group /tmp/etc/shadow
  make_accounts "$system" "$user"
  { mount --bind /tmp/etc /etc && ssh-keygen -q -t ed25519 -N "" -f /tmp/key; } || exit 3
  # Meanwhile, as this waits.
  judge_firewall "$system" "$from" "$to" "$port" "$now" >/tmp/firewall &
  judge_network "$system" "$to"
  judge_account "$system" "$user"
  judge_sshd "$system" "$user" "$from" "$to" "$port" "$@"
  if [ "$by" != none ] && [ "$user" != root ]; then judge_root "$system" "$user" "$by"; fi
  wait
  cat /tmp/firewall
  echo whole
}

# make_accounts SYSTEM USER: passwd, group and shadow of /tmp/etc, as far as that user goes: those of now, with what the system declares. As
# NixOS does it.
make_accounts() {
  local file spec line id group home shell expires hash days
  for file in passwd group shadow; do cat "/etc/$file" >"/tmp/etc/$file"; done
  if [ "$1" -ef /run/current-system ]; then return; fi
  file=$(cat "$1/activate" "$1/etc/systemd/system/userborn.service" 2>/dev/null | grep -o "/nix/store/[^ \"]*-\(users-groups\|userborn\)\.json" | head -n 1)
  if [ -z "$file" ]; then echo "unknown accounts which accounts the new system has can not be read" && return; fi
  spec=$(declared_user "$file" "$2" 2>/tmp/said) || { echo "unknown accounts $file can not be read: $(tail -n 1 /tmp/said)" && return; }
  line=$(printf "%s\n" "$spec" | sed -n "s/^user://p")
  case $spec in mutable:1*) ;; *) line=${line:-none} ;; esac
  # Who was made by hand stays.
  if [ -z "$line" ] && ! grep -q "\(^\| \)$2\( \|\$\)" /var/lib/nixos/declarative-users 2>/dev/null; then return; fi
  for file in passwd shadow; do grep -v "^$2:" "/etc/$file" >"/tmp/etc/$file"; done
  sed -e "s/\([:,]\)$2,/\1/" -e "s/[,]\{0,1\}\([:]\{0,1\}\)\b$2\$/\1/" /etc/group >/tmp/etc/group
  case $line in "" | none) return ;; esac
  group=${line%%:*} line=${line#*:}
  id=${line%%:*} line=${line#*:}
  home=${line%%:*} line=${line#*:}
  shell=${line%%:*} line=${line#*:}
  expires=${line%%:*} hash=${line#*:}
  printf "%s\n" "$spec" | sed -n "s/^group://p" | add_to_groups "$2"
  # Who is there keeps their number.
  id=$(grep "^$2:" /etc/passwd | cut -d : -f 3 | grep . || echo "${id:-60001}")
  echo "$2:x:$id:$(grep "^$group:" /tmp/etc/group | cut -d : -f 3 | grep . || echo 60001)::$home:$shell" >>/tmp/etc/passwd
  line=$(grep "^$2:" /etc/shadow)
  days=$(printf "%s\n" "$line" | cut -d : -f 8)
  if [ -n "$expires" ]; then days=$(($(date -u -d "$expires" +%s) / 86400)); fi
  case $hash in /*) if [ -e "$hash" ]; then hash=$(head -n 1 "$hash"); else hash=; fi ;; esac
  case $spec-$line in mutable:1*-?*) hash=$(printf "%s\n" "$line" | cut -d : -f 2) ;; esac
  echo "$2:${hash:-!}:1:::::$days:" >>/tmp/etc/shadow
}

# declared_user FILE USER: what a list of accounts, as NixOS makes it, says of that user: "mutable:1", or "mutable:" where there are no others;
# "user:GROUP:ID:HOME:SHELL:EXPIRES:PASSWORD", with a path for the last where it lies in a file; "group:NAME:ID" for each group.
declared_user() {
  nix --extra-experimental-features nix-command eval --raw --impure --expr "with builtins; let
    all = fromJSON (readFile \"$1\");
    text = value: if value == null then \"\" else toString value;
    of = set: name: text (if hasAttr name set then getAttr name set else null);
    is = user: user.name == \"$2\" && user.enable or true;
    hash = user: head (filter (value: value != \"\") [ (of user \"hashedPasswordFile\") (of user \"hashedPassword\") ] ++ [ \"\" ]);
    line = kind: words: concatStringsSep \":\" ([ kind ] ++ words);
    lines = [ (line \"mutable\" [ (text (all.mutableUsers or true)) ]) ]
      ++ map (user: line \"user\" (map (of user) [ \"group\" \"uid\" \"home\" \"shell\" \"expires\" ] ++ [ (hash user) ])) (filter is all.users)
      ++ map (group: line \"group\" (map (of group) [ \"name\" \"gid\" ]))
        (filter (group: elem \"$2\" group.members || any (user: is user && user.group == group.name) all.users) all.groups);
  in concatStringsSep \"\n\" lines"
}

# add_to_groups USER: stdin, lines NAME:ID of the groups that have it.
add_to_groups() {
  local name id
  while IFS=: read -r name id; do
    if grep -q "^$name:" /tmp/etc/group; then
      sed -i "s/^\($name:.*:\)\(..*\)\$/\1\2,$1/; s/^\($name:.*:\)\$/\1$1/" /tmp/etc/group
    else
      # Of two groups with one number sshd would know the first alone.
      echo "$name:x:${id:-$((60000 + $(wc -l </tmp/etc/group)))}:$1" >>/tmp/etc/group
    fi
  done
}

# judge_account SYSTEM USER
judge_account() {
  local entry shell program days
  entry=$(grep "^$2:" /etc/passwd) || { echo "wrong account the account $2 is removed" && return; }
  shell=${entry##*:}
  program=$shell
  case $shell in /run/current-system/*) program=$1/${shell#/run/current-system/} ;; /etc/profiles/*) program=$(readlink -f "$shell") ;; esac
  case $shell in
    */nologin | */false) echo "wrong shell the login shell of $2 is $shell, which lets nobody in" ;;
    "") ;;
    *) if [ ! -x "$program" ]; then echo "wrong shell the login shell of $2, $shell, is not there" ; fi ;;
  esac
  days=$(grep "^$2:" /etc/shadow | cut -d : -f 8)
  if [ -n "$days" ] && [ "$days" -le $(($(date +%s) / 86400)) ]; then echo "wrong expired the account $2 is expired"; fi
}

# option NAME: what sshd has for it, of the words that were asked for.
option() { sed -n "s/^$1 //p" /tmp/sshd; }

# asked_sshd SSHD FILE USER ADDRESS ADDRESS PORT: what that configuration comes to, for this connection.
asked_sshd() { "$1" -T -f "$2" -h /tmp/key -C "user=$3,addr=$4,host=$4,laddr=$5,lport=$6"; }

# is_wanted SYSTEM UNIT: whether that is there, may run, and is begun by another one.
is_wanted() {
  local link
  if [ ! -e "$1/etc/systemd/system/$2" ] || [ "$1/etc/systemd/system/$2" -ef /dev/null ]; then return 1; fi
  for link in "$1"/etc/systemd/system/*.wants/"$2" "$1"/etc/systemd/system/*.requires/"$2"; do if [ -h "$link" ]; then return; fi; done
  return 1
}

# has_of LIST LIST: whether two lists with commas have a word in common; the first of it.
has_of() {
  local word
  for word in $(echo "$1" | tr , " "); do case ,$2, in *",$word,"*) echo "$word" && return ;; esac done
  return 1
}

# judge_sshd SYSTEM USER FROM TO PORT OFFER...
judge_sshd() {
  local sshd units word cipher
  units=$1/etc/systemd/system
  cipher=""
  if ! is_wanted "$1" sshd.service && ! is_wanted "$1" sshd.socket; then
    case $4$(ls "$units") in
      100.*tailscaled.service* | *dropbear*) echo "maybe unit sshd is not started; another program may answer" ;;
      *) echo "wrong unit sshd is not started" ;;
    esac
    return
  fi
  sshd=$(cat "$units/sshd.service" "$units/sshd@.service" 2>/dev/null | sed -n "s/^ExecStart=[-@:+!]*\([^ ]*\/sshd\) .*/\1/p" | head -n 1)
  if [ ! -x "$sshd" ]; then sshd=$1/sw/bin/sshd; fi
  if asked_sshd "$sshd" /etc/ssh/sshd_config "$2" "$3" "$4" "$5" >/tmp/sshd 2>/tmp/said; then :; else
    echo "wrong config sshd refuses its configuration: $(grep -v "host key" /tmp/said | head -n 1)"
    return
  fi
  judge_listening "$1" "$4" "$5"
  judge_permission "$sshd" "$2" "$3" "$4" "$5"
  for word in "$@"; do
    case $word in
      ciphers:*) cipher=$(has_of "${word#*:}" "$(option ciphers)") || unspoken ciphers ;;
      hostkeyalgorithms:*) has_of "${word#*:}" "$(option hostkeyalgorithms)" >/dev/null || unspoken hostkeyalgorithms ;;
      kexalgorithms:*) has_of "${word#*:}" "$(option kexalgorithms)" >/dev/null || unspoken kexalgorithms ;;
      macs:*) case $cipher in *gcm@* | *poly1305@*) ;; *) has_of "${word#*:}" "$(option macs)" >/dev/null || unspoken macs ;; esac ;;
    esac
  done
  judge_host_keys
  judge_keys "$sshd" "$@"
}

# unspoken NAME
unspoken() { echo "wrong $1 ssh here knows none of the $1 of sshd ($(option "$1"))"; }

# judge_listening SYSTEM ADDRESS PORT: whether sshd, or its socket, listens there.
judge_listening() {
  local all each ports
  all=$(option listenaddress)
  if is_wanted "$1" sshd.socket; then all=$(sed -n "s/^ListenStream=//p" "$1/etc/systemd/system/sshd.socket"); fi
  for each in $all; do
    case $each in "$2:$3" | "[$2]:$3" | "$3") return ;; esac
    case $each-$2 in "0.0.0.0:$3"-*.*.*.* | "[::]:$3"-*:*) return ;; esac
    if [ "$each" = "[::]:$3" ] && is_wanted "$1" sshd.socket; then return; fi
  done
  ports=$(printf "%s\n" "$all" | sed "s/.*://" | sort -u)
  if printf "%s\n" "$ports" | grep -qx "$3"; then
    echo "wrong address sshd does not listen at $2, to which ssh came, but at $(printf "%s\n" "$all" | in_line)"
  else
    echo "wrong port sshd answers at port $(printf "%s\n" "$ports" | in_line | sed "s/ / and /g"), not at $3, to which ssh came (where that is meant: --then-port)"
  fi
}

# judge_permission SSHD USER FROM TO PORT: whether that user may log in by a key, from there, and gets a shell.
judge_permission() {
  local name entry said
  case $2-$(option permitrootlogin) in
    root-no) echo "wrong root sshd lets root in by nothing (PermitRootLogin no)" ;;
    root-forced*) echo "wrong root sshd lets root in for forced commands only (PermitRootLogin)" ;;
  esac
  if [ "$(option pubkeyauthentication)" = no ]; then echo "wrong pubkey sshd takes no keys (PubkeyAuthentication no)"; fi
  case " $(option authenticationmethods) " in
    "  " | *" any "* | *" publickey "*) ;;
    *publickey*) echo "maybe methods sshd wants more than a key (AuthenticationMethods $(option authenticationmethods))" ;;
    *) echo "wrong methods sshd takes no keys (AuthenticationMethods $(option authenticationmethods))" ;;
  esac
  if [ "$(option maxsessions)" = 0 ]; then echo "wrong sessions sshd opens no session (MaxSessions 0)"; fi
  if [ "$(option usepam)" = yes ]; then
    case $(sed -n "s/^account \{1,\}\([^ ]* .*\)/\1/p" /etc/pam.d/sshd 2>/dev/null) in
      *"required "*pam_deny* | *"requisite "*pam_deny*) echo "maybe pam PAM may refuse the account (pam_deny in /etc/pam.d/sshd)" ;;
      *pam_access* | *pam_listfile* | *pam_succeed_if* | *pam_wheel* | *pam_time* | *pam_group*) echo "maybe pam PAM may refuse the account (/etc/pam.d/sshd)" ;;
    esac
  fi
  if [ "$(option usepam)" = no ] && grep -q "^$2:!" /etc/shadow; then
    echo "wrong locked the account $2 has no password, so it is locked without PAM (UsePAM no)"
  fi
  # sshd itself says whether a list of names has this user and its groups.
  for name in denyusers allowusers denygroups allowgroups; do
    option "$name" | while read -r entry; do
      case $name-$entry in
        *users-*@*) echo "Match User ${entry%@*} Address ${entry##*@}" ;;
        *users-*) echo "Match User $entry" ;;
        *) echo "Match Group $entry" ;;
      esac
      echo "Banner /listed"
    done >/tmp/listing
    if [ ! -s /tmp/listing ]; then continue; fi
    said=$(asked_sshd "$1" /tmp/listing "$2" "$3" "$4" "$5" 2>/dev/null) || {
      echo "unknown $name whether $2 is in $name can not be told"
      continue
    }
    case $name-$said in
      deny*"banner /listed"*) ;;
      deny* | *"banner /listed"*) continue ;;
    esac
    echo "wrong $name sshd does not let $2 in from $3 ($name: $(option "$name" | in_line))"
  done
  judge_forced "$(option forcecommand)" ForceCommand
  judge_chroot "$2"
}

# judge_forced COMMAND WHENCE: whether a shell comes of what is run in the place of each command.
judge_forced() {
  case $1 in
    "" | none) ;;
    */nologin* | nologin* | */false* | false* | */true | true | internal-sftp* | */sftp-server* | */git-shell*) echo "wrong forced each session gets $1 and nothing else ($2)" ;;
    *) echo "maybe forced each session gets $1 ($2)" ;;
  esac
}

# judge_chroot USER
judge_chroot() {
  local entry dir
  dir=$(option chrootdirectory)
  entry=$(grep "^$1:" /etc/passwd) || return 0
  if [ -z "$dir" ] || [ "$dir" = none ]; then return; fi
  entry=${entry%:*}
  dir=$(printf "%s\n" "$dir" | sed "s,%u,$1,g; s,%h,${entry##*:},g")
  if [ ! -d "$dir" ]; then
    echo "wrong chroot each session is put into $dir, which is not there (ChrootDirectory)"
  elif [ ! -e "$dir/nix/store" ] && [ ! -e "$dir/bin/sh" ]; then
    echo "wrong chroot each session is put into $dir, which has no shell (ChrootDirectory)"
  else
    echo "maybe chroot each session is put into $dir (ChrootDirectory)"
  fi
}

# judge_host_keys: whether sshd will have the keys by which ssh knows this machine.
judge_host_keys() {
  local file missing some
  missing="" some=""
  for file in $(option hostkey); do
    case $file in
      /tmp/key) ;;
      *) if [ -s "$file" ] || [ -s "/tmp/live/${file#/etc/}" ]; then some=yes; else missing="$missing $file"; fi ;;
    esac
  done
  if [ -n "$some" ] || [ -z "$missing" ]; then return; fi
  echo "maybe host-keys none of its host keys is there (${missing# }): those that sshd makes are other ones than ssh knows"
}

# judge_keys SSHD SYSTEM USER FROM TO PORT OFFER...: whether one of the keys of ssh is in the files that sshd reads for that user.
judge_keys() {
  local sshd system user entry home path file all why none
  sshd=$1 system=$2 user=$3
  case " $* " in *" SHA256:"*) ;; *) echo "unknown key which key ssh has got in with is not known" && return ;; esac
  entry=$(grep "^$user:" /etc/passwd) || return 0
  entry=${entry%:*}
  home=${entry##*:}
  : >/tmp/keys
  all=$(option authorizedkeysfile | sed "s,%u,$user,g; s,%h,$home,g; s,%U,$(id -u "$user"),g; s,%%,%,g")
  none="no key of ssh here is in a file that sshd reads for $user ($all)"
  for path in $all; do
    case $path in none) continue ;; /*) ;; *) path=$home/$path ;; esac
    for file in $(key_files "$system" "$path"); do keys_of "$file" >>/tmp/keys; done
  done
  shift
  judge_our_keys "$sshd" "$@" && return
  why=$(cat /tmp/against)
  if [ -n "$why" ]; then
    echo "wrong key $why"
  elif [ "$(option authorizedkeyscommand)" != none ]; then
    echo "maybe key $none; what AuthorizedKeysCommand says is not known"
  elif [ "$(option trustedusercakeys)" != none ] && case " $* " in *" certificate "*) ;; *) false ;; esac then
    echo "maybe key $none; whether its certificate counts is not known"
  elif will_write "$system" "$all"; then
    echo "maybe key $none, and the new system writes one of these"
  else
    echo "wrong key $none"
  fi
}

# key_files SYSTEM PATH: where that is read, once the system runs: its own file, or one that lies there now and stays; and what it puts there by a
# link.
key_files() {
  local name
  case $2 in
    /etc/*)
      name=${2#/etc/}
      if [ -e "$2" ]; then echo "$2" && return; fi
      # What another system has put there goes with it.
      case $(readlink "/tmp/live/$name") in /etc/static/*) return ;; esac
      if ! grep -qxF "$name" /tmp/live/.clean 2>/dev/null && [ -f "/tmp/live/$name" ]; then echo "/tmp/live/$name"; fi
      ;;
    *)
      if [ -f "$2" ]; then echo "$2"; fi
      cat "$1"/etc/tmpfiles.d/*.conf 2>/dev/null | sed -n "s,^[LC][+!-]* *$2 .* \(/nix/store/[^ ]*\)\$,\1,p"
      ;;
  esac
}

# will_write SYSTEM PATHS: whether the system has one of these in what it does when it is activated or booted.
will_write() {
  local system path
  system=$1
  for path in $2; do
    case $path in
      /etc/*) ;;
      *) if grep -qsF "$path" "$system/activate" "$system"/etc/tmpfiles.d/*.conf "$system"/etc/systemd/system/*.service; then return; fi ;;
    esac
  done
  return 1
}

# keys_of FILE: its keys, a line each: BITS FINGERPRINT OPTIONS (TYPE).
keys_of() {
  sed -nE "/^[[:blank:]]*#/d; s/^[[:blank:]]*(.*[[:blank:]])?((ssh|ecdsa|sk)-[a-z0-9@.-]+)[[:blank:]]+(AAAA[A-Za-z0-9+/=]+).*\$/\2 \4 \1/p" "$1" |
    ssh-keygen -l -f - 2>/dev/null
}

# judge_our_keys SSHD SYSTEM USER FROM TO PORT OFFER...: whether one of the keys on offer is in /tmp/keys, and lets in. What a line has against it
# goes to /tmp/against.
judge_our_keys() {
  local sshd user from to port word line options kind
  sshd=$1 user=$3 from=$4 to=$5 port=$6
  shift 6
  : >/tmp/against
  for word in "$@"; do
    case $word in SHA256:*) ;; *) continue ;; esac
    grep -F " $word " /tmp/keys >/tmp/ours || continue
    while read -r line; do
      kind=${line##* }
      options=${line#* "$word"}
      options=${options% *}
      lets_in "$sshd" "$user" "$from" "$to" "$port" "$options" "$kind" && return
    done </tmp/ours
  done
  return 1
}

# lets_in SSHD USER FROM TO PORT OPTIONS TYPE: whether a key with these options in its line does. What is against it goes to /tmp/against.
lets_in() {
  local list until_when now algorithms
  case ,$6 in *[,\ ]cert-authority*) return 1 ;; esac
  case $7 in
    "(ED25519)") algorithms=ssh-ed25519 ;;
    "(RSA)") algorithms=rsa-sha2-512,rsa-sha2-256 ;;
    *) algorithms= ;;
  esac
  if [ -n "$algorithms" ] && ! has_of "$algorithms" "$(option pubkeyacceptedalgorithms)$(option pubkeyacceptedkeytypes)" >/dev/null; then
    echo "sshd takes no keys of the type of ssh here, $7 (PubkeyAcceptedAlgorithms)" >/tmp/against
    return 1
  fi
  list=$(printf "%s\n" "$6" | sed -n "s/.*from=\"\([^\"]*\)\".*/\1/p")
  if [ -n "$list" ]; then
    printf "%s\n" "Match Address $list" "Banner /listed" >/tmp/listing
    if ! asked_sshd "$1" /tmp/listing "$2" "$3" "$4" "$5" 2>/dev/null | grep -qx "banner /listed"; then
      echo "the key of ssh here counts only from $list, and ssh comes from $3" >/tmp/against
      return 1
    fi
  fi
  until_when=$(printf "%s\n" "$6" | sed -n "s/.*expiry-time=\"\([0-9]*\)\(Z\{0,1\}\)\".*/\1\2/p")
  case $until_when in
    "") ;;
    *)
      now=$(case $until_when in *Z) date -u +%Y%m%d%H%M%S ;; *) date +%Y%m%d%H%M%S ;; esac)
      until_when=$(printf "%s000000" "${until_when%Z}" | cut -c 1-14)
      if [ "$until_when" -le "$now" ]; then
        echo "the key of ssh here has expired (expiry-time)" >/tmp/against
        return 1
      fi
      ;;
  esac
  judge_forced "$(printf "%s\n" "$6" | sed -n "s/.*command=\"\([^\"]*\)\".*/\1/p")" "command= of the key"
}

# as_user USER COMMAND...: as that user of /etc, with their groups.
as_user() {
  local user
  user=$1
  shift
  setpriv --reuid "$(id -u "$user")" --regid "$(id -g "$user")" --init-groups -- "$@"
}

# judge_root SYSTEM USER BY: whether that user becomes root by that.
judge_root() {
  local program
  if ! grep -q "^$2:" /etc/passwd; then return; fi
  program=${3%secret}
  program=${program:-sudo}
  if [ "$program" = run0 ]; then echo "unknown root what polkit will say of run0 is not known" && return; fi
  judge_wrapper "$1" "$2" "$program" || return
  case $program in
    sudo) judge_sudo "$@" ;;
    doas)
      case $(as_user "$2" "$1/sw/bin/doas" -C /etc/doas.conf env 2>&1) in
        "permit nopass"*) ;;
        permit*) echo "wrong root doas asks $2 for a password" ;;
        deny*) echo "wrong root doas lets $2 not become root" ;;
        *) echo "unknown root what doas will say is not known" ;;
      esac
      ;;
  esac
}

# judge_wrapper SYSTEM USER PROGRAM: whether NixOS will have that as a program that makes its caller root, and that user may run it.
judge_wrapper() {
  local script text mode owner
  script=$(sed -n "s/^ExecStart=\([^ ]*\).*/\1/p" "$1/etc/systemd/system/suid-sgid-wrappers.service" 2>/dev/null)
  text=$(cat "$1/activate" "$script" 2>/dev/null)
  case $text in *wrapperDir/*) ;; *) echo "unknown root which programs make root is not known" && return 1 ;; esac
  mode=$(printf "%s\n" "$text" | sed -n "s|^ *chmod \"\([^\"]*\)\" \"[^\"]*wrapperDir/$3\"\$|\1|p" | tail -n 1)
  owner=$(printf "%s\n" "$text" | sed -n "s|^ *chown \([^ ]*\) \"[^\"]*wrapperDir/$3\"\$|\1|p" | tail -n 1)
  if [ -z "$mode" ] || [ -z "$owner" ]; then echo "wrong root there is no $3" && return 1; fi
  : >/tmp/wrapper
  { chmod 0000 /tmp/wrapper && chown "$owner" /tmp/wrapper && chmod "$mode" /tmp/wrapper; } 2>/dev/null ||
    { echo "unknown root who may run $3 is not known" && return 1; }
  if as_user "$2" test -x /tmp/wrapper && [ -u /tmp/wrapper ]; then return; fi
  echo "wrong root $2 may not run $3, or becomes not root by it ($owner, $mode)"
  return 1
}

# judge_sudo SYSTEM USER BY: what sudo says itself.
judge_sudo() {
  local said rule items item asks allowed
  if [ ! -x "$1/sw/bin/sudo" ]; then echo "unknown root what sudo will say is not known" && return; fi
  said=$("$1/sw/bin/sudo" -l -U "$2" 2>&1 </dev/null)
  allowed=""
  case $said in
    *!requiretty*) ;;
    *requiretty* | *"must have a tty"*) echo "wrong root sudo wants a terminal of $2 (requiretty), and a deployment has none" && return ;;
  esac
  # The last rule that fits is the one that counts.
  for rule in $(printf "%s\n" "$said" | sed -n "s/^ *(\([^)]*\)) */\1=/p" | tr " " "_"); do
    case ${rule%%=*} in *ALL* | *root*) ;; *) continue ;; esac
    asks=yes
    case $said in *"!authenticate"*) asks=no ;; esac
    items=$(echo "${rule#*=}" | tr , " ")
    for item in $items; do
      case $item in *NOPASSWD:*) asks=no ;; *PASSWD:*) asks=yes ;; esac
      item=${item##*:}
      case ${item#_} in ALL) allowed=$asks ;; */sh | */bash) allowed=unknown ;; esac
    done
  done
  case $allowed-$3 in
    no-* | yes-secret) ;;
    yes-*) echo "wrong root sudo asks $2 for a password" ;;
    unknown-*) echo "unknown root what sudo will say is not known" ;;
    *) case $said in
      *"not allowed"* | *"may run"*) echo "wrong root sudo lets $2 not become root" ;;
      *) echo "unknown root what sudo will say is not known" ;;
    esac ;;
  esac
}
