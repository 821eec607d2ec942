# $ sync.ts --flake ../flake
# in: /path/to/elsewhere
# on PATH: nh
nh os boot /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
