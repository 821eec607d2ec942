# $ sync.ts switch --flake 'github:me/dotfiles?ref=main&dir=nix'
sudo nixos-rebuild --show-trace --flake 'github:me/dotfiles?ref=main&dir=nix#id3-eniac' switch
