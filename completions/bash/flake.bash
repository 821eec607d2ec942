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
