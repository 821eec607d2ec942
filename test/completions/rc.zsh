# What an interactive zsh under test reads after the lines of the test itself.
bindkey -e
PROMPT='> '
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert yes
bindkey '\e?' list-choices
zle -C all-matches complete-word _generic
bindkey '\e*' all-matches
drive-dump() {
  emulate -L zsh
  print -r -- "$BUFFER[1,CURSOR]‸$BUFFER[CURSOR+1,-1]" >>$DRIVE_TO
  BUFFER=
}
zle -N drive-dump
bindkey '^X^G' drive-dump
drive-ready() { print ready >>$DRIVE_TO; zle -D zle-line-init; }
zle -N zle-line-init drive-ready
