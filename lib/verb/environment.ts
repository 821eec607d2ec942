// What verbs read of this machine beside their words: variables and files. Pages, and the topic of `hey help`, are made of these.
import type { Verb } from "../spec/spec.ts";

type Read = readonly [name: string, text: string, applies: (verb: Verb) => boolean];

const flakeTakers = (verb: Verb) => "flake" in verb.takes;
const severalTakers = (verb: Verb) => Object.values(verb.takes).some((param) => "from" in param && param.from === "machines");
const kept = (verb: Verb) => Object.values(verb.takes).some((param) => "known" in param || "kept" in param);
const sshTakers = (verb: Verb) => "ssh-option" in verb.takes;
const runsFleets = (verb: Verb) => severalTakers(verb) && "jobs" in verb.takes;

export const environment: readonly Read[] = [
  ["DOTFILES_HOME", "the flake, if neither --flake nor a flake.nix from the current directory upward says so", flakeTakers],
  ["NIX_SSHOPTS", "words for every ssh call of a run, as nix takes them; --ssh-option adds to them", sshTakers],
  ["XDG_STATE_HOME", "the place of runs and the log (default: ~/.local/state)", severalTakers],
];

export const files: readonly Read[] = [
  ["flake.nix", "the nearest one from the current directory upward is the flake, without --flake", flakeTakers],
  ["hey.toml", "beside it, and optional: targets, tags and settings of the hosts, and defaults", kept],
  ["~/.ssh/config", "aliases by which a host is reached", sshTakers],
  ["~/.local/state/hey/runs/", "the scripts, the logs and the events of each run of several hosts", runsFleets],
];

/** The rows that hold for one of these verbs. */
export const applying = (table: readonly Read[], verbs: readonly Verb[]) =>
  table.filter(([, , applies]) => verbs.some(applies)).map(([name, text]) => [name, text] as const);

export { sshTakers };
