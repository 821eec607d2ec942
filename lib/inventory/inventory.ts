// The machines: the hosts of a flake, where each is reached, and what hey.toml says of them.
import { remark } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import { freshHosts } from "../here/hosts.ts";
import { thisHost } from "../here/machine.ts";
import { Refusal, shown, some } from "../spec/errors.ts";
import type { Evaluated } from "../spec/options.ts";
import { type SshGiven, sshWords } from "../target/ssh.ts";
import type { Reaching } from "../target/ssh-says.ts";
import { aliases, type Declared } from "./aliases.ts";
import { flakeIfAny } from "./flake.ts";
import { allHosts, hostHere, hostsTyped, knownBefore, knownHosts, speaksOf } from "./hosts.ts";
import { leftMeant, tagged } from "./last-run.ts";
import { namesIn, select } from "./selection.ts";
import type { Inventory, Machine, Setting, Settings } from "./setting.ts";
import { isHeld, nothing, readSettings, settingsOf } from "./settings.ts";

/**
 * Names of aliases that mean a host, the best first. Its own name is what `ssh HOST` has always taken; of the others those for root, as
 * every verb here becomes root there: who has an alias for each login has that one for this.
 */
export const aliasNames = (host: string) => {
  const underscored = host.replaceAll("-", "_");
  return [...new Set([host, `${host}_root`, `${underscored}_root`, underscored])];
};

const valuesOf = (settings: readonly Setting[], wanted: string): readonly string[] => {
  const value = settings.find(({ name }) => name === wanted)?.value;
  return value === undefined || typeof value === "boolean" ? [] : value;
};

function machine(host: string, said: Settings, known: () => ReadonlyMap<string, Declared>): Machine {
  const all = settingsOf(said, host);
  const held = all.filter(isHeld);
  const settings = all.filter((setting) => !isHeld(setting));
  const tags = [...new Set(valuesOf(settings, "tags"))].sort();
  const [order = "0"] = valuesOf(settings, "order");
  const [after] = valuesOf(settings, "after");
  const common = { host, tags, order: Number(order), after, settings, held };
  const named = settings.find(({ name }) => name === "target");
  const [target] = valuesOf(settings, "target");
  if (named !== undefined && target !== undefined) return { ...common, target, rule: { by: "hey.toml", line: named.line } };
  const alias = aliasNames(host).find((name) => known().has(name));
  const declared = alias === undefined ? undefined : known().get(alias);
  if (alias !== undefined && declared !== undefined) return { ...common, target: alias, rule: { by: "alias", ...declared } };
  return { ...common, target: host, rule: { by: "name" } };
}

/**
 * How a host is reached: with what is typed for ssh, else with its own options of hey.toml.
 * @param words of ssh for what is given: by givenWords, without those of the environment
 */
export function reaching({ target, settings }: Machine, given: SshGiven, words = sshWords): Reaching {
  const kept = settings.find(({ name }) => name === "ssh-option")?.value;
  return {
    words: words({ ...given, sshOption: given.sshOption.length > 0 || !Array.isArray(kept) ? given.sshOption : kept }),
    to: target,
  };
}

/** Read once, and only where a target depends on it. */
function reading(given: SshGiven): () => ReadonlyMap<string, Declared> {
  let found: ReadonlyMap<string, Declared> | undefined;
  return () => {
    found ??= aliases(given);
    return found;
  };
}

/** All tags of a hey.toml. */
const tagsIn = ({ defaults, hosts }: Settings) => [defaults, ...hosts.values()].flatMap((settings) => valuesOf(settings, "tags"));

/** How a line says which of the hosts: all of them where it says nothing. */
interface Which {
  readonly on?: string | undefined;
  readonly all?: boolean;
}

/** What nix can't tell is said; where it is needed, that is the end. @throws Refusal */
function requireAll({ hosts, odd, why }: ReturnType<typeof allHosts>, { on, all }: Which): readonly string[] {
  if (odd.length > 0) remark(`hey can't use these names of hosts: ${some(odd.map(shown))}`);
  const unknown = `nix can't tell which hosts the flake has (${why})`;
  if (why !== undefined && (hosts.length === 0 || on !== undefined || all)) throw new Refusal(unknown, "the names of the hosts");
  if (why !== undefined) remark(`${unknown}; using its last answer, and the hosts of hey.toml`);
  if (hosts.length === 0) throw new Refusal("the flake has no nixosConfigurations, and so no hosts");
  return hosts;
}

