# Says the public halves of the private keys of the names $2 and on in the directory $1. Changes nothing.
set -u
dir=$1
shift
for name in "$@"; do
  echo "$name $(ssh-keygen -y -P "" -f "$dir/$name" 2>/dev/null | cut -d " " -f 1,2 || :)"
done
