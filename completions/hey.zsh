# Written by completions/generate.ts; change the verbs in scripts/ or the code in completions/*/ and run: hey completions --write

# Registers the completions now, or when compinit has run: the hook stays until then.
# The first words are quoted, as aliases of the user hold in a file that is sourced.
'_hey_load'() {
  'builtin' 'emulate' -L zsh
  (( $+functions[compdef] )) || return 0
  'add-zsh-hook' -d precmd _hey_load
  'compdef' _hey-scripts completions.ts disko.ts help.ts init.ts install.ts ops-bootstrap.ts ops-deploy.ts ops-doctor.ts ops-hosts.ts ops-log.ts ops-push-keys.ts ops-reboot.ts ops-rollback.ts ops-ssh.ts ops-status.ts ops-sync.ts sync.ts trust.ts
  (( $+_comps[hey] )) || 'compdef' _hey-scripts hey
  'unfunction' _hey_load
}
'builtin' 'autoload' -Uz add-zsh-hook
(( ! ${+functions[_hey-scripts]} )) || 'builtin' 'unfunction' _hey-scripts
'builtin' 'autoload' -Uz "${${(%):-%x}:A:h}/_hey-scripts"
'add-zsh-hook' precmd _hey_load
'_hey_load'
