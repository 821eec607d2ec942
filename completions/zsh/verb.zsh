# Completes the words of a verb; words[1] stands for it.
_hey_verb() {
  local program=
  local -i dashes=1 ret=1 own=-1
  local -a specs choices
  _hey_verb_$1 || return
  # A -- at the cursor is the beginning of an option.
  until [[ $words[++dashes] == -- && $dashes -ne $CURRENT || dashes -gt $#words ]]; do :; done
  if (( dashes < CURRENT )); then
    [[ -n $program ]] && _hey_passed
    return
  fi

  (( own < 0 )) || ! _hey_beyond $own || return 1
  local word
  for word in ${words[CURRENT+1,dashes-1]}; do
    # _arguments looks at the left of the cursor only.
    [[ $word == (-h|--help) ]] && return 1
    [[ $word == -* ]] && specs=(${specs:#(\(|\([^\)]# )${word%%=*}[\) ]*})
  done

  local curcontext=$curcontext state state_descr
  local -a line
  local -A opt_args
  _arguments -S -C : "$specs[@]" && ret=0
  # Said only here: as an action of its own the message would keep options from being offered.
  [[ -n $state && $PREFIX != -* ]] && (( ret )) && _message -e rest "$state_descr"
  return ret
}

# Whether more than $1 words that are no options stand left of the cursor: a command has begun then, and has options of its own.
_hey_beyond() {
  local -i at count
  for (( at = 2; at < CURRENT; at++ )); do
    if [[ $words[at] != -* ]]; then
      (( ++count > $1 )) && return 0
    elif [[ -n ${(M)specs:#*$words[at]=\[*} ]]; then
      (( at++ ))
    fi
  done
  return 1
}

# What stands after -- belongs to the wrapped program.
_hey_passed() {
  words=($program "${(@)words[dashes+1,-1]}")
  (( CURRENT -= dashes - 1 ))
  if (( $+_comps[$program] )); then
    _normal -p $program
  else
    _default
  fi
}

# hey VERB...: scripts/hey finds `ops deploy` in ops-deploy.ts, and takes ops-deploy and deploy too.
_hey_dispatcher() {
  local -a firsts seconds topics shorts flags
  local first verb
  _hey_dispatched
  while [[ $words[2] == (help|-h|--help) ]] && (( CURRENT > 2 )); do
    shift words
    (( CURRENT-- ))
    first=help
  done
  if [[ $first == help ]]; then
    # Its own options stand before the verb's words.
    if [[ $words[2] == --man-dir ]] && (( CURRENT > 2 )) || [[ $PREFIX == -* && $words[2] == -* ]]; then
      _hey_verb help
      return
    fi
    if [[ $words[2] == --man ]]; then
      shift words
      (( CURRENT-- ))
    else
      # A topic has no man page of its own.
      firsts+=($topics)
    fi
  fi
  if (( CURRENT == 2 )); then
    _describe -t verbs verb firsts || { [[ $PREFIX == -* ]] && (( $#flags )) && _describe -o options flags }
    return
  fi
  verb=${(Q)words[2]}
  seconds=(${${(M)seconds:#$verb *}#$verb })
  if (( CURRENT == 3 && $#seconds )); then
    _describe -t verbs verb seconds
    return
  fi
  [[ $first == help ]] && return 1
  if (( $#seconds )); then
    verb+=-${(Q)words[3]}
    shift words
    (( CURRENT-- ))
  fi
  (( $shorts[(Ie)$verb] )) && verb=ops-$verb
  (( $+functions[_hey_verb_$verb] )) || return 1
  shift words
  (( CURRENT-- ))
  _hey_verb $verb
}

_hey-scripts() {
  setopt localoptions extendedglob
  local REPLY
  local -a reply
  # sync.ts and install.ts are names that other repositories have too.
  _hey_value $words[1]
  if [[ $REPLY == */* && -e $REPLY && ! -e ${REPLY:A:h:h}/completions/_hey-scripts ]]; then
    _default
  elif [[ $service == hey ]]; then
    _hey_dispatcher
  else
    _hey_verb ${service%.ts}
  fi
}
