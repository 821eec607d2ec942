# $ sync.ts -- --impure '--option=a b' -- --print
# on PATH: nh
nh os boot /path/to/flake --hostname id3-eniac -- --show-trace --impure '--option=a b' -- --print
