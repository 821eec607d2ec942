# $ sync.ts -- --impure '--option=a b' --print
# on PATH: nh
nh os boot /path/to/flake --hostname id3-eniac --no-specialisation -- --show-trace --impure '--option=a b' --print
