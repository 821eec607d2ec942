# $ sync.ts
# in: /path/to/elsewhere
# with: DOTFILES_HOME=/home/me/dotfiles
# on PATH: nh
nh os boot /home/me/dotfiles --hostname id3-eniac --no-specialisation -- --show-trace
