// The machines: the hosts of a flake, where each is reached, and what hey.toml says of them.
import { type Flake, findFlake, hostsOf } from "../here/flake.ts";
import { thisHost } from "../here/machine.ts";
import { Ended } from "../spec/errors.ts";
import { isName } from "../spec/words.ts";
import type { SshGiven } from "../target/ssh.ts";
import { aliases, type Declared } from "./aliases.ts";
import type { Inventory, Machine, Setting, Settings } from "./setting.ts";
import { readSettings, settingsOf } from "./settings.ts";

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
  const settings = settingsOf(said, host);
  const tags = [...new Set(valuesOf(settings, "tags"))].sort();
  const named = settings.find(({ name }) => name === "target");
  const [target] = valuesOf(settings, "target");
  if (named !== undefined && target !== undefined)
    return { host, target, rule: { by: "hey.toml", line: named.line }, tags, settings };
  const alias = aliasNames(host).find((name) => known().has(name));
  const declared = alias === undefined ? undefined : known().get(alias);
  if (alias !== undefined && declared !== undefined)
    return { host, target: alias, rule: { by: "alias", ...declared }, tags, settings };
  return { host, target: host, rule: { by: "name" }, tags, settings };
}

/** Read once, and only where a target depends on it. */
function reading(given: SshGiven): () => ReadonlyMap<string, Declared> {
  let found: ReadonlyMap<string, Declared> | undefined;
  return () => {
    found ??= aliases(given);
    return found;
  };
}

/** The names of the hosts of a flake that can be known without evaluation, and of those that hey.toml names. Sorted. */
export const knownHosts = (flake: Flake, said: Settings): readonly string[] =>
  // A folder of another name can't be typed as a host.
  [...new Set([...hostsOf(flake).filter(isName), ...said.hosts.keys()])].sort();

/**
 * What is known of each of these hosts.
 * @throws Usage for a mistake in hey.toml
 */
export function inventory(flake: Flake, ssh: SshGiven): Inventory {
  const said = readSettings(flake);
  const known = reading(ssh);
  return knownHosts(flake, said).map((host) => machine(host, said, known));
}

/** What a verb for one host was given. */
interface Named {
  readonly host: string;
  readonly target?: string | undefined;
  readonly flake?: string | undefined;
  readonly sshOption?: readonly string[];
  readonly sshConfig?: string | undefined;
}

/** A flake that isn't there is for the verb to say, if it needs one. */
export function flakeIfAny(given: string | undefined): Flake | undefined {
  try {
    return findFlake(given, "as given");
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return undefined;
  }
}

/** The names of all hosts of a flake that are known; none where there is no flake. @throws Usage for a mistake in hey.toml */
export function namesKnown(ref: string | undefined): readonly string[] {
  const flake = flakeIfAny(ref);
  return flake === undefined ? [] : knownHosts(flake, readSettings(flake));
}

/** The machine that this one is in the flake, or the host that it is taken for. @throws Usage for a mistake in hey.toml */
export function machineHere({ host, flake }: { readonly host: string | undefined; readonly flake: string | undefined }): Machine {
  const found = flakeIfAny(flake);
  return machine(host ?? thisHost(found === undefined ? [] : hostsOf(found)), readSettings(found), () => new Map());
}

/** The machine that a line names by its host. @throws Usage for a mistake in hey.toml */
export function machineTyped({ host, target, flake, sshOption = [], sshConfig }: Named): Machine {
  return machine(
    host,
    readSettings(flakeIfAny(flake)),
    target === undefined ? reading({ sshOption, sshConfig }) : () => new Map(),
  );
}
