# Before the build, which can be long: is the target there, may it be deployed to, and is nobody else at it?
step "ask $target"
if answer=$(ask </dev/null); then
  from=$(heard_number number)
else
  ended=$?
  refused "$ended"
  # ssh has said why.
  state="$target can't be reached; nothing was changed on it (status 1)"
  exit 1
fi
