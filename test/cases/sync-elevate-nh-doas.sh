# $ sync.ts --elevate doas
# on PATH: nh
nh os boot /path/to/flake --hostname id3-eniac --elevation-strategy doas --no-specialisation -- --show-trace
