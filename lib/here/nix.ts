// nix's own command line. The features are given every time: where flakes aren't enabled globally it refuses otherwise.
export const nix: readonly string[] = ["nix", "--extra-experimental-features", "nix-command flakes"];

/** A flake's program; the words after it are the program's. */
export const nixRun = (ref: string): readonly string[] => [...nix, "run", ref, "--"];
