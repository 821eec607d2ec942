# Offers a word that hey_part begins; hey_head is what stands before it in the same word of the line.
__hey_add() {
  [[ $1 == "$hey_part"* ]] || return 0
  hey_found+=("$hey_head$1")
  hey_notes+=("${2-}")
}

# [not-addresses|hosts] NAMES...: offers those that lib/spec/words.ts takes, without those in hey_others. bash leaves out what is there twice.
__hey_add_names() {
  local name addresses=1 hosts=''
  if [[ ${1-} == not-addresses ]]; then
    addresses=''
    shift
  elif [[ ${1-} == hosts ]]; then
    hosts=1
    shift
  fi
  for name in "$@"; do
    [[ $name == "$hey_part"* ]] || continue
    case $name in
      '') continue ;;
      [!A-Za-z0-9_]* | *[!A-Za-z0-9_.@+-]*)
        # Such a name is quoted where it is put into the line, which can't be done within quotes that are open already.
        [[ -n $hosts && -z ${hey_quote-} && $name != [![:alnum:]_]* && $name != *[![:alnum:]_.@+=:~\'-]* ]] || continue
        hey_odd=1
        ;;
      *[!0-9.]*) ;;
      *.*.*.*) [[ -n $addresses ]] || continue ;;
    esac
    [[ ${#name} -le 253 && ${hey_others-} != *" $name "* ]] || continue
    hey_found+=("$hey_head$name")
  done
}

# The words for a value: SOURCE NAME, where NAME is the parameter's.
__hey_offer() {
  local flake given at hey_others=''
  case $1 in
    hosts) __hey_flake && __hey_add_hosts "$flake" hosts ;;
    machines)
      # The part after the last comma. What is left out, and tags, are typed.
      if [[ $hey_part == *,* ]]; then
        hey_head+=${hey_part%,*}, hey_part=${hey_part##*,}
      fi
      __hey_flake && __hey_add_hosts "$flake" hosts
      ;;
    targets | own-targets)
      local config=''
      if [[ $1 == own-targets ]] && __hey_flake; then __hey_other_hosts "$flake"; fi
      if __hey_given --ssh-config; then
        config=$given
      elif [[ " ${NIX_SSHOPTS-}" =~ .*[[:space:]]-F[[:space:]]*([^[:space:]]+) ]]; then
        config=${BASH_REMATCH[1]}
      fi
      if [[ $hey_part == *@* ]]; then
        hey_head+=${hey_part%@*}@ hey_part=${hey_part##*@}
        __hey_add_ssh_names "$config"
      else
        __hey_add_ssh_names "$config"
        __hey_flake && __hey_add_hosts "$flake"
      fi
      ;;
    choices)
      for at in "${!hey_choices[@]}"; do
        [[ ${hey_choices[at]%% *} == "$2" ]] && __hey_add "${hey_choices[at]#* }" "${hey_choice_notes[at]}"
      done
      ;;
    dirs | flakes) __hey_globbing __hey_add_paths dirs ;;
    files) __hey_globbing __hey_add_paths files ;;
  esac
}

# Paths are offered as they are typed, ~ and $VAR kept, so they are put together of typed text and quoted names.
__hey_add_paths() {
  local kind=$1 dir=${hey_part%"${hey_part##*/}"} base=${hey_part##*/} typed=$hey_raw slash=/ name
  hey_paths=1
  if [[ -n $hey_head ]]; then typed=${hey_raw#*=}; fi
  if [[ $typed == \~ ]]; then
    hey_found+=("$hey_head~/")
    return
  fi
  typed=$hey_head${typed%"${typed##*/}"}
  # Inside quotes bash quotes the names itself, and ends a directory.
  if [[ -n $hey_quote ]]; then typed=$hey_head$dir slash=''; fi
  # Where readline is told so, it takes "A" for "a", and so does it for files. __hey_globbing puts that back.
  [[ $(bind -v 2>/dev/null) != *"completion-ignore-case on"* ]] || shopt -s nocaseglob
  for name in "$dir$base"*; do
    if [[ -d $name ]]; then
      name=${name#"$dir"}$slash
    elif [[ $kind == files ]]; then
      name=${name#"$dir"}
    else
      continue
    fi
    [[ -n $hey_quote || $name != *[!A-Za-z0-9_@%+:,./-]* ]] || printf -v name %q "$name"
    hey_found+=("$typed$name")
  done
}

# Gives bash what was found: it replaces WORD, the part of the line's word after the last of its word breaks.
__hey_reply() {
  [[ ${#hey_found[@]} -gt 0 ]] || return 0
  local at word width=0 kept=${hey_raw%"$1"} space='' open='' quote=$hey_quote found=("${hey_found[@]}")
  # Where paths are typed without quotes, what was found is as typed already.
  if [[ -z $hey_paths || -n $quote ]]; then
    __hey_split "$kept"
    kept=$hey_word
  fi
  # Nothing but names, and no typed text that needs quotes: all at once, as there can be very many.
  if [[ ${#hey_notes[@]} -eq 0 && -z $hey_paths && -z ${hey_odd-} && -n $hey_has_compopt && $hey_head != *[!A-Za-z0-9_@=.-]* ]]; then
    COMPREPLY=("${found[@]#"$kept"}")
    return
  fi
  for word in "${found[@]}"; do
    [[ -n $hey_paths || $word == *= ]] && open=1
  done
  # A space of our own, where not all are to have one: so it is right when TAB goes through the words one by one, too.
  if [[ -n $open || -z $hey_has_compopt ]]; then
    __hey_compopt -o nospace
    [[ -n $quote ]] || space=' '
  fi
  if [[ -n $hey_paths ]]; then
    __hey_compopt -o filenames
    [[ -n $quote ]] || __hey_compopt -o noquote
  fi
  # Help is shown in lists only: elsewhere it would be put into the line.
  case ${COMP_TYPE-9}${#found[@]} in
    631 | 331 | 641) ;;
    63* | 33* | 64*)
      # In a list readline may mark the directories itself: ours would be a second slash.
      [[ -z $hey_paths ]] || found=("${found[@]%/}")
      for at in "${!found[@]}"; do
        word=${found[at]#"$kept"}
        [[ ${#word} -le $width || -z ${hey_notes[at]-} ]] || width=${#word}
      done
      ;;
  esac
  [[ -z ${hey_notes[0]-} ]] || __hey_compopt -o nosort
  for at in "${!found[@]}"; do
    word=${found[at]#"$kept"}
    if [[ $width -gt 0 && -n ${hey_notes[at]-} ]]; then
      printf -v word '%-*s  (%s)' "$width" "$word" "${hey_notes[at]}"
      word=${word:0:${COLUMNS:-80}-1}
    else
      [[ -n $quote || -n $hey_paths || $word != *[!A-Za-z0-9_@%+=:,./-]* ]] || printf -v word %q "$word"
      [[ $word == *[=/] ]] || word+=$space
    fi
    COMPREPLY+=("$word")
  done
}

__hey_compopt() {
  [[ -z $hey_has_compopt ]] || compopt "$@" 2>/dev/null || :
}