/**
 * The machines that a line means. Nix is asked which there are where that is needed: for all, for patterns, for what is left out, and for a
 * name that nothing known has.
 * @throws Usage for a mistake in hey.toml, and for a selection that means nothing
 * @throws Refusal where nix can't tell what is needed
 */
export function machinesMeant(flake: Flake, ssh: SshGiven, which: Which): readonly Machine[] {
  const { on } = which;
  const said = readSettings(flake);
  const known = reading(ssh);
  const left = on === undefined ? undefined : leftMeant(flake, on, tagsIn(said));
  const names = on === undefined ? undefined : namesIn(on);
  const typed = names && [...names, ...[...(left?.values() ?? [])].flat()];
  const hosts = typed === undefined ? requireAll(allHosts(flake, said), which) : hostsTyped(flake, said, typed);
  const inventory = tagged(
    hosts.map((host) => machine(host, said, known)),
    left,
  );
  return on === undefined ? inventory : select(inventory, on);
}

/** Refuses a selection that means no host of those that are known without a question. @throws Usage */
export function requireSelection(given: { readonly on?: string; readonly flake?: string } & Evaluated): void {
  const { on, flake: ref } = given;
  const flake = on === undefined ? undefined : flakeIfAny(ref, given);
  if (on === undefined || flake === undefined) return;
  // What changed since is asked when the line is typed.
  if (freshHosts(flake) === undefined) return;
  const said = readSettings(flake);
  const machines = knownBefore(flake, said).map((host) => machine(host, said, () => new Map<string, Declared>()));
  select(tagged(machines, leftMeant(flake, on, tagsIn(said))), on);
}

/** All machines, for who can do without: none where nix can't tell which there are, which is said, or where there is none. */
export function machinesIfKnown(flake: Flake, ssh: SshGiven): readonly Machine[] {
  try {
    return machinesMeant(flake, ssh, {});
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    remark(error.message);
    return [];
  }
}

/** What a verb for one host was given. */
interface Named {
  readonly host: string;
  readonly target?: string | undefined;
  readonly flake?: string | undefined;
  readonly sshOption?: readonly string[];
  readonly sshConfig?: string | undefined;
}

/** The names of all hosts of a flake that are known; none where there is no flake. @throws Usage for a mistake in hey.toml */
export function namesKnown(given: Evaluated & { readonly flake: string | undefined }): readonly string[] {
  const flake = flakeIfAny(given.flake, given);
  return flake === undefined ? [] : knownHosts(flake, readSettings(flake));
}

/** The machines of all hosts that are known. @throws Usage for a mistake in hey.toml */
export function machinesKnown(flake: Flake, ssh: SshGiven): Inventory {
  const said = readSettings(flake);
  const known = reading(ssh);
  return knownHosts(flake, said).map((host) => machine(host, said, known));
}

/** The machine that this one is in the flake, or the host that it is taken for. @throws Usage for a mistake in hey.toml */
export function machineHere({ host, flake }: { readonly host: string | undefined; readonly flake: string | undefined }): Machine {
  const found = flakeIfAny(flake);
  const said = readSettings(found);
  return machine(host ?? (found === undefined ? thisHost([]) : hostHere(found, said)), said, () => new Map());
}

/** The machine that a line names by its host. @throws Usage for a mistake in hey.toml */
export function machineTyped({ host, target, flake: ref, sshOption = [], sshConfig }: Named): Machine {
  const flake = flakeIfAny(ref);
  const said = readSettings(flake);
  const known = target === undefined ? reading({ sshOption, sshConfig }) : () => new Map<string, Declared>();
  if (flake === undefined || speaksOf(flake, said, host)) return machine(host, said, known);
  return { ...machine(host, nothing(), known), isElsewhere: true };
}
