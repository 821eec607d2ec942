# $ sync.ts switch
# on PATH: nh-4.2.0-beta3
# with: HEY_UID=0
nh os switch /path/to/flake --hostname id3-eniac --bypass-root-check --no-specialisation -- --show-trace
