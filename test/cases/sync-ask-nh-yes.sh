# $ sync.ts switch --ask --yes
# on PATH: nh
nh os switch /path/to/flake --hostname id3-eniac -- --show-trace
