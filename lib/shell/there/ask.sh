# Whether this machine can be deployed to by this user, now. Changes nothing. $1 and $2 are those of refuse_changed.
need_root deploy
(each_open refuse_open; refuse_trial) || exit
if [ -e /run/hey/lock ]; then flock -n /run/hey/lock true || refuse_held; fi
refuse_switching
refuse_changed "$1" "$2"
tell
