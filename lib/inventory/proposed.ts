// A first hey.toml for a flake that has none: of the hosts that are known, and where ssh's configuration has them.
import { Usage } from "../spec/errors.ts";
import { wrapped } from "../spec/help.ts";
import { fits, visible } from "../spec/words.ts";
import type { Declared } from "./aliases.ts";
import { names } from "./hey-toml.ts";
import { because } from "./listing.ts";
import { headOf, type Inventory, type Machine, type Rule } from "./setting.ts";

type Aliases = ReadonlyMap<string, Declared>;

const head = [
  "# hey.toml: where hey reaches the hosts of this flake, and what it does for them each time. It is yours to change.",
  "# What is typed goes before the settings of a host, and these before [defaults]. All settings:",
  ...wrapped(names.join(", ")).map((line) => `# ${line}`),
  "",
  "[defaults]",
  "guard = true  # a host rolls back by itself, unless this machine can log in again after the change",
  "ask = true    # what will change is shown, and asked about",
  `# elevate = "sudo"  # where you don't log in as root: sudo, doas or run0`,
];

const none = [
  "",
  "# No host of this flake is known yet. One that has a target:",
  "# [hosts.web01]",
  '# target = "root@192.0.2.1"',
];

/** What stands in the file is text for a terminal, for TOML and for hey: a name that isn't all of that is left out. */
const isText = (word: string) => word === visible(word);

function isTarget(word: string): boolean {
  try {
    fits("target", "targets", word);
    return isText(word);
  } catch (error) {
    if (error instanceof Usage) return false;
    throw error;
  }
}

/** The aliases that begin with a host's name, and go on with a domain; they are no other host. */
function longer(host: string, aliases: Aliases, hosts: readonly string[]): readonly string[] {
  const start = `${host}.`.toLowerCase();
  return [...aliases.keys()].filter((name) => name.toLowerCase().startsWith(start) && isTarget(name) && !hosts.includes(name));
}

/** Where a host is reached, as ssh's configuration says; several names where it doesn't say which. */
function found(
  { host, target, rule }: Machine,
  aliases: Aliases,
  hosts: readonly string[],
): readonly (readonly [string, Rule])[] {
  if (rule.by !== "name" && isTarget(target)) return [[target, rule]];
  return longer(host, aliases, hosts).flatMap((name) => {
    const declared = aliases.get(name);
    return declared === undefined ? [] : [[name, { by: "alias", ...declared }] as const];
  });
}

/** A host that has several names: one is to be chosen. */
const chosen = (host: string, names: readonly string[]) => [
  "",
  `# ${headOf(host)}`,
  ...names.map((name) => `# target = ${JSON.stringify(name)}`),
];

/** Hosts that have none. */
const without = (hosts: readonly string[]) => [
  "",
  "# No alias in ssh's configuration is named for these: hey goes by their own names, until a target stands here.",
  ...hosts.flatMap((host) => [`# ${headOf(host)}`, '# target = "root@192.0.2.1"']),
];

/** The lines of a first hey.toml. What the flake and ssh's configuration say is data in it: each line is one, and can be printed. */
export function proposed(machines: Inventory, aliases: Aliases): readonly string[] {
  const listed = machines.filter(({ host }) => isText(host));
  const hosts = listed.map(({ host }) => host);
  const rows = listed.map((machine) => ({ host: machine.host, targets: found(machine, aliases, hosts) }));
  const tables = rows.flatMap(({ host, targets }) => {
    const [[name, rule] = []] = targets;
    if (name === undefined || rule === undefined) return [];
    if (targets.length > 1)
      return chosen(
        host,
        targets.map(([one]) => one),
      );
    return ["", headOf(host), `target = ${JSON.stringify(name)}  # ${visible(because(rule))}`];
  });
  const unnamed = rows.flatMap(({ host, targets }) => (targets.length === 0 ? [host] : []));
  return [...head, ...(listed.length === 0 ? none : tables), ...(unnamed.length === 0 ? [] : without(unnamed))];
}
