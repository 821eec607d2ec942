# $ sync.ts switch --ask
# on PATH: nh
nh os switch /path/to/flake --hostname id3-eniac --ask -- --show-trace
