# Reads and runs the cases of test/cases. Sourced, after machine.bash. A case is the command that printed it and the facts it
# depends on, as comments, then exactly what it must print:
#   # $ VERB.ts WORDS        the command, in shell's words; --print is left out
#   # in: DIR                the current directory, if not /path/to/flake
#   # on PATH: PROGRAM…      of nh and disko, or PROGRAM-VERSION of test/backends
#   # with: NAME=VALUE       in the environment (HEY_HOSTNAME is id3-eniac and HEY_UID 1000 unless said otherwise)
#   # global key: DIR        where this machine has one: /etc/ssh or /persist/etc/ssh
#   # typed: WORD            the answer to the question that the script asks
# Of a script the functions are left out: `unfold` puts them back. test/whole has some scripts as they are printed, for people.
# shellcheck disable=SC2034,SC2154,SC2035

# load_case FILE: sets verb, words, settings, cwd, has_path, global_key, typed, and expected, with this machine's paths.
load_case() {
  local line text program
  verb='' words=() settings=() cwd=$machine/path/to/flake has_path='' global_key='' typed=''
  text=$(real_paths <"$1")$'\n'
  # What is accepted anew may name a function that lib/shell has no more.
  if [[ $text == *$'\n# ---- lib/shell/'*.sh:* ]]; then text=$(printf %s "$text" | "$repo/test/lib/unfold" /dev/stdin)$'\n' || [ "${HEY_ACCEPT-}" = 1 ] || return; fi
  while line=${text%%$'\n'*} && [[ $line == '#'* ]]; do
    text=${text#*$'\n'}
    case $line in
      '# $ '*)
        eval "words=(${line#'# $ '})"
        verb=${words[0]}
        words=("${words[@]:1}")
        ;;
      '# in: '*) cwd=${line#'# in: '} ;;
      '# on PATH: '*) for program in ${line#'# on PATH: '}; do has_path+=$machine/has-$program: ; done ;;
      '# with: '*) settings+=("${line#'# with: '}") ;;
      '# global key: '*) global_key=${line#'# global key: '} ;;
      '# typed: '*) typed=${line#'# typed: '} ;;
      *)
        echo "$1: unknown header: $line" >&2
        return 1
        ;;
    esac
  done
  expected=$text
}

in_case() {
  (
    cd "$cwd" || exit
    run="exec"
    on_machine "${settings[@]}" "$@"
  )
}

# The state that a script may change, as it was when the machine was made, and an empty $record.
reset() {
  # A pid may come back in one run.
  record=$(mktemp -d "$machine/record/XXXXXXXX")
  rm -rf "$machine/home/me/.local/state"
  trust_file "$machine/path/to/fleet/hey.toml"
  [ "$verb" = ops-push-keys.ts ] || return 0
  rm -rf "$machine/home/me/.ssh"
  cp -a "$machine/ssh.as-made" "$machine/home/me/.ssh"
}

# canonical: all that was recorded, without what shells keep for themselves and with the names of mktemp evened out.
canonical() (
  cd "$record" || exit
  shopt -s nullglob
  argv=(*/argv) stdin=(*/stdin)
  [ ${#argv[@]} -gt 0 ] || exit 0
  if [ ${#argv[@]} -eq 1 ] && [ ${#stdin[@]} -eq 1 ] && [ ! -s "${stdin[0]}" ]; then
    # The most frequent case by far, without a process for each line.
    mapfile -d '' -t words <"${argv[0]}"
    mapfile -d '' -t variables < <(LC_ALL=C sort -z ./*/environ)
    printf '%s\n' "${argv[0]}" "${words[@]}" "$(<"${argv[0]%argv}cwd")"
    for variable in "${variables[@]}"; do
      case $variable in SHLVL=* | _=* | PWD=* | OLDPWD=* | HEY_RECORD=* | HEY_FAULT=*) ;; *) printf '%s\n' "$variable" ;; esac
    done
    exit
  fi
  {
    grep -zHa '' "${argv[@]}"
    grep -zHavE '^(SHLVL|_|PWD|OLDPWD|IFS|HEY_RECORD|HEY_FAULT)=' */environ | LC_ALL=C sort -z
    grep -Ha '' */cwd
    for stdin in "${stdin[@]}"; do
      [ -s "$stdin" ] || continue
      echo "$stdin:"
      # Behind a password, and where it ends.
      lines=$(grep -anxm 1 'the password ends here' "$stdin" | cut -d : -f 1)
      head -n "${lines:-0}" "$stdin"
      # A tar stream carries the times of the files in it.
      if tail -n "+$((lines + 1))" "$stdin" | tar -t >/dev/null 2>&1; then
        tail -n "+$((lines + 1))" "$stdin" | tar -tv | sed -E 's/ [0-9-]{10} [0-9:]{5} / /'
        tail -n "+$((lines + 1))" "$stdin" | tar -xO
      else
        tail -n "+$((lines + 1))" "$stdin"
      fi
    done
  } | sed -zE 's#/(hey|hey-keys|call|\.new-key)\.[A-Za-z0-9]{6}#/\1.XXXXXX#g; s#(id=\\0047)[A-Za-z0-9]{6}(\\0047)#\1XXXXXX\2#g' | tr '\0' '\n'
)
