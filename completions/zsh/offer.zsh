# Adds $_hey_names, which are matched by their parts too (v-u), in either case.
_hey_add() {
  # A lone - would be a part of every name with a dash.
  [[ $PREFIX == -* ]] && return 1
  compadd "$@" -M 'm:{a-zA-Z}={A-Za-z} r:|[-_.]=* r:|=*' -a _hey_names
}

_hey_offer_hosts() {
  local expl REPLY
  local -a reply _hey_names
  if _hey_flake; then
    _hey_hosts $REPLY all
    _hey_names=($reply)
    _wanted flake-hosts expl 'flake host' _hey_add && return 0
    (( $#_hey_names )) && return 1
  fi
  _message -e flake-hosts 'no hosts/ found; use --flake DIR'
}

# The part after the last comma. What is left out, and tags, are typed.
_hey_offer_machines() {
  compset -P '*,'
  _hey_offer_hosts
}

# Without the hosts of the flake that the verb's own is not: lib/inventory/other-host.ts refuses them.
_hey_offer_own-targets() {
  local REPLY
  local -a reply others
  if _hey_flake; then
    _hey_hosts $REPLY
    # What _arguments has for the words left of the cursor.
    others=(${reply:#${(b)${(Q)line[1]}}})
  fi
  _hey_offer_targets $others
}

# OTHERS...: without these.
_hey_offer_targets() {
  local config= REPLY
  local -a others=("$@")
  local -i user=0 ret=1
  local -a reply _hey_names ssh match mbegin mend expl
  if _hey_given --ssh-config; then
    _hey_value $REPLY
    config=$REPLY
  elif [[ " ${NIX_SSHOPTS-}" == (#b)*[[:space:]]-F[[:space:]]#([^[:space:]]##)* ]]; then
    config=$match[1]
  fi
  _hey_ssh_names $config
  ssh=(${reply:|others})
  compset -P '*@' && user=1
  _tags ssh-hosts flake-hosts
  while _tags; do
    _hey_names=($ssh)
    _requested ssh-hosts expl 'ssh name' _hey_add && ret=0
    if (( ! user )) && _requested flake-hosts && _hey_flake; then
      _hey_hosts $REPLY
      _hey_names=(${${reply:|ssh}:|others})
      _requested flake-hosts expl 'flake host' _hey_add && ret=0
    fi
    (( ret )) || break
  done
  return ret
}

# $choices has "PARAMETER WORD:HELP" of the verb.
_hey_offer_choices() {
  local -a values=(${${(M)choices:#$1 *}#$1 })
  [[ $PREFIX == -* ]] && return 1
  _describe -V -t values $1 values
}

_hey_offer_dirs() {
  local expl
  _wanted directories expl directory _path_files -/
}
