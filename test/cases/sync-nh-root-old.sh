# $ sync.ts switch
# on PATH: nh-4.0.4
# with: HEY_UID=0
nh os switch /path/to/flake --hostname id3-eniac --bypass-root-check --no-specialisation -- --show-trace
