# shellcheck disable=SC2154 # with deployment.sh and ready.sh before it
# Confirms the deployment $1, over a connection that proves that this machine can be reached, and commits it where $2 is "commit".
# Says how it stands.
id=$1
dir=/run/hey/$id
finish() {
  if [ -L "/run/hey/past/$id/uncommitted" ]; then tail -n 5 "/run/hey/past/$id/log" >&2; fi
  stands
  tell
  exit 0
}
# Neither is cut by a connection: the verdict is one system call, and the commit runs apart.
begin_commit() {
  apart commit --property=OOMScoreAdjust=-1000
  # Until it holds its own lock, or is over.
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if [ ! -d "$dir" ] || alive commit; then break; fi
    sleep 0.1
  done
}
commit=$2
# It may have been booted again.
(umask 077 && mkdir -p /run/hey)
exec 9>/run/hey/lock
flock -w 10 9 || finish
case $(progress) in
  open)
    ready || finish
    trap "" HUP INT PIPE TERM
    # The way back renames the same link: there is one winner.
    if [ "$commit" = commit ]; then
      mv -T "$dir/open" "$dir/confirmed" 2>/dev/null || finish
      begin_commit
    else
      mv -T "$dir/open" "$dir/kept" 2>/dev/null || finish
      disarm
      archive
    fi
    ;;
  commit-cut)
    # Something has killed it. It can be done again from its beginning; the second time it is taken back.
    if ln -s yes "$dir/again" 2>/dev/null; then begin_commit; else sh "$dir/commit" "$id" undo >&2; fi
    ;;
esac
exec 9>&-
# One that takes long is asked for again.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if [ ! -d "$dir" ] || ! alive commit; then break 2; fi
    sleep 0.1
  done
done
finish
