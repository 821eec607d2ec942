# What test/needs looks for. The lab's namespaces want root, and some tests a file tree like Debian's: not tried.
{
  lib,
  stdenvNoCC,
  mkShell,
  runCommand,
  nodejs,
  age,
  bats,
  busybox,
  dash,
  dbus,
  doas,
  expect,
  fish,
  git,
  grub2,
  iproute2,
  jq,
  libxml2,
  mandoc,
  nix,
  openssh,
  procps,
  shadow,
  shellcheck,
  strace,
  sudo,
  systemd,
  tcsh,
  tmux,
  util-linux,
  zsh,
}:
let
  # Without all the programs that it could stand for.
  busyboxAlone = runCommand "busybox-alone" { } ''
    mkdir -p $out/bin
    ln -s ${busybox}/bin/busybox $out/bin/busybox
  '';
in
mkShell {
  packages = [ nodejs age bats dash expect fish git jq libxml2 mandoc nix openssh shellcheck tcsh tmux zsh ]
    ++ lib.optionals stdenvNoCC.hostPlatform.isLinux [ busyboxAlone dbus doas grub2 iproute2 procps shadow strace sudo systemd util-linux ];
}
