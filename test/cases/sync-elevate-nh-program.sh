# $ sync.ts switch --elevate doas
# on PATH: nh-4.2.0-beta3
nh os switch /path/to/flake --hostname id3-eniac --elevation-program doas --no-specialisation -- --show-trace
