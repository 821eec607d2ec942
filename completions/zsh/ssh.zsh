# The names that ssh knows, in $reply. Not by zsh's _ssh_hosts: it leaves out the aliases as soon as known_hosts has a match.
_hey_ssh_names() {
  emulate -L zsh -o extendedglob
  local file home=${HEY_HOME-}
  local -aU names known seen
  # ssh goes by the password file, whatever HOME says.
  [[ -n $home ]] || eval "home=~${(q)USERNAME}" 2>/dev/null || home=$HOME
  known=($home/.ssh/known_hosts{,2} /etc/ssh/ssh_known_hosts{,2})
  if [[ -n $1 ]]; then
    _hey_ssh_config $1 $home/.ssh
  else
    _hey_ssh_config $home/.ssh/config $home/.ssh
    _hey_ssh_config /etc/ssh/ssh_config /etc/ssh
  fi
  for file in $known; do
    # Never a pipe or a device: it would be waited for.
    [[ -f $file && -r $file ]] || continue
    local -a lines=(${${${(f)"$(<$file)"}##[[:space:]]##}:#[@\|\#]*})
    local -a fields=(${(s:,:)${(j:,:)lines%%[[:space:]]*}})
    names+=(${${fields#\[}%\]:<->})
  done
  # What lib/spec/words.ts would refuse, patterns and addresses are no names to offer.
  reply=(${${${(M)names:#[A-Za-z0-9_][A-Za-z0-9_.-]#}:#?(#c254,)}:#<->.<->.<->.<->})
}

# Adds the names of an ssh config to $names and the files it mentions to $known; $2 is where its relative Includes lie (ssh_config(5)).
_hey_ssh_config() {
  emulate -L zsh -o extendedglob
  [[ -f $1 && -r $1 ]] && (( ! $seen[(Ie)$1] )) || return 0
  seen+=($1)
  # As ssh has its keywords in either case: in a Turkish locale "I" and "i" are no pair.
  local LC_ALL=C line arg
  local -i at
  local -a match mbegin mend args
  local -a lines=(${(M)${(f)"$(<$1)"}:#[[:space:]]#(#i)(host|match|include|(user|global)knownhostsfile)[[:space:]=\"]*})
  # The plain ones all at once: there can be very many.
  local plain='[[:space:]]#(#i)host[[:space:]]##[^\"\'\''\\\#=]##'
  names+=(${=${${(M)lines:#$~plain}##[[:space:]]#[[:alpha:]]##}%%[[:space:]]#})
  for line in ${lines:#$~plain}; do
    [[ ${line%%[[:space:]]#} == (#b)[[:space:]]#([[:alpha:]]##)[[:space:]]#(=|)[[:space:]]#(*) ]] || continue
    _hey_ssh_args $match[3]
    args=("$reply[@]")
    case ${(L)match[1]} in
      (host) names+=($args) ;;
      (match)
        for (( at = 1; at <= $#args; at++ )); do
          arg=${(L)args[at]}
          case $arg in
            ((|!)(all|canonical|final)) ;;
            ((original|)host) names+=(${(s:,:)args[++at]-}) ;;
            ((original|)host=*) names+=(${(s:,:)args[at]#*=}) ;;
            (*=*) ;;
            (*) (( at++ )) ;;
          esac
        done
        ;;
      (include)
        for arg in $args; do
          _hey_ssh_path $arg $2
          # Bare patterns only: a glob qualifier in zsh can run a command.
          arg=${${${(b)REPLY}//(#b)\\([*?])/$match[1]}//(#b)\\\[([^\]\/]##)\\\]/[$match[1]]}
          for arg in ${~arg}(N); do _hey_ssh_config $arg $2; done
        done
        ;;
      (*)
        for arg in $args; do
          _hey_ssh_path $arg $2
          known+=($REPLY)
        done
        ;;
    esac
  done
}

# The words of a config line in $reply: ssh quotes with " and ', and ends at a word that starts with #.
_hey_ssh_args() {
  emulate -L zsh -o extendedglob
  local text=$1 word=
  reply=()
  if [[ $text != *[\"\'\\]* ]]; then
    reply=(${=text})
  else
    local -a match mbegin mend
    while [[ $text == (#b)[[:space:]]#((\"[^\"]#(\"|(#e))|\'[^\']#(\'|(#e))|\\?|[^[:space:]\"\'])##)(*) ]]; do
      text=$match[-1]
      # A backslash is one unless it stands before one of these.
      reply+=("${match[1]//(#b)(\"([^\"]#)(\"|(#e))|\'([^\']#)(\'|(#e))|\\([\"\'\\ ]))/$match[2]$match[4]$match[6]}")
    done
  fi
  (( $reply[(I)\#*] )) && reply[reply[(i)\#*],-1]=()
}

# The path that a config's word means, in $REPLY.
_hey_ssh_path() {
  case $1 in
    (\~/*) REPLY=$home/${1#\~/} ;;
    (\~[A-Za-z0-9_.-]##/*) eval "REPLY=${1%%/*}" 2>/dev/null && REPLY+=/${1#*/} || REPLY=/nonexistent ;;
    (/*) REPLY=$1 ;;
    (*) REPLY=$2/$1 ;;
  esac
}
