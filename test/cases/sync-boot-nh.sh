# $ sync.ts boot
# on PATH: nh disko
nh os boot /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
