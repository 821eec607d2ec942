# What the tables of the verbs are made of. FLAG: NAME SHORT EXCLUDES HELP; an option has its SOURCE and, to be given again, `many`.
__hey_arg() {
  hey_args+=("$1") hey_arg_from+=("$2")
}
__hey_option() {
  hey_options+=("$1") hey_shorts+=("$2") hey_excludes+=(" $3 ") hey_helps+=("$4") hey_from+=("${5-}") hey_many+=("${6-}") hey_second+=("${7-}") hey_used+=('')
}
__hey_choice() {
  hey_choices+=("$1 $2") hey_choice_notes+=("$3")
}

# The place of an option in the tables, in at.
__hey_find() {
  for at in "${!hey_options[@]}"; do
    [[ $1 == "${hey_options[at]}" || $1 == "${hey_shorts[at]:--}" ]] && return
  done
  return 1
}

# Notes that an option stands on the line.
__hey_use() {
  local at
  __hey_find "${1%%=*}" || return 0
  hey_used[at]=1
  hey_excluded+=${hey_excludes[at]}
}

# The last value that an option has on the line, left or right of the cursor, in given.
__hey_given() {
  local word want='' found=''
  for word in ${hey_left[@]+"${hey_left[@]}"} ${hey_right[@]+"${hey_right[@]}"}; do
    if [[ -n $want ]]; then
      given=$word want='' found=1
      continue
    fi
    case $word in
      --) break ;;
      "$1") want=1 ;;
      "$1"=*) given=${word#*=} found=1 ;;
    esac
  done
  [[ -n $found ]]
}

