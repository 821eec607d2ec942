# What an interactive bash under test reads after the lines of the test itself.
PS1='> '
bind 'set bell-style none'
bind 'set page-completions off'
bind 'set enable-bracketed-paste off'
bind '"\e*": insert-completions'
drive_dump() {
  printf '%s‸%s\n' "${READLINE_LINE:0:READLINE_POINT}" "${READLINE_LINE:READLINE_POINT}" >>"$DRIVE_TO"
  READLINE_LINE='' READLINE_POINT=0
}
bind -x '"\C-x\C-g": drive_dump'
PROMPT_COMMAND='PROMPT_COMMAND=; printf "ready\n" >>"$DRIVE_TO"'
