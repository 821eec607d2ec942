# $ sync.ts switch --specialisation quiet
# on PATH: nh-3.4.4
nh os switch /path/to/flake --hostname id3-eniac --specialisation quiet -- --show-trace
