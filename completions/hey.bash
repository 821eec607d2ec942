# Written by completions/generate.ts; change the verbs in scripts/ or the code in completions/*/ and run: hey completions --write
[ -n "${BASH_VERSION-}" ] || return 0

# The lines of a file in lines; none where it can't be read or would have to be waited for.
__hey_lines() {
  local IFS=$'\n'
  lines=()
  [[ -f $1 && -r $1 ]] || return 0
  # bash complains of NUL bytes. Names are not expanded: __hey_main has set -f.
  # shellcheck disable=SC2207
  { lines=($(<"$1")); } 2>/dev/null
}

# A part of a URL without its %xx, in reply; a text that holds other % is none and stays.
__hey_decoded() {
  reply=$1
  local rest=${1//%[0-9A-Fa-f][0-9A-Fa-f]/}
  [[ $1 == *%* && $rest != *%* ]] || return 0
  rest=${1//\\/\\\\}
  printf -v reply %b "${rest//\%/\\x}"
}

# The directory of the flake that --flake names, in flake; fails for one elsewhere, and for none. As named() in lib/here/flake.ts.
__hey_named_flake() {
  local ref=${1%%#*} query='' sub='' reply
  if [[ $ref == *\?* ]]; then
    query=${ref#*\?} ref=${ref%%\?*}
  fi
  case $ref in
    path:* | git+file:* | hg+file:*)
      ref=${ref#*:}
      __hey_decoded "${ref#//}"
      ref=$reply
      ;;
    \~ | \~/*) ref=${HOME-}${ref#\~} ;;
    *) [[ $ref =~ ^[a-z][a-z0-9+.-]*: ]] && return 1 ;;
  esac
  if [[ "&$query" == *"&dir="* ]]; then
    sub="&$query"
    sub=${sub#*"&dir="}
    sub=${sub%%&*}
    __hey_decoded "${sub//+/ }"
    sub=$reply
    [[ $sub == /* ]] && ref=''
  fi
  flake=${ref:-.}${sub:+/$sub}
  [[ -e $flake/flake.nix ]]
}

# The directory of the flake that this line means, in flake: the order of findFlake in lib/here/flake.ts.
__hey_flake() {
  if __hey_given --flake; then
    __hey_named_flake "$given"
    return
  fi
  # Through .. as the kernel takes it, not through $PWD: the verbs don't know by which links the shell came here.
  flake=.
  until [[ -e $flake/flake.nix ]]; do
    if [[ $flake -ef / ]]; then
      flake=${DOTFILES_HOME-}
      [[ -n $flake && -e $flake/flake.nix ]]
      return
    fi
    flake+=/..
  done
}

# Names of the hosts that stand literally in a flake.nix, added to names.
__hey_literal_hosts() {
  local line bare braces opens closes depth=0 lines
  local name='("([^"${}]+)"|([A-Za-z_][A-Za-z0-9_'\''-]*))'
  local dotted="(^|[^A-Za-z0-9_])nixosConfigurations\\.$name"
  local inside="^[[:space:]]*${name}[[:space:]]*="
  local block='(^|[^A-Za-z0-9_])nixosConfigurations[[:space:]]*=[^;{]*(\{.*)$'
  local text='' IFS=$'\n'
  # A stranger's may have megabytes: its beginning does.
  { IFS= read -r -d '' -n 65536 text <"$1"; } 2>/dev/null
  # shellcheck disable=SC2206
  lines=($text)
  for line in ${lines[@]+"${lines[@]}"}; do
    [[ ${#line} -le 1000 ]] || continue
    [[ $depth -gt 0 || $line == *nixosConfigurations* ]] || continue
    bare=${line%%[[:space:]]#*}
    [[ $bare == \#* ]] && continue
    [[ $bare =~ $dotted ]] && names+=("${BASH_REMATCH[3]-}${BASH_REMATCH[4]-}")
    [[ $depth -eq 1 && $bare =~ $inside ]] && names+=("${BASH_REMATCH[2]-}${BASH_REMATCH[3]-}")
    braces=''
    if [[ $depth -gt 0 ]]; then
      braces=$bare
    elif [[ $bare =~ $block ]]; then
      braces=${BASH_REMATCH[2]}
    fi
    opens=${braces//[!\{]/} closes=${braces//[!\}]/}
    depth=$((depth + ${#opens} - ${#closes}))
    [[ $depth -ge 0 ]] || depth=0
  done
}

__hey_host_folders() {
  local file
  for file in "$1"/hosts/*/default.nix; do
    [[ -e $file ]] || continue
    file=${file%/default.nix}
    file=${file##*/}
    [[ $file == _* ]] || names+=("$file")
  done
}

# What nix said last (lib/here/cache.ts), under the flake's path as it is without links. No host begins with a #.
__hey_cached_hosts() {
  local file dir lines cache=${XDG_CACHE_HOME-}
  [[ $cache == /* ]] || cache=${HOME-}/.cache
  for file in "$cache"/hey/hosts/*; do
    dir=${file##*/}
    dir=${dir//%2F//}
    dir=${dir//%25/%}
    [[ $dir -ef $1 ]] || continue
    # No line is a pattern of files here.
    set -f
    __hey_lines "$file"
    set +f
    names+=(${lines[@]+"${lines[@]}"})
  done
}

# The hosts of the flake in a directory, in names: those that nix has said, and where it has not been asked yet what folders and text look like.
__hey_hosts() {
  __hey_globbing __hey_cached_hosts "$1"
  if [[ ${#names[@]} -gt 0 ]]; then
    said=1
    return
  fi
  __hey_globbing __hey_host_folders "$1"
  [[ -f $1/flake.nix && -r $1/flake.nix ]] && __hey_literal_hosts "$1/flake.nix"
}

# Offers the hosts of the flake in a directory. With `hosts` those that are no target's name, too, where nix has said them.
__hey_add_hosts() {
  local names=() said=''
  __hey_hosts "$1"
  # shellcheck disable=SC2086
  __hey_add_names ${said:+${2-}} ${names[@]+"${names[@]}"}
}

# Those that the verb's host is not, in hey_others, between blanks.
__hey_other_hosts() {
  local names=() name said=''
  hey_others=' '
  __hey_hosts "$1"
  for name in ${names[@]+"${names[@]}"}; do
    [[ $name == "$hey_host" ]] || hey_others+="$name "
  done
}

# FUNCTION WORDS...: calls it with file names expanded as bash does by default, whatever the user has set. A pattern that fits
# nothing may stay, as it is no file's name.
__hey_globbing() {
  local undo='' name
  [[ -z ${GLOBIGNORE+set} ]] || local GLOBIGNORE=''
  for name in failglob dotglob nocaseglob; do
    if shopt -q "$name"; then
      undo+="shopt -s $name;"
      shopt -u "$name"
    fi
  done
  set +f
  "$@" || :
  set -f
  shopt -u nocaseglob
  eval "$undo"
}

# Splits the text of a command line, as COMP_WORDS differs by version, by COMP_WORDBREAKS and by hostcomplete: the words that
# have an end go to hey_words, unquoted; the one at its end to hey_word, to hey_raw as it is typed, and the quote that is open
# there to hey_quote. Only a leading ~ or $VAR is expanded, as anything else could run something; the callers' variables
# have names that are no user's for that reason.
__hey_split() {
  local hey_text=$1 hey_take hey_add hey_name hey_plain
  local hey_variable='^\$(\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))' hey_command='^(\$\([^()]*\)|`[^`]*`)'
  hey_words=() hey_word='' hey_raw='' hey_quote='' hey_redirected=''
  while [[ -n $hey_text ]]; do
    hey_take=${hey_text:0:1} hey_add=$hey_take
    case $hey_quote$hey_take in
      [[:space:]]) __hey_end_word ;;
      [\<\>])
        # Digits before it are a file descriptor.
        [[ $hey_raw == *[!0-9]* ]] && __hey_end_word
        hey_word='' hey_raw='' hey_redirected=1 hey_add='' hey_take=''
        hey_text=${hey_text:1}
        ;;
      [\'\"]) hey_quote=$hey_take hey_add='' ;;
      \'\' | \"\") hey_quote='' hey_add='' ;;
      \\) hey_take=${hey_text:0:2} hey_add=${hey_text:1:1} ;;
      \"\\)
        case ${hey_text:1:1} in
          [\"\\\$\`]) hey_take=${hey_text:0:2} hey_add=${hey_text:1:1} ;;
        esac
        ;;
      \$ | \"\$)
        if __hey_at_start && [[ $hey_text =~ $hey_variable ]]; then
          hey_take=${BASH_REMATCH[0]} hey_name=${BASH_REMATCH[2]-}${BASH_REMATCH[3]-}
          hey_add=${!hey_name-}
        elif [[ $hey_text =~ $hey_command ]]; then
          hey_take=${BASH_REMATCH[0]} hey_add=$hey_take
        fi
        ;;
      \` | \"\`) [[ $hey_text =~ $hey_command ]] && hey_take=${BASH_REMATCH[0]} hey_add=$hey_take ;;
      \~)
        case ${hey_text:1:1} in
          '' | / | [[:space:]]) __hey_at_start && hey_add=${HOME-} ;;
        esac
        ;;
      *)
        case $hey_quote in
          \') hey_plain="^[^']+" ;;
          \") hey_plain='^[^"\$`]+' ;;
          *) hey_plain="^[^[:space:]<>'\"\\\$~\`]+" ;;
        esac
        [[ $hey_text =~ $hey_plain ]] && hey_take=${BASH_REMATCH[0]} hey_add=$hey_take
        ;;
    esac
    hey_raw+=$hey_take hey_word+=$hey_add
    hey_text=${hey_text:${#hey_take}}
  done
}

# Whether a value begins here: a word, or what stands after --option=.
__hey_at_start() {
  [[ -z $hey_word || ( $hey_word == --*= && ${hey_word%=} != *=* ) ]]
}

__hey_end_word() {
  if [[ -n $hey_raw ]]; then
    # What follows < or > is no word of the command.
    [[ -n $hey_redirected ]] || hey_words+=("$hey_word")
    hey_redirected=''
  fi
  hey_word='' hey_raw='' hey_add='' hey_take=''
  hey_text=${hey_text:1}
}

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

# Offers the names that ssh knows, of the config $1 or of the user's. Not by bash-completion's _known_hosts_real: it offers
# patterns, and misses host=x, Match and an Include with a blank.
__hey_add_ssh_names() {
  local file names=() seen=() lines home=${HEY_HOME-}
  # ssh goes by the password file, whatever HOME says. Without HOME so does ~.
  [[ -n $home ]] || home=$(unset HOME && printf %s ~)
  local known=("$home"/.ssh/known_hosts "$home"/.ssh/known_hosts2 /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2)
  # ssh takes its keywords in either case.
  shopt -s nocasematch
  if [[ -n $1 ]]; then
    __hey_ssh_config "$1" "$home/.ssh"
  else
    __hey_ssh_config "$home/.ssh/config" "$home/.ssh"
    __hey_ssh_config /etc/ssh/ssh_config /etc/ssh
  fi
  shopt -u nocasematch
  for file in "${known[@]}"; do
    __hey_lines "$file"
    [[ ${#lines[@]} -gt 0 ]] || continue
    # All at once, as a loop over a long file is felt. Comments, markers and hashes are no names and fall out later.
    lines=("${lines[@]%% *}")
    lines=("${lines[@]%%$'\t'*}")
    local IFS=,
    # shellcheck disable=SC2206
    lines=(${lines[@]})
    IFS=$' \t\n'
    lines=("${lines[@]#\[}")
    names+=("${lines[@]%%\]*}")
  done
  __hey_add_names not-addresses ${names[@]+"${names[@]}"}
}

# Adds the names of an ssh config to names and the files it mentions to known; $2 is where its relative Includes lie (ssh_config(5)).
__hey_ssh_config() {
  # In a Turkish locale "I" and "i" are no pair.
  local LC_ALL=C file line words lines path
  for file in ${seen[@]+"${seen[@]}"}; do
    [ "$file" != "$1" ] || return 0
  done
  seen+=("$1")
  # A file that was written elsewhere may have carriage returns.
  local IFS=$' \t\n\r'
  __hey_lines "$1"
  for line in ${lines[@]+"${lines[@]}"}; do
    # Most lines are none of these, and each costs.
    case $line in
      *host[[:space:]=\"]* | *match[[:space:]=\"]* | *include[[:space:]=\"]* | *knownhostsfile[[:space:]=\"]*) ;;
      *) continue ;;
    esac
    line=${line#"${line%%[![:space:]]*}"}
    case $line in
      host[[:space:]=\"]*)
        if [[ $line == *[\"\'\\\#=]* ]]; then
          __hey_ssh_words "${line:4}"
          names+=(${words[@]+"${words[@]}"})
        else
          # shellcheck disable=SC2206
          names+=(${line:4})
        fi
        ;;
      match[[:space:]=\"]*)
        __hey_ssh_words "${line:5}"
        __hey_ssh_match ${words[@]+"${words[@]}"}
        ;;
      include[[:space:]=\"]*)
        __hey_ssh_words "${line:7}"
        for path in ${words[@]+"${words[@]}"}; do
          __hey_ssh_path "$path" "$2"
          __hey_globbing __hey_ssh_include "$path" "$2"
        done
        ;;
      userknownhostsfile[[:space:]=\"]* | globalknownhostsfile[[:space:]=\"]*)
        # Their names differ by two letters.
        line=${line:18}
        __hey_ssh_words "${line#le}"
        for path in ${words[@]+"${words[@]}"}; do
          __hey_ssh_path "$path" "$2"
          known+=("$path")
        done
        ;;
    esac
  done
}

__hey_ssh_include() {
  local IFS='' file files
  # A pattern, and not split, as IFS is empty.
  # shellcheck disable=SC2206
  files=($1)
  IFS=$' \t\n'
  set -f
  for file in ${files[@]+"${files[@]}"}; do __hey_ssh_config "$file" "$2"; done
}

__hey_ssh_match() {
  local list
  while [[ $# -gt 0 ]]; do
    case $1 in
      all | canonical | final | !all | !canonical | !final) list='' ;;
      host=* | originalhost=*) list=${1#*=} ;;
      host | originalhost)
        list=${2-}
        shift
        ;;
      *=*) list='' ;;
      *)
        list=''
        shift
        ;;
    esac
    shift || return 0
    local IFS=,
    # shellcheck disable=SC2206
    names+=($list)
    IFS=$' \t\n'
  done
}

# The words of a config line after its keyword, in words: there may be one =, and ssh quotes with " and ', and ends at a word that starts with #.
__hey_ssh_words() {
  local text=${1#"${1%%[![:space:]]*}"} word char quote
  text=${text#=}
  text=${text%$'\r'}
  words=()
  if [[ $text != *[\"\'\\\#]* ]]; then
    # shellcheck disable=SC2206
    words=($text)
    return
  fi
  while text=${text#"${text%%[![:space:]]*}"} && [[ -n $text && $text != \#* ]]; do
    word='' quote=''
    while [[ -n $text ]]; do
      char=${text:0:1} text=${text:1}
      case $quote$char in
        [[:space:]]) break ;;
        [\"\']) quote=$char ;;
        \"\" | \'\') quote='' ;;
        *\\)
          # It is one unless it stands before one of these.
          case ${text:0:1} in
            [\"\'\\\ ]) char=${text:0:1} text=${text:1} ;;
          esac
          word+=$char
          ;;
        *) word+=$char ;;
      esac
    done
    words+=("$word")
  done
}

# The path that a config's word means, in path.
__hey_ssh_path() {
  case $1 in
    \~/*) path=$home/${1#\~/} ;;
    \~*/*)
      path=${1%%/*}
      if [[ $path == *[!A-Za-z0-9_.~-]* ]]; then path=/nonexistent; else eval "path=$path"; fi
      path+=/${1#*/}
      ;;
    /*) path=$1 ;;
    *) path=$2/$1 ;;
  esac
}

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

__hey_table_completions() {
  __hey_arg shell choices
  __hey_option --install '' '--write --check' 'add the line to the shell'\''s own file, once'
  __hey_option --write '' '--install --check' 'for developers: write the files of completions/'
  __hey_option --check '' '--install --write' 'for developers: fail if the files of completions/ are old'
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice shell zsh 'for ~/.zshrc'
  __hey_choice shell bash 'for ~/.bashrc'
  __hey_choice shell fish 'for ~/.config/fish/conf.d/hey.fish'
}
__hey_completions() { __hey_main completions "$@"; }

__hey_table_disko() {
  hey_program=disko
  __hey_arg mode choices
  __hey_option --host '' '' 'a host of the flake' hosts
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --elevate '' '' 'become root by this program' choices
  __hey_option --yes -y '' 'wipe without asking for the host'\''s name'
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice mode destroy,format,mount 'wipe the disks, then partition, format and mount them'
  __hey_choice mode destroy 'unmount and wipe the disks'
  __hey_choice mode format 'partition and format what isn'\''t yet; wipes nothing'
  __hey_choice mode mount 'mount what is formatted'
  __hey_choice mode format,mount 'format what isn'\''t yet, and mount'
  __hey_choice mode unmount unmount
  __hey_choice elevate sudo 'sudo (default)'
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
  __hey_choice elevate none 'stay the user you are'
}
__hey_disko() { __hey_main disko "$@"; }

__hey_table_help() {
  hey_rest=1
  __hey_option --man '' --man-dir 'as a man page; to read it: hey help --man ops deploy | man -l -'
  __hey_option --man-dir '' --man 'write all man pages into this directory, for example a man1 of MANPATH' dirs
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
}
__hey_help() { __hey_main help "$@"; }

__hey_table_init() {
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --yes -y '' 'write it without asking'
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
}
__hey_init() { __hey_main init "$@"; }

__hey_table_install() {
  hey_program=nixos-install
  __hey_option --host '' '' 'a host of the flake' hosts
  __hey_option --root '' '' 'where its disks are mounted (default: /mnt)' dirs
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --elevate '' '' 'become root by this program' choices
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice elevate sudo 'sudo (default)'
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
  __hey_choice elevate none 'stay the user you are'
}
__hey_install() { __hey_main install "$@"; }

__hey_table_ops_bootstrap() {
  hey_program=nixos-anywhere
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --no-keys '' '--persist --no-global --generate --key-cmd --wait' 'run nixos-anywhere alone: no keys, no question, no checks'
  __hey_option --persist '' --no-keys 'put the keys into /persist/etc/ssh, for a root that is wiped at boot'
  __hey_option --no-global '' --no-keys 'send only the host'\''s key, not the global one'
  __hey_option --generate '' '--no-keys --key-cmd' 'make the host'\''s key if it has none'
  __hey_option --class '' '' 'the folder of keys.homelab for a new key' choices
  __hey_option --key-cmd '' '--no-keys --generate' 'take the host'\''s key from this shell command, not from the folder' text
  __hey_option --vm-test '' '--extra-files --disk-encryption-keys' 'try the installation in a virtual machine here'
  __hey_option --no-disko-deps '' '' 'for machines with little memory: don'\''t load disko'\''s programs into it'
  __hey_option --disko-mode '' '' 'what disko does' choices
  __hey_option --phases '' --no-reboot 'run only these phases, of kexec,disko,install,reboot' phases
  __hey_option --no-reboot '' '--phases --wait' 'stay in the installer after the install'
  __hey_option --extra-files '' --vm-test 'copy the files of DIR to / of the new system' dirs
  __hey_option --kexec '' '' 'boot this installer (a tarball: file or URL)' text
  __hey_option --disk-encryption-keys '' --vm-test 'put this file into the installer, for disko' text many files
  __hey_option --generate-hardware-config '' '' 'write the machine'\''s hardware configuration to a file here' choices many files
  __hey_option --debug '' '' 'show every command of nixos-anywhere'
  __hey_option --wait '' '--no-keys --no-reboot --no-wait' 'how long to wait for the machine (default: 300)' seconds
  __hey_option --no-wait '' --wait 'don'\''t wait for the machine'
  __hey_option --build-on '' '' 'where to build' choices
  __hey_option --rename '' '' 'go on although the machine'\''s name or host key says that it is another host'
  __hey_option --yes -y '' 'don'\''t ask for the host'\''s name; accept a new key'
  __hey_option --identity -i '' 'log in with this private key' files
  __hey_option --elevate '' '' 'read a global key that only root can read here, by this program' choices
  __hey_option --raw '' '' 'show a host'\''s output unfiltered, terminal control codes included'
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice class vps 'rented machines (default)'
  __hey_choice class pc workstations
  __hey_choice class server 'machines at home'
  __hey_choice disko-mode disko 'wipe, format and mount'
  __hey_choice disko-mode format 'format what isn'\''t yet, and mount'
  __hey_choice disko-mode mount mount
  __hey_choice generate-hardware-config nixos-facter 'nixos-facter'\''s report'
  __hey_choice generate-hardware-config nixos-generate-config 'a hardware-configuration.nix'
  __hey_choice build-on auto 'as nixos-anywhere sees fit'
  __hey_choice build-on local here
  __hey_choice build-on remote 'on the target'
  __hey_choice elevate sudo 'sudo (default)'
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
  __hey_choice elevate none 'stay the user you are'
}
__hey_ops_bootstrap() { __hey_main ops_bootstrap "$@"; }

__hey_table_ops_deploy() {
  hey_program=nixos-rebuild
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --boot '' '--test --dry-activate --specialisation --or-boot --status --cancel' 'activate at the next boot, not now'
  __hey_option --test '' '--boot --dry-activate --install-bootloader --or-boot --status --cancel --reboot' 'activate now, but not at the next boot'
  __hey_option --dry-activate '' '--boot --test --install-bootloader --or-boot --guard --confirm-timeout --activation-timeout --settle --no-last-reboot --ask --status --cancel --reboot' 'only show what activation would change'
  __hey_option --fast '' '--store-path --status --cancel' 'nixos-rebuild: don'\''t build its newest version first'
  __hey_option --debug '' '' 'more output from nix and nixos-rebuild'
  __hey_option --build-host '' '--store-path --build-on --guard --confirm-timeout --activation-timeout --settle --diff --ask --status --cancel --on --all' 'build on that machine' targets
  __hey_option --store-path '' '--fast --build-host --build-on --impure --override-input --update-input --builders --status --cancel --on --all' 'deploy this system, which is built already, by a CI for example' files
  __hey_option --build-on '' '--build-host --store-path --status --cancel' 'build here, or on the target itself' choices
  __hey_option --specialisation '' '--boot --guard --confirm-timeout --status --cancel' 'activate this specialisation' specialisations
  __hey_option --install-bootloader '' '--test --dry-activate --status --cancel' 'reinstall the boot loader'
  __hey_option --impure '' --store-path 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' --store-path 'replace an input of the flake' inputs many flakes
  __hey_option --update-input '' --store-path 'update an input of the flake first' inputs many
  __hey_option --offline '' '--status --cancel' 'don'\''t use the network for the build'
  __hey_option --builders '' '--store-path --status --cancel' 'nix'\''s remote builders, like '\''ssh://builder x86_64-linux'\''; '\'''\'' for none' text
  __hey_option --or-boot '' '--boot --test --dry-activate --guard --confirm-timeout --status --cancel' 'if NixOS refuses to switch while the host runs, activate it at the next boot'
  __hey_option --guard '' '--dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel' 'roll back unless this machine can log in again'
  __hey_option --no-guard '' '--guard --confirm-timeout' 'turn off guard from hey.toml'
  __hey_option --confirm-timeout '' '--dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel' 'time to confirm after the activation, 30 to 3600 (default: 180; implies --guard)' seconds
  __hey_option --activation-timeout '' '--dry-activate --build-host --status --cancel' 'roll back if the activation takes longer, 30 to 7200 (default: 600)' seconds
  __hey_option --settle '' '--dry-activate --build-host --status --cancel' 'time between the two test logins (default: 5)' seconds
  __hey_option --check '' '--status --cancel' 'keep the new system only if this succeeds here' text many
  __hey_option --check-remote '' '--status --cancel' 'keep the new system only if this succeeds on the host' text many
  __hey_option --on-unit-failure '' '--status --cancel' 'when units fail' choices
  __hey_option --no-last-reboot '' '--dry-activate --status --cancel' 'never reboot to get the old system back, not even as the last resort'
  __hey_option --diff '' '--build-host --no-diff --status --cancel' 'show what will change: packages, size, units, reboot, secrets it can'\''t read'
  __hey_option --no-diff '' --diff 'turn off diff from hey.toml'
  __hey_option --ask '' '--dry-activate --build-host --no-ask --status --cancel' 'show what will change, then ask'
  __hey_option --no-ask '' --ask 'turn off ask from hey.toml'
  __hey_option --yes -y '--status --cancel' 'with --ask: show what will change, but don'\''t ask'
  __hey_option --rename '' '--status --cancel' 'go on although the machine'\''s name or host key says that it is another host'
  __hey_option --force-lockout '' '--status --cancel' 'activate it even if this login would not work any more (see exit code 17)'
  __hey_option --then-port '' '--status --cancel' 'sshd'\''s port afterwards, if the new system moves it' number
  __hey_option --force '' '--status --cancel' 'deploy although someone else changed the host, or it runs this system already'
  __hey_option --status '' '--boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --cancel --reboot --wait --use-substitutes' 'show a pending deployment, and what runs and boots'
  __hey_option --cancel '' '--boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --status --reboot --wait --use-substitutes' 'roll back a pending deployment now'
  __hey_option --reboot '' '--test --dry-activate --status --cancel --no-reboot' 'reboot afterwards, and wait for the host'
  __hey_option --no-reboot '' --reboot 'turn off reboot from hey.toml'
  __hey_option --wait '' '--status --cancel' 'how long the reboot may take (default: 300)' seconds
  __hey_option --use-substitutes '' '--status --cancel' 'the target downloads what it can from its own binary caches'
  __hey_option --backend '' '' 'deploy with this program' choices
  __hey_option --on '' '--build-host --store-path --all' 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' '--build-host --store-path --on' 'every host of the flake'
  __hey_option --jobs -j --serial 'this many hosts at once (default: 10)' number
  __hey_option --canary '' --serial 'deploy to this host (or the first N) first; go on only if that works' text
  __hey_option --serial '' '-j --jobs --canary --batch --stop-after' 'one host at a time; stop at the first failure'
  __hey_option --batch '' --serial 'this many hosts at a time; go on only if they succeed' share
  __hey_option --pause '' '' 'wait this long between two batches, or turns of hey.toml' seconds
  __hey_option --stop-after '' --serial 'begin no more hosts after N failures (default with --batch: 1)' number
  __hey_option --require-all '' '' 'build and change nothing unless every host answers'
  __hey_option --json '' '' 'events on stdout, one JSON object a line'
  __hey_option --elevate '' '' 'become root on the host by this program' choices
  __hey_option --ask-elevate-password '' '' 'ask once for sudo'\''s password there (implies --elevate sudo)'
  __hey_option --lane-timeout '' '' 'stop a step on a host after this time, or with several hosts a host'\''s whole turn (default: 3600)' seconds
  __hey_option --raw '' '' 'show a host'\''s output unfiltered, terminal control codes included'
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice build-on here 'on this machine (default)'
  __hey_choice build-on target 'on the target itself'
  __hey_choice on-unit-failure warn 'report them and go on (always so without --guard)'
  __hey_choice on-unit-failure rollback 'roll back (default)'
  __hey_choice backend nixos-rebuild 'nixos-rebuild (default)'
  __hey_choice backend nix 'nix and ssh alone (default with any setting in hey.toml, and without nixos-rebuild on PATH)'
  __hey_choice elevate sudo sudo
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
}
__hey_ops_deploy() { __hey_main ops_deploy "$@"; }

__hey_table_ops_doctor() {
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --on '' --all 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' --on 'every host of the flake'
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --eval '' '' 'also check that the next deploy would not lock you out (takes an evaluation)'
  __hey_option --skip '' '' 'leave out this finding' choices many
  __hey_option --json '' '' JSON
  __hey_option --elevate '' '' 'become root on the host by this program' choices
  __hey_option --ask-elevate-password '' '' 'as for deployments: sudo'\''s password is asked for once'
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice skip host-untracked 'git does not track a file of the host, so nix does not see it'
  __hey_choice skip tool-missing 'a program that is needed here is not on PATH'
  __hey_choice skip tools 'the versions of nix, ssh and nixos-rebuild here'
  __hey_choice skip target-by-name 'neither hey.toml nor an ssh alias says where the host is reached'
  __hey_choice skip name-unknown 'the target'\''s name does not resolve'
  __hey_choice skip port-closed 'nothing listens at the target'\''s ssh port'
  __hey_choice skip no-answer 'the target does not answer in time'
  __hey_choice skip host-key-unknown 'known_hosts has no key for the target'
  __hey_choice skip host-key-changed 'the target'\''s key is not the one in known_hosts'
  __hey_choice skip login-refused 'sshd takes none of the keys offered'
  __hey_choice skip unreachable 'ssh fails for another reason'
  __hey_choice skip other-host 'by its name or its host key the machine is another host'
  __hey_choice skip login-talks 'the login writes to stdout before a command, which breaks nix copy'
  __hey_choice skip not-nixos 'no NixOS runs there'
  __hey_choice skip no-root 'the ssh user can'\''t become root there without a password'
  __hey_choice skip untrusted 'nix there takes no unsigned paths from the ssh user'
  __hey_choice skip disk-full 'a disk there is full'
  __hey_choice skip disk-low 'a disk there is nearly full'
  __hey_choice skip boot-full '/boot has no room for one more kernel'
  __hey_choice skip memory-low 'little memory is left there'
  __hey_choice skip units-failed 'units have failed there'
  __hey_choice skip activation-failed 'the last activation there failed'
  __hey_choice skip armed 'another deployment is under way there'
  __hey_choice skip boot-menu 'the boot menu there boots another system than the profile'
  __hey_choice skip reboot-needed 'a new kernel, initrd or systemd there waits for a reboot'
  __hey_choice skip clock 'the clock there is wrong'
  __hey_choice skip key-missing 'there is no key for the host here'
  __hey_choice skip key-differs 'the host'\''s key here is not the one on its disk'
  __hey_choice skip key-presented 'sshd there presents a key that is not on its disk'
  __hey_choice skip key-unlisted 'secrets.nix or .sops.yaml does not mention the host'\''s key'
  __hey_choice skip list-unread 'secrets.nix or .sops.yaml is not an ordinary file, or too large to read'
  __hey_choice skip eval-fails 'the host does not evaluate'
  __hey_choice skip eval-arch 'the host'\''s system is for another architecture'
  __hey_choice skip eval-sshd 'sshd would not be enabled'
  __hey_choice skip eval-port 'sshd would not listen, or the firewall would be closed, at the port that ssh uses'
  __hey_choice skip eval-login 'the ssh user could not log in with any of your keys'
  __hey_choice skip eval-root 'the ssh user could log in, but not become root without a password'
  __hey_choice elevate sudo sudo
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
}
__hey_ops_doctor() { __hey_main ops_doctor "$@"; }

__hey_table_ops_hosts() {
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --on '' '--import -y --yes' 'only these: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --why '' '--import -y --yes' 'also show the source: hey.toml and its line, an ssh alias and its file, or the name'
  __hey_option --json '' '--import -y --yes' 'JSON, with everything that is known'
  __hey_option --import '' '--on --why --json' 'write a hey.toml from another tool'\''s settings in the flake; shows it first' choices
  __hey_option --yes -y '--on --why --json' 'with --import: write it without asking'
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice import deploy-rs deploy.nodes
  __hey_choice import colmena 'colmenaHive, or colmena'
  __hey_choice import nixinate nixosConfigurations.NAME._module.args.nixinate
}
__hey_ops_hosts() { __hey_main ops_hosts "$@"; }

__hey_table_ops_log() {
  __hey_arg host hosts
  __hey_option --last -n '' 'show at most N, the newest (default: 50)' number
  __hey_option --json '' '' 'JSON, with everything that is known'
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
}
__hey_ops_log() { __hey_main ops_log "$@"; }

__hey_table_ops_push_keys() {
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --persist '' '' 'put the keys into /persist/etc/ssh, for a root that is wiped at boot'
  __hey_option --no-global '' '' 'send only the host'\''s key, not the global one'
  __hey_option --generate '' '--key-cmd --check' 'make the host'\''s key if it has none'
  __hey_option --class '' '' 'the folder of keys.homelab for a new key' choices
  __hey_option --key-cmd '' '--generate --on --all' 'take the host'\''s key from this shell command, not from the folder' text
  __hey_option --check '' '--generate --rename' 'compare the keys here, on the host'\''s disk and of its sshd; change nothing'
  __hey_option --keep-known-hosts '' '' 'print the line for known_hosts, don'\''t write it'
  __hey_option --rename '' --check 'go on although the machine'\''s name or host key says that it is another host'
  __hey_option --on '' '--key-cmd --all' 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' '--key-cmd --on' 'every host of the flake'
  __hey_option --jobs -j --serial 'this many hosts at once (default: 10)' number
  __hey_option --canary '' --serial 'deploy to this host (or the first N) first; go on only if that works' text
  __hey_option --serial '' '-j --jobs --canary --batch --stop-after' 'one host at a time; stop at the first failure'
  __hey_option --batch '' --serial 'this many hosts at a time; go on only if they succeed' share
  __hey_option --pause '' '' 'wait this long between two batches, or turns of hey.toml' seconds
  __hey_option --stop-after '' --serial 'begin no more hosts after N failures (default with --batch: 1)' number
  __hey_option --require-all '' '' 'build and change nothing unless every host answers'
  __hey_option --json '' '' 'events on stdout, one JSON object a line'
  __hey_option --elevate '' '' 'become root by this program, here for a key that only root can read, and there' choices
  __hey_option --ask-elevate-password '' '' 'ask once for sudo'\''s password there (implies --elevate sudo)'
  __hey_option --lane-timeout '' '' 'stop a step on a host after this time, or with several hosts a host'\''s whole turn (default: 3600)' seconds
  __hey_option --raw '' '' 'show a host'\''s output unfiltered, terminal control codes included'
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice class vps 'rented machines (default)'
  __hey_choice class pc workstations
  __hey_choice class server 'machines at home'
  __hey_choice elevate sudo 'sudo (default)'
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
  __hey_choice elevate none 'stay the user you are'
}
__hey_ops_push_keys() { __hey_main ops_push_keys "$@"; }

__hey_table_ops_reboot() {
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --if-needed '' '' 'only if a new kernel, initrd, kernel modules or systemd is waiting'
  __hey_option --rename '' '' 'go on although the machine'\''s name or host key says that it is another host'
  __hey_option --force '' '' 'reboot although a program on the host forbids it now'
  __hey_option --wait '' '' 'how long the reboot may take (default: 300)' seconds
  __hey_option --on '' --all 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' --on 'every host of the flake'
  __hey_option --jobs -j --serial 'this many hosts at once (default: 10)' number
  __hey_option --canary '' --serial 'deploy to this host (or the first N) first; go on only if that works' text
  __hey_option --serial '' '-j --jobs --canary --batch --stop-after' 'one host at a time; stop at the first failure'
  __hey_option --batch '' --serial 'this many hosts at a time; go on only if they succeed' share
  __hey_option --pause '' '' 'wait this long between two batches, or turns of hey.toml' seconds
  __hey_option --stop-after '' --serial 'begin no more hosts after N failures (default with --batch: 1)' number
  __hey_option --require-all '' '' 'build and change nothing unless every host answers'
  __hey_option --json '' '' 'events on stdout, one JSON object a line'
  __hey_option --elevate '' '' 'become root on the host by this program' choices
  __hey_option --ask-elevate-password '' '' 'ask once for sudo'\''s password there (implies --elevate sudo)'
  __hey_option --lane-timeout '' '' 'stop a step on a host after this time, or with several hosts a host'\''s whole turn (default: 3600)' seconds
  __hey_option --raw '' '' 'show a host'\''s output unfiltered, terminal control codes included'
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice elevate sudo sudo
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
}
__hey_ops_reboot() { __hey_main ops_reboot "$@"; }

__hey_table_ops_rollback() {
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --to '' '--list --on --all' 'the generation (default: the one before what boots)' generations
  __hey_option --list '' '--to --boot --or-boot --guard --confirm-timeout --activation-timeout --settle --no-last-reboot --diff --ask --rename --force-lockout --then-port --reboot' 'list the generations, newest first: what runs, boots and was booted'
  __hey_option --boot '' '--list --or-boot' 'activate at the next boot, not now'
  __hey_option --or-boot '' '--list --boot --guard --confirm-timeout' 'if NixOS refuses to switch while the host runs, activate it at the next boot'
  __hey_option --guard '' '--list --or-boot --no-guard' 'roll back unless this machine can log in again'
  __hey_option --no-guard '' '--guard --confirm-timeout' 'turn off guard from hey.toml'
  __hey_option --confirm-timeout '' '--list --or-boot --no-guard' 'time to confirm after the activation, 30 to 3600 (default: 180; implies --guard)' seconds
  __hey_option --activation-timeout '' --list 'roll back if the activation takes longer, 30 to 7200 (default: 600)' seconds
  __hey_option --settle '' --list 'time between the two test logins (default: 5)' seconds
  __hey_option --check '' '' 'keep the new system only if this succeeds here' text many
  __hey_option --check-remote '' '' 'keep the new system only if this succeeds on the host' text many
  __hey_option --on-unit-failure '' '' 'when units fail' choices
  __hey_option --no-last-reboot '' --list 'never reboot to get the old system back, not even as the last resort'
  __hey_option --diff '' '--list --no-diff' 'show what will change: packages, size, units, reboot, secrets it can'\''t read'
  __hey_option --no-diff '' --diff 'turn off diff from hey.toml'
  __hey_option --ask '' '--list --no-ask' 'show what will change, then ask'
  __hey_option --no-ask '' --ask 'turn off ask from hey.toml'
  __hey_option --yes -y '' 'with --ask: show what will change, but don'\''t ask'
  __hey_option --rename '' --list 'go on although the machine'\''s name or host key says that it is another host'
  __hey_option --force-lockout '' --list 'activate it even if this login would not work any more (see exit code 17)'
  __hey_option --then-port '' --list 'sshd'\''s port afterwards, if the new system moves it' number
  __hey_option --force '' '' 'roll back although someone else changed the host'
  __hey_option --reboot '' '--list --no-reboot' 'reboot afterwards, and wait for the host'
  __hey_option --no-reboot '' --reboot 'turn off reboot from hey.toml'
  __hey_option --wait '' '' 'how long the reboot may take (default: 300)' seconds
  __hey_option --on '' '--to --all' 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' '--to --on' 'every host of the flake'
  __hey_option --jobs -j --serial 'this many hosts at once (default: 10)' number
  __hey_option --canary '' --serial 'deploy to this host (or the first N) first; go on only if that works' text
  __hey_option --serial '' '-j --jobs --canary --batch --stop-after' 'one host at a time; stop at the first failure'
  __hey_option --batch '' --serial 'this many hosts at a time; go on only if they succeed' share
  __hey_option --pause '' '' 'wait this long between two batches, or turns of hey.toml' seconds
  __hey_option --stop-after '' --serial 'begin no more hosts after N failures (default with --batch: 1)' number
  __hey_option --require-all '' '' 'build and change nothing unless every host answers'
  __hey_option --json '' '' 'with --list: the list as JSON; with several hosts: events, one a line'
  __hey_option --elevate '' '' 'become root on the host by this program' choices
  __hey_option --ask-elevate-password '' '' 'ask once for sudo'\''s password there (implies --elevate sudo)'
  __hey_option --lane-timeout '' '' 'stop a step on a host after this time, or with several hosts a host'\''s whole turn (default: 3600)' seconds
  __hey_option --raw '' '' 'show a host'\''s output unfiltered, terminal control codes included'
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice on-unit-failure warn 'report them and go on (always so without --guard)'
  __hey_choice on-unit-failure rollback 'roll back (default)'
  __hey_choice elevate sudo sudo
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
}
__hey_ops_rollback() { __hey_main ops_rollback "$@"; }

__hey_table_ops_ssh() {
  hey_rest=1
  __hey_arg target targets
  __hey_option --tty -t '--on --all' 'give the command a terminal, for full-screen programs'
  __hey_option --on '' '-t --tty --all' 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' '-t --tty --on' 'every host of the flake'
  __hey_option --json '' '' 'with several hosts: an array with all that each has said'
  __hey_option --timeout '' '' 'with several hosts: how long the command may take (default: 60)' seconds
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --elevate '' '' 'become root on the host by this program' choices
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice elevate sudo sudo
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
}
__hey_ops_ssh() { __hey_main ops_ssh "$@"; }

__hey_table_ops_status() {
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --on '' --all 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' --on 'every host of the flake'
  __hey_option --impure '' '' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '' 'replace an input of the flake' inputs many flakes
  __hey_option --eval '' '' 'also compare each host with the flake (takes an evaluation)'
  __hey_option --watch '' '' 'ask again every SECONDS (default: 5), until ^C'
  __hey_option --json '' '' 'JSON, with everything that is known'
  __hey_option --html '' '' 'also write a page to read on a phone, with the deploys over time' files
  __hey_option --elevate '' '' 'become root on the host by this program' choices
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice elevate sudo sudo
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
}
__hey_ops_status() { __hey_main ops_status "$@"; }

__hey_table_ops_sync() {
  hey_program=nixos-rebuild
  __hey_arg host hosts
  __hey_arg target own-targets
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --boot '' '--test --dry-activate --specialisation --or-boot --status --cancel' 'activate at the next boot, not now'
  __hey_option --test '' '--boot --dry-activate --install-bootloader --or-boot --status --cancel --reboot' 'activate now, but not at the next boot'
  __hey_option --dry-activate '' '--boot --test --install-bootloader --or-boot --guard --confirm-timeout --activation-timeout --settle --no-last-reboot --ask --status --cancel --reboot' 'only show what activation would change'
  __hey_option --fast '' '--store-path --status --cancel' 'nixos-rebuild: don'\''t build its newest version first'
  __hey_option --debug '' '' 'more output from nix and nixos-rebuild'
  __hey_option --build-host '' '--store-path --build-on --guard --confirm-timeout --activation-timeout --settle --diff --ask --status --cancel --on --all' 'build on that machine' targets
  __hey_option --store-path '' '--fast --build-host --build-on --impure --override-input --update-input --builders --status --cancel --on --all' 'deploy this system, which is built already, by a CI for example' files
  __hey_option --build-on '' '--build-host --store-path --status --cancel' 'build here, or on the target itself' choices
  __hey_option --specialisation '' '--boot --guard --confirm-timeout --status --cancel' 'activate this specialisation' specialisations
  __hey_option --install-bootloader '' '--test --dry-activate --status --cancel' 'reinstall the boot loader'
  __hey_option --impure '' --store-path 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' --store-path 'replace an input of the flake' inputs many flakes
  __hey_option --update-input '' --store-path 'update an input of the flake first' inputs many
  __hey_option --offline '' '--status --cancel' 'don'\''t use the network for the build'
  __hey_option --builders '' '--store-path --status --cancel' 'nix'\''s remote builders, like '\''ssh://builder x86_64-linux'\''; '\'''\'' for none' text
  __hey_option --or-boot '' '--boot --test --dry-activate --guard --confirm-timeout --status --cancel' 'if NixOS refuses to switch while the host runs, activate it at the next boot'
  __hey_option --guard '' '--dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel' 'roll back unless this machine can log in again'
  __hey_option --no-guard '' '--guard --confirm-timeout' 'turn off guard from hey.toml'
  __hey_option --confirm-timeout '' '--dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel' 'time to confirm after the activation, 30 to 3600 (default: 180; implies --guard)' seconds
  __hey_option --activation-timeout '' '--dry-activate --build-host --status --cancel' 'roll back if the activation takes longer, 30 to 7200 (default: 600)' seconds
  __hey_option --settle '' '--dry-activate --build-host --status --cancel' 'time between the two test logins (default: 5)' seconds
  __hey_option --check '' '--status --cancel' 'keep the new system only if this succeeds here' text many
  __hey_option --check-remote '' '--status --cancel' 'keep the new system only if this succeeds on the host' text many
  __hey_option --on-unit-failure '' '--status --cancel' 'when units fail' choices
  __hey_option --no-last-reboot '' '--dry-activate --status --cancel' 'never reboot to get the old system back, not even as the last resort'
  __hey_option --diff '' '--build-host --no-diff --status --cancel' 'show what will change: packages, size, units, reboot, secrets it can'\''t read'
  __hey_option --no-diff '' --diff 'turn off diff from hey.toml'
  __hey_option --ask '' '--dry-activate --build-host --no-ask --status --cancel' 'show what will change, then ask'
  __hey_option --no-ask '' --ask 'turn off ask from hey.toml'
  __hey_option --yes -y '--status --cancel' 'with --ask: show what will change, but don'\''t ask'
  __hey_option --rename '' '--status --cancel' 'go on although the machine'\''s name or host key says that it is another host'
  __hey_option --force-lockout '' '--status --cancel' 'activate it even if this login would not work any more (see exit code 17)'
  __hey_option --then-port '' '--status --cancel' 'sshd'\''s port afterwards, if the new system moves it' number
  __hey_option --force '' '--status --cancel' 'deploy although someone else changed the host, or it runs this system already'
  __hey_option --status '' '--boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --cancel --reboot --wait --use-substitutes' 'show a pending deployment, and what runs and boots'
  __hey_option --cancel '' '--boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --status --reboot --wait --use-substitutes' 'roll back a pending deployment now'
  __hey_option --reboot '' '--test --dry-activate --status --cancel --no-reboot' 'reboot afterwards, and wait for the host'
  __hey_option --no-reboot '' --reboot 'turn off reboot from hey.toml'
  __hey_option --wait '' '--status --cancel' 'how long the reboot may take (default: 300)' seconds
  __hey_option --use-substitutes '' '--status --cancel' 'the target downloads what it can from its own binary caches'
  __hey_option --backend '' '' 'deploy with this program' choices
  __hey_option --on '' '--build-host --store-path --all' 'these hosts: names, '\''web*'\'', @tag, !except, with commas between' machines
  __hey_option --all '' '--build-host --store-path --on' 'every host of the flake'
  __hey_option --jobs -j --serial 'this many hosts at once (default: 10)' number
  __hey_option --canary '' --serial 'deploy to this host (or the first N) first; go on only if that works' text
  __hey_option --serial '' '-j --jobs --canary --batch --stop-after' 'one host at a time; stop at the first failure'
  __hey_option --batch '' --serial 'this many hosts at a time; go on only if they succeed' share
  __hey_option --pause '' '' 'wait this long between two batches, or turns of hey.toml' seconds
  __hey_option --stop-after '' --serial 'begin no more hosts after N failures (default with --batch: 1)' number
  __hey_option --require-all '' '' 'build and change nothing unless every host answers'
  __hey_option --json '' '' 'events on stdout, one JSON object a line'
  __hey_option --elevate '' '' 'become root on the host by this program' choices
  __hey_option --ask-elevate-password '' '' 'ask once for sudo'\''s password there (implies --elevate sudo)'
  __hey_option --lane-timeout '' '' 'stop a step on a host after this time, or with several hosts a host'\''s whole turn (default: 3600)' seconds
  __hey_option --raw '' '' 'show a host'\''s output unfiltered, terminal control codes included'
  __hey_option --ssh-option '' '' 'an ssh option, for every ssh call and for nix' pairs many
  __hey_option --ssh-config '' '' 'read this instead of ~/.ssh/config' files
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice build-on here 'on this machine (default)'
  __hey_choice build-on target 'on the target itself'
  __hey_choice on-unit-failure warn 'report them and go on (always so without --guard)'
  __hey_choice on-unit-failure rollback 'roll back (default)'
  __hey_choice backend nixos-rebuild 'nixos-rebuild (default)'
  __hey_choice backend nix 'nix and ssh alone (default with any setting in hey.toml, and without nixos-rebuild on PATH)'
  __hey_choice elevate sudo sudo
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
}
__hey_ops_sync() { __hey_main ops_sync "$@"; }

__hey_table_sync() {
  hey_program=nixos-rebuild
  __hey_arg action choices
  __hey_option --host '' '--rollback --list' 'a host of the flake (default: this machine'\''s name)' hosts
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --backend '' '--rollback --list' 'use this program (default: nh if it is on PATH)' choices
  __hey_option --elevate '' --list 'become root by this program' choices
  __hey_option --rollback '' '--host --backend --list --force --specialisation --install-bootloader --impure --override-input --update-input --offline --builders' 'roll back to generation N (default: the one before what boots)'
  __hey_option --list '' '--host --backend --elevate --rollback --diff --ask --force --specialisation --install-bootloader --impure --override-input --update-input --offline --builders' 'list the generations of this machine, newest first'
  __hey_option --json '' '' 'with --list: JSON'
  __hey_option --diff '' '--list --no-diff' 'show what will change: packages, size, units, reboot, secrets it can'\''t read'
  __hey_option --no-diff '' --diff 'turn off diff from hey.toml'
  __hey_option --ask '' '--list --no-ask' 'show what will change, then ask'
  __hey_option --no-ask '' --ask 'turn off ask from hey.toml'
  __hey_option --yes -y '' 'with --ask: show what will change, but don'\''t ask'
  __hey_option --force '' '--rollback --list' 'activate another host'\''s system on this machine'
  __hey_option --specialisation '' '--rollback --list' 'activate this specialisation' specialisations
  __hey_option --install-bootloader '' '--rollback --list' 'reinstall the boot loader'
  __hey_option --impure '' '--rollback --list' 'let the flake read the environment, and files outside of it'
  __hey_option --override-input '' '--rollback --list' 'replace an input of the flake' inputs many flakes
  __hey_option --update-input '' '--rollback --list' 'update an input of the flake first' inputs many
  __hey_option --offline '' '--rollback --list' 'don'\''t use the network for the build'
  __hey_option --builders '' '--rollback --list' 'nix'\''s remote builders, like '\''ssh://builder x86_64-linux'\''; '\'''\'' for none' text
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
  __hey_choice action boot 'make it the system of the next boot (default)'
  __hey_choice action switch 'activate it now and make it the system of the next boot'
  __hey_choice action test 'activate it now, until the next boot'
  __hey_choice action build 'build it only'
  __hey_choice action dry-build 'show what would be built'
  __hey_choice action dry-activate 'show what activation would change'
  __hey_choice backend nh 'nh os'
  __hey_choice backend nixos-rebuild nixos-rebuild
  __hey_choice elevate sudo 'sudo (default)'
  __hey_choice elevate doas OpenDoas
  __hey_choice elevate run0 'systemd'\''s run0'
  __hey_choice elevate none 'stay the user you are'
}
__hey_sync() { __hey_main sync "$@"; }

__hey_table_trust() {
  __hey_option --flake '' '' 'a directory, or a flake reference (default: the nearest flake.nix upward)' flakes
  __hey_option --revoke '' '' 'stop trusting it'
  __hey_option --yes -y '' 'trust it without asking'
  __hey_option --print '' '' 'show the shell script; run nothing'
  __hey_option --help -h all 'show all options; -h shows the most used'
}
__hey_trust() { __hey_main trust "$@"; }

__hey_dispatched() {
  firsts=(bootstrap completions deploy disko doctor help hosts init install log ops push-keys reboot rollback ssh status sync trust)
  first_notes=('Install NixOS on a remote machine (ERASES ITS DISKS)' 'Set up completions for zsh, bash and fish' 'Build a host'\''s system here and activate it there' 'Partition, format and mount disks, before an install' 'Find problems before you deploy, each with its fix' 'Show the commands, or the help of one, or a topic' 'List the flake'\''s hosts, and where each is reached' 'Write a first hey.toml, with guard and ask turned on' 'Install a host on mounted disks, from the installer ISO' 'Show what was done from this machine, and the results' 'bootstrap, deploy, doctor, hosts, log, push-keys, reboot, rollback, ssh, status, sync' 'Send a host its ssh key, for agenix and sops-nix' 'Reboot a host and check that it comes back' 'Take a host back to an older generation, or list them' 'Open a root shell on a host, or run a command on several' 'Show what the hosts run and boot, and how they are' 'Build this machine'\''s system and activate it' 'Trust what hey.toml runs and where it sends secrets')
  seconds=('ops bootstrap' 'ops deploy' 'ops doctor' 'ops hosts' 'ops log' 'ops push-keys' 'ops reboot' 'ops rollback' 'ops ssh' 'ops status' 'ops sync')
  second_notes=('Install NixOS on a remote machine (ERASES ITS DISKS)' 'Build a host'\''s system here and activate it there' 'Find problems before you deploy, each with its fix' 'List the flake'\''s hosts, and where each is reached' 'Show what was done from this machine, and the results' 'Send a host its ssh key, for agenix and sops-nix' 'Reboot a host and check that it comes back' 'Take a host back to an older generation, or list them' 'Open a root shell on a host, or run a command on several' 'Show what the hosts run and boot, and how they are' 'The same as ops deploy, by another name')
  topics=(exit-codes hey.toml guard json environment)
  topic_notes=('What each exit status means' 'The file with targets, tags and settings' 'How a deployment rolls back by itself' 'What --json writes, field by field' 'Variables and files that hey reads')
  shorts=(bootstrap deploy doctor hosts log push-keys reboot rollback ssh status)
  flags=(--help --version)
  flag_notes=('show the commands, or the help of one' 'show hey'\''s version')
}
__hey_hey() { __hey_main hey "$@"; }

__hey_register -F __hey_completions completions.ts
__hey_register -F __hey_disko disko.ts
__hey_register -F __hey_help help.ts
__hey_register -F __hey_init init.ts
__hey_register -F __hey_install install.ts
__hey_register -F __hey_ops_bootstrap ops-bootstrap.ts
__hey_register -F __hey_ops_deploy ops-deploy.ts
__hey_register -F __hey_ops_doctor ops-doctor.ts
__hey_register -F __hey_ops_hosts ops-hosts.ts
__hey_register -F __hey_ops_log ops-log.ts
__hey_register -F __hey_ops_push_keys ops-push-keys.ts
__hey_register -F __hey_ops_reboot ops-reboot.ts
__hey_register -F __hey_ops_rollback ops-rollback.ts
__hey_register -F __hey_ops_ssh ops-ssh.ts
__hey_register -F __hey_ops_status ops-status.ts
__hey_register -F __hey_ops_sync ops-sync.ts
__hey_register -F __hey_sync sync.ts
__hey_register -F __hey_trust trust.ts

complete -p hey >/dev/null 2>&1 || __hey_register -F __hey_hey hey
