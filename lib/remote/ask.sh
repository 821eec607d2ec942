# Whether this machine can be deployed to by this user. Changes nothing.
if [ "$(id -u)" = 0 ]; then exit 0; fi
echo "$(id -un) is not root here, and only root may deploy: name no user in the target, or root" >&2
exit 1
