copy_key() {
  copy=$keys/$1
  origin=$2
  into_name=$1
  shift 2
  if (umask 077 && "$@" >"$copy"); then :; else
    step "$origin: it failed; nothing was sent"
    exit 1
  fi
  derive "$into_name" "$origin" cat "$copy"
}
