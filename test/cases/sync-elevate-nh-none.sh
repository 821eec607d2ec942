# $ sync.ts switch --elevate none
# on PATH: nh
nh os switch /path/to/flake --hostname id3-eniac --elevation-strategy none --no-specialisation -- --show-trace
