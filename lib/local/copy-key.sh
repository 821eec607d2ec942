copy_key() {
  copy=$keys/$1
  origin=$2
  into_name=$1
  shift 2
  (umask 077 && "$@" >"$copy")
  derive "$into_name" "$origin" cat "$copy"
}
