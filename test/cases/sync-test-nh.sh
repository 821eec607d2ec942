# $ sync.ts test
# on PATH: nh
nh os test /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
