# $ sync.ts --elevate sudo
# on PATH: nh
nh os boot /path/to/flake --hostname id3-eniac --elevation-strategy sudo --no-specialisation -- --show-trace
