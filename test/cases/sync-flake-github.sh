# $ sync.ts --flake github:me/dotfiles
# in: /path/to/elsewhere
# on PATH: nh
nh os boot github:me/dotfiles --hostname id3-eniac --no-specialisation -- --show-trace
