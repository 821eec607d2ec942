# $ sync.ts switch --elevate sudo
# on PATH: nh-4.0.4
nh os switch /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace
