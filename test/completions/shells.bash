# What the tests of the completions share.
. "$BATS_TEST_DIRNAME/fixture.sh"

# Its name has all that a shell could take for its own.
make_odd_world() {
  world="$BATS_FILE_TMPDIR/it's a \$(touch PWNED) \`touch PWNED\` %2F"
  mkdir -p "$world"
  make_world "$world"
  # compinit is quick with a dump.
  compinit="autoload -Uz compinit && compinit -u -C -d $BATS_FILE_TMPDIR/dump"
  zsh -fc "autoload -Uz compinit && compinit -u -d $BATS_FILE_TMPDIR/dump"
  export world compinit
}

# A POSIX shell's quoting, which zsh, bash and fish take alike.
quoted() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

# load SHELL: the line that loads the completions.
load_line() { printf 'source %s' "$(quoted "$world/repo/completions/hey.$1")"; }

# rows SHELL TABLE SETUP
rows() {
  DRIVE_SCREEN=$BATS_TEST_TMPDIR/screen zsh -f "$BATS_TEST_DIRNAME/rows.zsh" "$1" "$BATS_TEST_DIRNAME/$2" "$world" "$3"
}

# Whether the screen shows no error. Shells say what is wrong with the name of the shell, the function or the file before it.
quiet() {
  [ ! -e "$BATS_TEST_TMPDIR/screen" ] || ! grep -aE '(bash|zsh|fish|hey[a-z_-]*|_arguments|_describe|compadd|compdef|\(eval\)|rc|rows)(:[0-9]+)?: ' "$BATS_TEST_TMPDIR/screen"
}
