#!/usr/bin/env zsh
# rows.zsh SHELL TABLE WORLD SETUP: types the lines of a table into a shell in WORLD/repo and says where it is not as the
# table has it. SETUP is shell text that the shell reads first.
emulate -R zsh
setopt extendedglob
here=${0:A:h}
shell=$1 table=$2 world=$3 setup=$4
typeset -A named
typeset -a lines keys wanted expanded
named[world]=${(q)world}
# A space is put in before text that follows in zsh only.
[[ $shell == zsh ]] && named[after]=' ‸' || named[after]=‸

words() {
  local -a match mbegin mend
  local text=$1
  while [[ $text == (#b)(*)\{(${(kj:|:)~named})\}(*) ]]; do
    text=$match[1]$named[$match[2]]$match[3]
  done
  REPLY=$text
}

while IFS= read -r row; do
  case $row in
    (''|\#*) ;;
    ([a-z]## = *) named[${row%% *}]=${row#* = } ;;
    (*)
      [[ ${row%% *} == *$shell[1]* ]] || continue
      row=${row#* }
      if [[ $row == *' ⇥ '* ]]; then
        [[ $shell == fish ]] && continue
        keys+=(tab) line=${row%% ⇥ *} want=${row#* ⇥ }
      else
        keys+=(all) line=${row%% ⇒*} want=${${row#* ⇒}# }
        # One name for many words stands for each of them with what is before it.
        expanded=()
        for word in ${=want}; do
          if [[ $word == *\{*\}* ]]; then
            before=${word%%\{*}
            words "{${word#*\{}"
            expanded+=($before${^=REPLY})
          else
            expanded+=($word)
          fi
        done
        want="$expanded"
      fi
      words "${line/#S /./scripts/ops-deploy.ts }"
      lines+=("$REPLY")
      words "${want/#S /./scripts/ops-deploy.ts }"
      wanted+=("$REPLY")
      ;;
  esac
done <$table

# The machine's own names for ssh are nobody's business here.
theirs=(${=${(f)"$(grep -ihs '^[[:space:]]*host[[:space:]]' /etc/ssh/ssh_config /etc/ssh/ssh_config.d/*(N))"}#*[Tt][[:space:]]})
theirs+=(${(s:,:)${(j:,:)${(f)"$(cat /etc/ssh/ssh_known_hosts 2>/dev/null)"}%% *}})

# The words that were put into a line, whole: zsh and bash replace only the end of a word, bash once for all of them.
offered() {
  local line=$1 before=${1%%‸*} got=$2 word rest
  local -a out
  [[ $got == $line ]] && { REPLY=; return }
  word=${before##*[[:space:]]}
  [[ $before == *\\" $word" ]] && word=${before##*[[:space:]][^[:space:]]#[[:space:]]}
  rest=${${got%%‸*}#${before%$word}}
  for rest in ${(z)rest}; do
    if [[ $rest != ${word}* ]]; then
      for kept in ${(M)word##*=} ${(M)word##*=[^@]#} ${word%%@*} ''; do
        [[ $kept$rest == ${word}* ]] && break
      done
      rest=$kept$rest
    fi
    out+=(${rest%%[=/]#})
  done
  out=(${(ou)out:|theirs})
  REPLY="$out"
}

files=$(mktemp -d) || exit 1
trap 'rm -rf $files' EXIT
cd $world/repo
environment=(HOME=$world/home HEY_HOME=$world/home PATH=${DRIVE_PATH-$world/home/bin:/usr/bin:/bin} TERM=xterm LANG=C.UTF-8 $=DRIVE_ENV)
case $shell in
  (zsh)
    print -r -- "$setup"$'\n'"source ${(q)here}/rc.zsh" >$files/.zshrc
    environment+=(ZDOTDIR=$files)
    start='zsh -i'
    ;;
  (bash)
    print -r -- "$setup"$'\n'"source ${(q)here}/rc.bash" >$files/rc
    start="bash --rcfile $files/rc -i"
    ;;
esac

if [[ $shell == fish ]]; then
  print -rl -- "${(@)lines%%‸*}" >$files/requests
  env -i $environment fish --no-config -c "$setup"'
    while read -l line
      set -l found (complete -C $line)
      string join \x1f -- (string replace -r "\t.*" "" -- $found)
      set -q found[1]; or echo
    end' <$files/requests >$files/answers || exit 1
else
  for (( at = 1; at <= $#lines; at++ )) print -r -- $keys[at]$'\t'$lines[at] >>$files/requests
  env -i $environment ${DRIVE_SCREEN+DRIVE_SCREEN=$DRIVE_SCREEN} zsh -f $here/drive.zsh $start <$files/requests >$files/answers || exit 1
fi

typeset -a answers wants
answers=()
while IFS= read -r got; do answers+=("$got"); done <$files/answers
integer bad=0
for (( at = 1; at <= $#lines; at++ )); do
  got=$answers[at]
  if [[ $shell == fish ]]; then
    wants=(${(ps:\x1f:)got})
    wants=(${wants%%[=/]#})
    wants=(${(ou)${(@q)wants:|theirs}/#\\\~/\~})
    got="$wants"
  elif [[ $keys[at] == all ]]; then
    offered "$lines[at]" "$got"
    got=$REPLY
  fi
  want=$wanted[at]
  if [[ $keys[at] == all ]]; then
    wants=(${(z)want})
    wants=(${(ou)wants:|theirs})
    want="$wants"
  fi
  [[ "$got" == "$want" ]] && continue
  (( bad++ ))
  print -r -- "$shell: $lines[at]"$'\n'"  wanted: $want"$'\n'"  got:    $got"
done
print -r -- "$shell: $#lines rows, $bad not as in the table"
(( ! bad && $#answers == $#lines ))
