# Where nix-store is there: root may have another PATH. An address of nix has no room for more than such letters.
nix_store=$(heard nix-store | LC_ALL=C tr -cd "A-Za-z0-9/._+-")
