#!/bin/sh
# Stands in for NixOS's nixos-version: the words by which programs ask it.
# shellcheck disable=SC2154 # settings of the system
# shellcheck source=/dev/null
. "$(cd -P "$(dirname "$0")/../.." && pwd)/settings"
case ${1-} in
--configuration-revision)
  [ -n "$revision" ] || { echo "$0: configuration revision is unknown" >&2 && exit 1; }
  echo "$revision"
  ;;
--json) printf '{"configurationRevision":"%s","nixosVersion":"%s"}\n' "$revision" "$nixos_version" ;;
*) echo "$nixos_version" ;;
esac
