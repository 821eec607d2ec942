// Words behind `--` go to another program as they are. Those that would take the place of what hey says to it are refused.
import { shown, Usage } from "./errors.ts";

/** Words that hey says itself, by what a person types instead. */
export type Reserved = Readonly<Record<string, string>>;

const leaveOut = "leave it out";

/** Of nix build and nixos-rebuild, where they build a host's system. */
export const reservedInBuilds: Reserved = {
  "--flake": "type --flake REF before --",
  "--target-host": "type TARGET behind HOST",
  "--out-link": leaveOut,
  "-o": leaveOut,
  "--no-link": leaveOut,
  "--dry-run": "type --diff or --dry-activate before --",
};

/** Of a deployment: also what makes it one of another system, or to another profile. */
export const reservedInDeployments: Reserved = {
  ...reservedInBuilds,
  "-F": "type --flake REF before --",
  "--no-flake": leaveOut,
  "-f": leaveOut,
  "--file": leaveOut,
  "-A": leaveOut,
  "--attr": leaveOut,
  "-p": leaveOut,
  "--profile": leaveOut,
  "--profile-name": leaveOut,
  "--rollback": "type ops rollback HOST, or sync --rollback",
  "--store-path": leaveOut,
};

export const reservedInBootstrap: Reserved = {
  "--extra-files": "type --extra-files DIR before --",
  "--phases": "type --phases LIST before --",
  "--flake": "type HOST, and --flake REF before --",
  "-f": "type HOST, and --flake REF before --",
  "--store-paths": leaveOut,
  "-s": leaveOut,
  "--target-host": "type TARGET behind HOST",
  "--ssh-port": "type --ssh-option Port=N before --",
  "-p": "type --ssh-option Port=N before --",
  "-i": "type --identity FILE before --",
  "--ssh-option": "type --ssh-option NAME=VALUE before --",
  "--no-reboot": "type --no-reboot before --",
  "--stop-after-disko": "type --phases kexec,disko before --",
  "--vm-test": "type --vm-test before --",
  "--dry-run": "type --print before --",
};

/** How many values follow a word of nixos-anywhere's, of those that may stand behind `--`. */
const anywhere: Readonly<Record<string, number>> = {
  ...{ "--option": 2, "--chown": 2, "--disk-encryption-keys": 2, "--generate-hardware-config": 2, "--ssh-store-setting": 2 },
  ...{ "--build-on": 1, "--disko-mode": 1, "--kexec": 1, "--kexec-extra-flags": 1, "--from": 1 },
  ...{
    "-L": 0,
    "--print-build-logs": 0,
    "--debug": 0,
    "--show-trace": 0,
    "--copy-host-keys": 0,
    "--env-password": 0,
    "--no-disko-deps": 0,
  },
  ...{ "--no-substitute-on-destination": 0, "--no-use-machine-substituters": 0, "--build-on-remote": 0 },
};

/** A word that belongs to none before it: nixos-anywhere would take it for the target. Behind a word that isn't known anything may follow. */
export function surplusIn(words: readonly string[]): string | undefined {
  let values = 0;
  for (const word of words) {
    if (word.startsWith("-") && values !== 1 && values !== 2)
      values = Object.hasOwn(anywhere, word) ? (anywhere[word] ?? 0) : word.includes("=") ? 0 : Number.POSITIVE_INFINITY;
    else if (values === 0) return word;
    else values--;
  }
  return undefined;
}

/** @throws Usage for a word that hey says itself */
export function requirePassable(reserves: Reserved, words: readonly string[]): void {
  for (const word of words) {
    const name = word.replace(/^(--[^=]+)=.*/, "$1");
    const instead = Object.hasOwn(reserves, name) ? reserves[name] : undefined;
    if (instead !== undefined)
      throw new Usage(`${shown(name)} behind -- would take the place of what hey says itself; ${instead}`);
  }
}
