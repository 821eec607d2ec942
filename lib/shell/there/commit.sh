# shellcheck disable=SC2034 # for committing.sh
# Makes the confirmed deployment $1 what boots, or after that takes back a commit that was cut ($2 is "undo").
id=$1
dir=/run/hey/$id
exec 8<"$dir/commit"
# Who only looks whether it runs holds the lock for a moment too; another one has done it when it lets go.
flock -w 5 8 && [ -d "$dir" ] || exit 0
new=$(readlink "$dir/new")
disarm
if [ "${2-}" = undo ]; then
  uncommit 8<&-
  said=uncommitted
elif [ "$(readlink -e /run/current-system)" != "$new" ]; then
  # It was cut, and somebody has switched this machine since.
  mend_commit 8<&-
  said=uncommitted
elif commit 8<&-; then
  said=committed
else
  uncommit 8<&-
  said=uncommitted
fi
mv -T "$dir/confirmed" "$dir/$said"
archive
