#!/usr/bin/env bats
load shells.bash

setup_file() { make_odd_world; }

@test "options: bash gives the same with each of the user's" {
  local options
  for options in 'set -u' 'set -f' 'set -o posix' 'set -C' 'set -euf' 'shopt -s failglob' 'shopt -s nullglob' 'shopt -s dotglob' \
    'shopt -s extglob globstar' 'shopt -s nocaseglob nocasematch' 'shopt -s failglob nullglob dotglob nocasematch' 'IFS=' 'IFS=-' 'IFS=vp@=/' \
    "GLOBIGNORE='*'" "GLOBIGNORE='*:.*'" 'COMP_WORDBREAKS=${COMP_WORDBREAKS//=}' 'COMP_WORDBREAKS=${COMP_WORDBREAKS//:}' \
    'COMP_WORDBREAKS=${COMP_WORDBREAKS//@}' 'COMP_WORDBREAKS=${COMP_WORDBREAKS//[=:@]}' 'shopt -u hostcomplete' \
    'shopt -u hostcomplete; COMP_WORDBREAKS=${COMP_WORDBREAKS//[=:@]}' 'LC_ALL=C' 'shopt -s direxpand' 'bind "set completion-ignore-case on"' \
    'bind "set show-all-if-ambiguous on"' 'set -o vi; bind "\"\\e*\": insert-completions"; set -o emacs' 'shopt -s progcomp_alias' 'shopt -u progcomp_alias complete_fullquote'; do
    echo "with $options"
    rows bash few "$(load_line bash); $options"
    quiet
  done
}

@test "options: zsh gives the same with each of the user's" {
  local options
  for options in ksharrays shwordsplit noglob kshglob globsubst nobareglobqual kshautoload nullglob cshnullglob \
    extendedglob globdots nocaseglob nocasematch rcexpandparam promptsubst warncreateglobal nomultibyte completeinword globcomplete \
    listambiguous rematchpcre braceccl magicequalsubst interactivecomments kshtypeset 'ksharrays shwordsplit noglob globsubst'; do
    echo "with $options"
    rows zsh few "$compinit; $(load_line zsh); setopt $options"
    quiet
  done
}

@test "options: zsh gives the same with nounset and errexit" {
  # Only one TAB: the widget of zsh's own by which all matches are seen can't bear them, whatever is completed.
  grep '⇥' "$BATS_TEST_DIRNAME/few" >"$BATS_TEST_TMPDIR/tabs"
  local options
  for options in nounset errexit errreturn 'nounset errexit ksharrays shwordsplit'; do
    zsh -f "$BATS_TEST_DIRNAME/rows.zsh" zsh "$BATS_TEST_TMPDIR/tabs" "$world" "$compinit; $(load_line zsh); setopt $options"
  done
}

@test "options: zsh with the user's own matchers and menus" {
  rows zsh few "$compinit; $(load_line zsh); zstyle ':completion:*' group-name ''; zstyle ':completion:*:descriptions' format '[%d]'; zstyle ':completion:*' verbose yes"
  quiet
}

@test "options: in bash TAB that goes through the words puts no description into the line" {
  printf '%s\n' 'b S --backend nixo‸ ⇥ S --backend nixos-rebuild ‸' 'b S --fa‸ ⇥ S --fast ‸' 'b S --fl‸ ⇥ S --flake=‸' 'b ./scripts/sync.ts ‸ ⇥ ./scripts/sync.ts boot ‸' 'b S --‸ ⇥ S --flake=‸' >"$BATS_TEST_TMPDIR/menu"
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" bash "$BATS_TEST_TMPDIR/menu" "$world" "$(load_line bash); bind 'TAB: menu-complete'"
}

@test "options: bash lists no directory with two slashes" {
  printf '%s\nsource %s\n' "$(load_line bash)" "'$BATS_TEST_DIRNAME/rc.bash'" >"$BATS_TEST_TMPDIR/rc"
  cd "$world/repo"
  printf 'list\t./scripts/install.ts --root \n' | env -i HOME="$world/home" HEY_HOME="$world/home" PATH=/usr/bin:/bin TERM=xterm LANG=C.UTF-8 zsh -f "$BATS_TEST_DIRNAME/drive.zsh" "bash --rcfile $BATS_TEST_TMPDIR/rc -i" >"$BATS_TEST_TMPDIR/list"
  grep -qa 'fleet-dir' "$BATS_TEST_TMPDIR/list"
  run grep -a '//' "$BATS_TEST_TMPDIR/list"
  [ "$status" -eq 1 ]
}

