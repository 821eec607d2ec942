# $ sync.ts --force --host vps-ultraman
# on PATH: nh
nh os boot /path/to/flake --hostname vps-ultraman --no-specialisation -- --show-trace
