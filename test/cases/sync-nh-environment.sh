# $ sync.ts switch
# on PATH: nh
# with: NH_ASK=1
# with: NH_ELEVATION_STRATEGY=none
# with: NH_ELEVATION_PROGRAM=
# with: NH_BYPASS_ROOT_CHECK=true
# with: NH_NO_VALIDATE=true
# with: NIX_SUDOOPTS=-u nobody
# with: NIXOS_NO_CHECK=1
# with: NIXOS_INSTALL_BOOTLOADER=1
# with: NH_SUDOOPTS=-n
# with: NH_FLAKE=/elsewhere
# with: NIX_CONFIG=cores = 1
env -u NH_ASK -u NH_BYPASS_ROOT_CHECK -u NH_ELEVATION_PROGRAM -u NH_ELEVATION_STRATEGY -u NH_NO_VALIDATE -u NH_SUDOOPTS -u NIX_SUDOOPTS -u NIXOS_INSTALL_BOOTLOADER -u NIXOS_NO_CHECK nh os switch /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