@test "options: in a Turkish locale, where I and i are no pair, Include and Host are followed" {
  local places=$BATS_TEST_TMPDIR/locales
  mkdir "$places"
  localedef -i tr_TR -f UTF-8 "$places/tr_TR.UTF-8" 2>/dev/null || skip "SKIPPED: no Turkish locale can be made (package locales)"
  [ "$(LOCPATH=$places LC_ALL=tr_TR.UTF-8 zsh -fc 'x=I; print ${(L)x}')" = ı ]
  export DRIVE_ENV="LOCPATH=$places LC_ALL=tr_TR.UTF-8"
  rows zsh few "$compinit; $(load_line zsh)"
  quiet
  rows bash few "$(load_line bash)"
  quiet
  sed -n 's/^zb S vps-ultraman /f S vps-ultraman /p' "$BATS_TEST_DIRNAME/few" >"$BATS_TEST_TMPDIR/fish"
  [ -s "$BATS_TEST_TMPDIR/fish" ]
  zsh -f "$BATS_TEST_DIRNAME/rows.zsh" fish "$BATS_TEST_TMPDIR/fish" "$world" "$(load_line fish)"
}

@test "options: bash with completion-ignore-case finds paths in either case, as readline itself; without it in the typed one" {
  local row='S --flake=../OTH‸'
  printf '%s\n' "b $row ⇥ S --flake=../other\\ flake/‸" 'b S --flake ../OTHER\ f‸ ⇥ S --flake ../other\ flake/‸' 'b S vps-u‸ ⇥ S vps-ultraman ‸' >"$BATS_TEST_TMPDIR/either"
  printf '%s\n' "b $row ⇥ $row" >"$BATS_TEST_TMPDIR/typed"
  for kind in either typed; do
    [ $kind = either ] && setup='; bind "set completion-ignore-case on"' || setup=
    DRIVE_SCREEN=$BATS_TEST_TMPDIR/screen zsh -f "$BATS_TEST_DIRNAME/rows.zsh" bash "$BATS_TEST_TMPDIR/$kind" "$world" "$(load_line bash)$setup"
    quiet
  done
}

@test "options: ssh's files are those of the password file's home, also of another user's, whatever HOME says" {
  local other=$BATS_TEST_TMPDIR/other there shell
  [ "$(awk -F: '$1 == "sys" { print $6 }' /etc/passwd)" = /dev ] || skip "SKIPPED: there is no user here with a home that a test may write to"
  mkdir -p "$other/.ssh" "$BATS_TEST_TMPDIR/mine/.ssh"
  printf 'Host wrong-one\n' >"$other/.ssh/config"
  echo 'wrong-two ssh-ed25519 AAAA' >"$other/.ssh/known_hosts"
  there=$(mktemp -d /dev/shm/hey-include.XXXXXX)
  printf 'Host of-sys\n' >"$there/x.conf"
  printf 'Include ~sys/shm/%s/*.conf ~/.ssh/tilde ~no-such-user/x\nHost right-one\n' "${there##*/}" >"$BATS_TEST_TMPDIR/mine/.ssh/config"
  printf 'Host of-tilde\n' >"$BATS_TEST_TMPDIR/mine/.ssh/tilde"
  printf '%s\n' 'zbf S vps-ultraman wr‸ ⇒' 'zbf S vps-ultraman right‸ ⇥ S vps-ultraman right-one ‸' 'zbf S vps-ultraman of-‸ ⇒ of-sys of-tilde' >"$BATS_TEST_TMPDIR/table"
  export DRIVE_ENV="HOME=$other HEY_HOME=$BATS_TEST_TMPDIR/mine"
  for shell in zsh bash fish; do
    zsh -f "$BATS_TEST_DIRNAME/rows.zsh" $shell "$BATS_TEST_TMPDIR/table" "$world" "${compinit}$([ $shell = zsh ] || echo ' 2>/dev/null'); $(load_line $shell)" || { rm -r "$there"; false; }
  done
  # Without a word of the tests it is the home of whoever calls.
  : >"$BATS_TEST_TMPDIR/mine/.ssh/config"
  rm -r "$there"
  DRIVE_ENV="HOME=$other HEY_HOME= USER=$(id -un)"
  printf '%s\n' 'zbf S vps-ultraman wr‸ ⇒' >"$BATS_TEST_TMPDIR/table"
  for shell in zsh bash fish; do
    zsh -f "$BATS_TEST_DIRNAME/rows.zsh" $shell "$BATS_TEST_TMPDIR/table" "$world" "${compinit}$([ $shell = zsh ] || echo ' 2>/dev/null'); $(load_line $shell)"
  done
}
