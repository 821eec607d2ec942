# $ sync.ts --flake '../dot files'
# on PATH: nh
nh os boot '/path/to/dot files' --hostname id3-eniac --no-specialisation -- --show-trace
