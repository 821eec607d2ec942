# A word of the line as the program would get it, in $REPLY. Only a leading ~ or $VAR is expanded, as anything else could run something.
_hey_value() {
  emulate -L zsh -o extendedglob
  local raw=$1 head=
  local -a match mbegin mend
  if [[ $raw == (#b)(\"|)\$(\{([A-Za-z_][A-Za-z0-9_]#)\}|([A-Za-z_][A-Za-z0-9_]#))(*) ]]; then
    local name=$match[3]$match[4]
    (( $+parameters[$name] )) && head=${(P)name}
    raw=$match[1]$match[5]
  elif [[ $raw == '~'(|/*) ]]; then
    head=$HOME raw=${raw#\~}
  fi
  REPLY=$head${(Q)raw}
}

# A part of a URL without its %xx, in $REPLY; a text that holds other % is none and stays.
_hey_decoded() {
  emulate -L zsh
  REPLY=$1
  [[ $1 != *%* || ${1//\%[0-9A-Fa-f][0-9A-Fa-f]/} == *%* ]] || REPLY=${(g::)${1//\\/\\\\}//\%/\\x}
}

# The directory of the flake that --flake names, in $REPLY; fails for one elsewhere, and for none. As named() in lib/here/flake.ts.
_hey_named_flake() {
  emulate -L zsh -o extendedglob
  local ref=$1 query= sub=
  ref=${ref%%\#*}
  [[ $ref == *\?* ]] && query=${ref#*\?} ref=${ref%%\?*}
  if [[ $ref == (path|git+file|hg+file):* ]]; then
    ref=${${ref#*:}#//}
    _hey_decoded $ref
    ref=$REPLY
  elif [[ $ref == [a-z][a-z0-9+.-]#:* ]]; then
    return 1
  elif [[ $ref == '~'(|/*) ]]; then
    ref=$HOME${ref#\~}
  fi
  if [[ \&$query == *\&dir=* ]]; then
    sub=${${${:-\&$query}#*\&dir=}%%\&*}
    _hey_decoded ${sub//+/ }
    sub=$REPLY
  fi
  [[ $sub == /* ]] && ref=
  REPLY=${ref:-.}${sub:+/$sub}
  [[ -e $REPLY/flake.nix ]]
}

# The directory of the flake that this line means, in $REPLY: the order of findFlake in lib/here/flake.ts.
_hey_flake() {
  local given=
  if _hey_given --flake; then
    _hey_value $REPLY
    _hey_named_flake "$REPLY"
    return
  fi
  # Through .. as the kernel takes it, not through $PWD: the verbs don't know by which links the shell came here.
  REPLY=.
  until [[ -e $REPLY/flake.nix ]]; do
    if [[ $REPLY -ef / ]]; then
      REPLY=${DOTFILES_HOME-}
      [[ -n $REPLY && -e $REPLY/flake.nix ]]
      return
    fi
    REPLY+=/..
  done
}

# The last value that an option has on the line, left or right of the cursor, as it is typed, in $REPLY.
_hey_given() {
  local -i at found=0
  for (( at = 2; at <= $#words; at++ )); do
    (( at == CURRENT )) && continue
    case $words[at] in
      (--) break ;;
      ($1) (( at < $#words )) && REPLY=$words[++at] found=1 ;;
      ($1=*) REPLY=${words[at]#*=} found=1 ;;
    esac
  done
  (( found ))
}

# Names of the hosts that stand literally in a flake.nix, added to $hosts.
_hey_literal_hosts() {
  emulate -L zsh -o extendedglob
  local line bare tail braces text=
  local -i depth=0
  local -a match mbegin mend
  # A stranger's may have megabytes: its beginning does. The module is gone again with the subshell.
  text=$(zmodload zsh/system && sysread -s 65536 text <$1 && print -rn -- $text)
  for line in ${(f)text}; do
    (( $#line <= 1000 )) || continue
    (( depth )) || [[ $line == *nixosConfigurations* ]] || continue
    bare=${${line/#\#*/}%%[[:space:]]\#*}
    if (( depth == 1 )) && [[ $bare == (#b)[[:space:]]#(\"([^\"\${}]##)\"|([A-Za-z_][A-Za-z0-9_\'-]#))[[:space:]]#=* ]]; then
      hosts+=($match[2]$match[3])
    fi
    # Every occurrence from the left, as the first that fits counts: a pattern's leading * would take the last.
    local dotted= opened=
    tail=$bare
    while [[ $tail == *nixosConfigurations* ]]; do
      tail=${tail#*nixosConfigurations}
      [[ ${bare%"nixosConfigurations$tail"} == *[A-Za-z0-9_] ]] && continue
      if [[ -z $dotted && $tail == (#b).(\"([^\"\${}]##)\"|([A-Za-z_][A-Za-z0-9_\'-]#))* ]]; then
        dotted=$match[2]$match[3]
      fi
      if [[ -z $opened && $tail == (#b)[[:space:]]#=[^\;\{]#(\{*) ]]; then
        opened=$match[1]
      fi
    done
    [[ -n $dotted ]] && hosts+=($dotted)
    braces=$opened
    (( depth )) && braces=$bare
    (( depth += ${#braces//[^\{]/} - ${#braces//[^\}]/} ))
    (( depth < 0 )) && depth=0
  done
}

# The hosts of the flake in a directory, in $reply: those that nix has said (lib/here/cache.ts), and where it has not been asked yet what
# folders and text look like. No host begins with a #.
_hey_hosts() {
  emulate -L zsh -o extendedglob
  local -aU hosts
  local said=
  local seen=${${(M)XDG_CACHE_HOME:#/*}:-$HOME/.cache}/hey/hosts/${${${1:A}//\%/%25}//\//%2F}
  [[ -f $seen && -r $seen ]] && hosts=(${(f)"$(<$seen)"}) said=1
  if (( ! $#hosts )); then
    hosts=($1/hosts/[^._]*/default.nix(N-^@:h:t))
    [[ -f $1/flake.nix && -r $1/flake.nix ]] && _hey_literal_hosts $1/flake.nix
  fi
  # With a second word those that are no target's name, too, where nix has said them.
  if [[ $# -gt 1 && -n $said ]]; then
    reply=(${${(M)hosts:#[[:alnum:]_][[:alnum:]_.@+=:~\'-]#}:#?(#c254,)})
  else
    reply=(${${(M)hosts:#[A-Za-z0-9_][A-Za-z0-9_.@+-]#}:#?(#c254,)})
  fi
}
