# $ sync.ts
# on PATH: nh
# with: HEY_UID=0
nh os boot /path/to/flake --hostname id3-eniac --elevation-strategy none --no-specialisation -- --show-trace
