# Whether this user becomes root here, and what helps if not.

# try_root PROGRAM PASSWORD: tries it. "secret" reads the password on stdin.
try_root() {
  case $1-$2 in
    sudo-secret) sudo -S -p "" -- sh -c : ;;
    sudo-*) sudo -n -- sh -c : </dev/null ;;
    doas-*) doas -n -- sh -c : </dev/null ;;
    run0-*) run0 --no-ask-password -- sh -c : </dev/null ;;
  esac 2>&1
}

# becomes_root PROGRAM PASSWORD [trusted]: whether this user becomes root by that (sudo, doas, run0) without a terminal. PASSWORD is "secret"
# where one is on stdin, "later" where one will be asked for at a terminal, else "none". With "trusted" also whether nix takes unsigned paths
# from it. Changes nothing. Ends: where it does not; says why, and what helps.
becomes_root() {
  local me not said trust
  export LC_ALL=C
  me=$(id -un)
  trust=${3-}
  if command -v "$1" >/dev/null 2>&1; then :; else refuse 1 "there is no $1 there; type --elevate with another program, or a login that is root"; fi
  not="! "
  # Where it needs none a password would go on to the command, whose input sudo may log (log_input). -k, as what sudo remembers it forgets.
  if [ "$1-$2" = sudo-secret ] && sudo -k -n -- sh -c : </dev/null >/dev/null 2>&1; then
    echo "password unneeded"
    set -- sudo none
  fi
  # The words of sudo, and of sudo-rs.
  said=$(try_root "$1" "$2") || case $1-$2-$said in
    sudo-later-*"password is required"* | sudo-later-*"uthentication is required"* | sudo-later-*"token manipulation"*) ;;
    sudo-*"must have a tty"*) refuse 1 "sudo there wants a terminal of $me (requiretty), and a deployment has none; put this into its sudoers: Defaults:$me ${not% }requiretty (NixOS: security.sudo.extraConfig)" ;;
    sudo-secret-*"token manipulation"* | sudo-secret-*"incorrect password"* | sudo-secret-*"try again"* | sudo-secret-*"incorrect authentication"*) refuse 1 "that is not the password of $me there" ;;
    sudo-*"password is required"* | sudo-*"terminal is required"* | sudo-*"uthentication is required"* | sudo-*"token manipulation"*) refuse 1 "sudo there asks $me for a password; add --ask-elevate-password, or let it need none (NixOS: security.sudo.wheelNeedsPassword = false)" ;;
    sudo-*"m sorry "* | sudo-*"not in the sudoers"* | sudo-*"not allowed"* | sudo-*"may not run"*) refuse 1 "$me may not become root by sudo there; put it into the group wheel there, or log in as root" ;;
    doas-*"uthentication"*) refuse 1 "doas there asks $me for a password, which it takes at a terminal only; let it need none (NixOS: noPass in security.doas.extraRules), or type --elevate sudo" ;;
    doas-*"not permitted"* | doas-*"not enabled"*) refuse 1 "$me may not become root by doas there; permit it (NixOS: security.doas.extraRules), or log in as root" ;;
    run0-*"uthentication"* | run0-*"ccess denied"*) refuse 1 "run0 there lets $me not become root without a question; permit it by a rule of polkit (NixOS: security.polkit.extraConfig), or type --elevate sudo" ;;
    # Before its last line sudo may complain of names.
    *) refuse 1 "$me does not become root by $1 there: $(printf "%s\n" "$said" | tail -n 1)" ;;
  esac
  echo "nix-store $(command -v nix-store || echo nix-store)"
  if [ -n "$trust" ]; then nix_trusts "$me" || refuse 1 "$(no_trust "$me")"; fi
}
