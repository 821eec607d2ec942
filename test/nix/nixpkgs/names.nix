# Packages of nixpkgs by the names that they have there.
[
  "age" "bats" "busybox" "coreutils" "dash" "dbus" "disko" "doas" "expect" "findutils" "fish" "gawk" "git" "gnugrep" "gnused" "gnutar"
  "grub2" "iproute2" "jq" "libxml2" "mandoc" "nix" "nixos-rebuild-ng" "nodejs" "openssh" "procps" "shadow" "shellcheck" "strace" "sudo" "systemd" "tcsh"
  "tmux" "util-linux" "zsh"
]