# Finds what fits at the cursor of a verb's words: hey_left and hey_right are those beside it.
__hey_verb() {
  local hey_options=() hey_shorts=() hey_excludes=() hey_helps=() hey_from=() hey_many=() hey_second=() hey_used=()
  local hey_args=() hey_arg_from=() hey_choices=() hey_choice_notes=()
  local hey_rest='' hey_program='' hey_host='' hey_excluded=' ' word at want='' after='' name='' args=0
  "__hey_table_$1"
  for word in ${hey_left[@]+"${hey_left[@]}"}; do
    if [[ -n $want ]]; then
      want=$after after=''
      continue
    fi
    case $word in
      --)
        [[ -z $hey_program ]] || __hey_passed "$hey_program"
        return
        ;;
      -?*)
        __hey_use "$word"
        if ! __hey_find "${word%%=*}" || [[ -z ${hey_from[at]} ]]; then continue; fi
        after=${hey_second[at]}
        if [[ $word == *=* ]]; then want=$after after=''; else want=${hey_from[at]}; fi
        name=${hey_options[at]#--}
        ;;
      *)
        [[ -n $hey_rest && $args -ge ${#hey_args[@]} ]] && return
        [[ ${hey_arg_from[args]-} != hosts ]] || hey_host=$word
        args=$((args + 1))
        ;;
    esac
  done
  for word in ${hey_right[@]+"${hey_right[@]}"}; do
    [[ $word != -- ]] || break
    [[ $word != -* ]] || __hey_use "$word"
  done
  [[ $hey_excluded != *' all '* ]] || return 0

  if [[ -n $want ]]; then
    [[ $hey_word == -* ]] || __hey_offer "$want" "$name"
  elif [[ $hey_word == --*=* ]]; then
    if __hey_find "${hey_word%%=*}" && [[ -n ${hey_from[at]} ]]; then
      hey_head=${hey_word%%=*}= hey_part=${hey_word#*=}
      __hey_offer "${hey_from[at]}" "${hey_options[at]#--}"
    fi
  elif [[ $hey_word == -* || ${#hey_args[@]}$hey_rest == 0 ]]; then
    for at in "${!hey_options[@]}"; do
      [[ -n ${hey_used[at]} && -z ${hey_many[at]} || $hey_excluded == *" ${hey_options[at]} "* ]] && continue
      [[ -z ${hey_shorts[at]} ]] || __hey_add "${hey_shorts[at]}" "${hey_helps[at]}"
      __hey_add "${hey_options[at]}${hey_from[at]:+=}" "${hey_helps[at]}"
    done
  elif [[ $args -lt ${#hey_args[@]} ]]; then
    __hey_offer "${hey_arg_from[args]}" "${hey_args[args]}"
  fi
}

# What stands after -- belongs to the wrapped program: its own completion is called as if the line began with its name.
__hey_passed() {
  local at loader spec
  local known='^complete .*-F ([^ ]+) '
  spec=$(complete -p "$1" 2>/dev/null)
  for loader in _comp_load __load_completion; do
    if [[ -z $spec ]] && declare -F "$loader" >/dev/null; then
      set +f
      "$loader" "$1" >/dev/null 2>&1
      set -f
      spec=$(complete -p "$1" 2>/dev/null)
    fi
  done
  hey_then=(__hey_default)
  [[ $spec =~ $known ]] || return 0
  for at in "${!COMP_WORDS[@]}"; do
    [[ ${COMP_WORDS[at]} == -- ]] && break
  done
  hey_then=(__hey_as "$1" "${BASH_REMATCH[1]}" "$at")
}

# PROGRAM FUNCTION AT WORD BEFORE
__hey_as() {
  local COMP_LINE="$1 ${COMP_LINE#* -- }" COMP_POINT=$COMP_POINT COMP_CWORD=$((COMP_CWORD - $3))
  local words=("$1" "${COMP_WORDS[@]:$3+1}")
  local COMP_WORDS=("${words[@]}")
  COMP_POINT=${#COMP_LINE}
  "$2" "$1" "$4" "$5"
}

__hey_default() {
  compopt -o bashdefault -o default 2>/dev/null
}

# hey VERB...: scripts/hey finds `ops deploy` in ops-deploy.ts, and takes ops-deploy and deploy too.
__hey_dispatcher() {
  local firsts=() first_notes=() seconds=() second_notes=() topics=() topic_notes=() shorts=() flags=() flag_notes=() at found='' helps=''
  __hey_dispatched
  while [[ ${hey_left[0]-} == help || ${hey_left[0]-} == --help || ${hey_left[0]-} == -h ]]; do
    hey_left=("${hey_left[@]:1}")
    helps=1
  done
  if [[ -n $helps && ( ${hey_left[0]-} == --man-dir || $hey_word == -* && ${hey_left[*]-} != [!-]* ) ]]; then
    __hey_verb help
    return
  fi
  if [[ -n $helps && ${hey_left[0]-} == --man ]]; then
    hey_left=("${hey_left[@]:1}")
  elif [[ -n $helps ]]; then
    # A topic has no man page of its own.
    firsts+=("${topics[@]}")
    first_notes+=("${topic_notes[@]}")
  fi
  if [[ ${#hey_left[@]} -eq 0 ]]; then
    for at in "${!firsts[@]}"; do __hey_add "${firsts[at]}" "${first_notes[at]}"; done
    [[ $hey_word == -* ]] || return 0
    for at in "${!flags[@]}"; do __hey_add "${flags[at]}" "${flag_notes[at]}"; done
    return
  fi
  for at in "${!seconds[@]}"; do
    [[ ${seconds[at]%% *} == "${hey_left[0]}" ]] || continue
    found=1
    [[ ${#hey_left[@]} -gt 1 ]] || __hey_add "${seconds[at]#* }" "${second_notes[at]}"
  done
  [[ -z $helps ]] || return 0
  local verb=${hey_left[0]}
  if [[ -n $found ]]; then
    [[ ${#hey_left[@]} -gt 1 ]] || return 0
    verb+=-${hey_left[1]}
    hey_left=("${hey_left[@]:1}")
  fi
  hey_left=("${hey_left[@]:1}")
  [[ " ${shorts[*]} " != *" $verb "* ]] || verb=ops-$verb
  verb=${verb//-/_}
  if [[ $verb != *[!A-Za-z0-9_]* ]] && declare -F "__hey_table_$verb" >/dev/null; then __hey_verb "$verb"; fi
}

# VERB COMMAND WORD: finds the candidates for the line that bash gives in COMP_LINE.
__hey_complete() {
  local hey_words hey_word hey_raw hey_quote hey_redirected hey_found=() hey_notes=() hey_paths='' hey_odd=''
  local hey_left=() hey_right=() hey_now hey_now_raw hey_now_quote hey_head='' hey_part hey_program_path hey_assigned='^[A-Za-z_][A-Za-z0-9_]*='
  __hey_split "${COMP_LINE:0:COMP_POINT}"
  hey_left=(${hey_words[@]+"${hey_words[@]}"}) hey_now=$hey_word hey_now_raw=$hey_raw hey_now_quote=$hey_quote
  while [[ ${hey_left[0]-} =~ $hey_assigned ]]; do hey_left=("${hey_left[@]:1}"); done
  [[ ${#hey_left[@]} -gt 0 ]] || return 0
  if [[ -n $hey_redirected ]]; then
    hey_then=(__hey_default)
    return
  fi
  # sync.ts and install.ts are names that other repositories have too. Where a link leads can't be seen without a program.
  hey_program_path=${hey_left[0]}
  if [[ $hey_program_path == */* && -e $hey_program_path && ! -L $hey_program_path && ! -e ${hey_program_path%/*}/../completions/_hey-scripts ]]; then
    hey_then=(__hey_default)
    return
  fi
  hey_left=("${hey_left[@]:1}")
  if [[ $COMP_POINT -lt ${#COMP_LINE} ]]; then
    # What touches the cursor is the rest of the word there.
    __hey_split "$hey_now_quote${COMP_LINE:COMP_POINT} "
    hey_right=(${hey_words[@]+"${hey_words[@]}"})
    [[ -z $hey_now_quote && ${COMP_LINE:COMP_POINT:1} == [[:space:]] ]] || hey_right=("${hey_right[@]:1}")
  fi
  hey_word=$hey_now hey_raw=$hey_now_raw hey_quote=$hey_now_quote hey_part=$hey_word
  if [[ $1 == hey ]]; then __hey_dispatcher; else __hey_verb "$1"; fi
  __hey_reply "$3"
}

# The verb's name, then the words that bash gives a completion function.
__hey_main() {
  local IFS=$' \t\n' hey_then=() hey_undo='' hey_has_compopt=''
  [[ ${BASH_VERSINFO[0]} -lt 4 ]] || hey_has_compopt=1
  COMPREPLY=()
  if [[ $- != *f* ]]; then
    hey_undo+='set +f;'
    set -f
  fi
  if shopt -q nocasematch; then
    hey_undo+='shopt -s nocasematch;'
    shopt -u nocasematch
  fi
  __hey_complete "$@" || :
  eval "$hey_undo"
  [[ ${#hey_then[@]} -eq 0 ]] || "${hey_then[@]}" "$3" "${4-}" || :
}

__hey_register() {
  # Without compopt (bash 3.2) the space can't be left out for one word only.
  if [[ ${BASH_VERSINFO[0]} -lt 4 ]]; then
    complete -o nospace "$@"
  else
    complete "$@"
  fi
}
