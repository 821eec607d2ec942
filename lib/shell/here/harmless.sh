# A flake may be a stranger's: what only looks at it starts nothing that its repository names.

# Between two lines.
newline='
'

# git_says DIR WORD...: what git says of the repository in the directory. Its status; 137 after two seconds, as it would wait for a pipe for ever.
git_says() {
  # shellcheck disable=SC2016
  without_git_words sh -c 'git -C "$@" </dev/null &
    asked=$!
    (for tries in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2 && kill -0 "$asked" || exit; done && kill -s KILL "$asked") </dev/null >/dev/null 2>&1 &
    wait "$asked"' sh "$@" 2>/dev/null
}

# harmlessly DIR WORD...: the command, which may call git in DIR, as nix does. git starts no monitor, hook or filter that the repository's own
# configuration names, and asks no other repository than that one. (lib/here/git.ts has the same, for what hey itself asks.)
# Fails: where git can't tell the filters in time.
harmlessly() {
  local filters filter key count status
  filters=
  status=0
  if [ -d "$1" ]; then
    filters=$(git_says "$1" config --show-scope --name-only --get-regexp "^filter\.") || status=$?
    if [ "$status" -eq 137 ]; then
      step "git has not read the repository's configuration in two seconds, so nothing is evaluated"
      return 1
    fi
    # Of all, also of those of ~/.gitconfig, which are this user's: only the others are left out.
    filters=$(printf "%s\n" "$filters" | sed -n -e "s/^local.filter\.//p" -e "s/^worktree.filter\.//p" | sed "s/\.[^.]*\$//" | sort -u)
  fi
  shift
  count=3
  while [ -n "$filters" ]; do
    filter=${filters%%"$newline"*}
    filters=${filters#"$filter"}
    filters=${filters#"$newline"}
    step "a filter of the repository's own configuration is not run: $(printf "%s" "$filter" | LC_ALL=C tr -cd " -~")"
    for key in clean= smudge= process= required=false; do
      set -- "GIT_CONFIG_KEY_$count=filter.$filter.${key%%=*}" "GIT_CONFIG_VALUE_$count=${key#*=}" "$@"
      count=$((count + 1))
    done
  done
  without_git_words GIT_OPTIONAL_LOCKS=0 GIT_CONFIG_COUNT="$count" GIT_CONFIG_KEY_0=core.fsmonitor GIT_CONFIG_VALUE_0=false GIT_CONFIG_KEY_1=core.hooksPath GIT_CONFIG_VALUE_1=/dev/null GIT_CONFIG_KEY_2=safe.bareRepository GIT_CONFIG_VALUE_2=explicit "$@"
}

# without_git_words [NAME=VALUE...] WORD...: the command, without what points git at another repository (git rev-parse --local-env-vars).
without_git_words() {
  env -u GIT_DIR -u GIT_COMMON_DIR -u GIT_WORK_TREE -u GIT_IMPLICIT_WORK_TREE -u GIT_INDEX_FILE -u GIT_SHALLOW_FILE -u GIT_GRAFT_FILE -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES -u GIT_NAMESPACE -u GIT_PREFIX -u GIT_NO_REPLACE_OBJECTS -u GIT_REPLACE_REF_BASE -u GIT_CEILING_DIRECTORIES -u GIT_DISCOVERY_ACROSS_FILESYSTEM -u GIT_INTERNAL_SUPER_PREFIX -u GIT_CONFIG -u GIT_CONFIG_PARAMETERS -u GIT_CONFIG_COUNT "$@"
}
