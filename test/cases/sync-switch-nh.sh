# $ sync.ts switch
# on PATH: nh
nh os switch /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
