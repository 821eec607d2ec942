# Where private directories are made: in memory where there is such a place. Not under TMPDIR: the path of a socket may have
# some hundred bytes at most, and macOS's TMPDIR takes half of them.
for place in "${XDG_RUNTIME_DIR-}" /dev/shm /tmp; do
  if [ -n "$place" ] && [ "${#place}" -le 60 ] && [ -d "$place" ] && [ -w "$place" ]; then break; fi
done
