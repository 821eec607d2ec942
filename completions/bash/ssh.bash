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
