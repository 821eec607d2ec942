# A flake may be a stranger's: what only looks at it starts nothing that its repository names.

# Between two lines.
newline='
'

# harmlessly DIR WORD...: the command, which may call git in DIR, as nix does. git starts no monitor, hook or filter that the repository's own
# configuration names, and asks no other repository than that one. (lib/here/git.ts has the same, for what hey itself asks.)
harmlessly() {
  local filters filter key count
  filters=
  if [ -d "$1" ]; then
    # Of all, also of those of ~/.gitconfig, which are this user's: only the others are left out.
    filters=$(without_git_words git -C "$1" config --show-scope --name-only --get-regexp "^filter\." 2>/dev/null | sed -n -e "s/^local.filter\.//p" -e "s/^worktree.filter\.//p" | sed "s/\.[^.]*\$//" | sort -u) || :
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
