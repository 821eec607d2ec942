# $ sync.ts switch
# on PATH: nh-3.4.4
nh os switch /path/to/flake --hostname id3-eniac -- --show-trace
