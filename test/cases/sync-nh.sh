# $ sync.ts
# on PATH: nh
nh os boot /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
