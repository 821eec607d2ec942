# Before the build, which can be long: is the target there, may it be deployed to, and is nobody else at it?
step "ask $target"
if answer=$(ask </dev/null); then
  :
else
  ended=$?
  refused "$ended"
  exit "$ended"
fi
