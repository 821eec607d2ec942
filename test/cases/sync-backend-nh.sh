# $ sync.ts switch --backend=nh
# on PATH: nh
nh os switch /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
