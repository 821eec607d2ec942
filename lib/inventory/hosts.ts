// The hosts that may be meant: those that nix says the flake has, and those that hey.toml names.
import type { Named } from "../here/cache.ts";
import { prints, remark, speaker, spelled } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import { askedHosts, called, freshHosts, type Hosts, hostsOf, lastHosts, noSuchHost } from "../here/hosts.ts";
import { thisHost } from "../here/machine.ts";
import { submoduleOf, tracking, untracked, withSubmodules } from "../here/untracked.ts";
import { didYouMean, shown, some, Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import { addressIn, isTargetSays, nameInTarget } from "../spec/words.ts";
import type { Settings } from "./setting.ts";
import { place, readSettings } from "./settings.ts";

const sorted = (...names: readonly (readonly string[])[]) => [...new Set(names.flat())].sort();

/** What is known without a question: what nix said last, and hey.toml. */
export const knownBefore = (flake: Flake, said: Settings) => sorted(lastHosts(flake) ?? [], [...said.hosts.keys()]);

/** Why a host isn't there, of a flake that has these. */
function missing(flake: Flake, host: string, names: readonly string[]): Usage {
  const what = `${called(flake)} has no host ${shown(host)}`;
  const [first, ...others] = untracked(flake, host);
  if (first !== undefined && flake.dir !== undefined)
    return new Usage(
      `${what}: git does not track ${some([first, ...others])}, so nix does not see it`,
      tracking(flake.dir, [first, ...others]),
    );
  const submodule = submoduleOf(flake, host);
  if (submodule !== undefined)
    return new Usage(
      `${what}: ${shown(submodule)} is a submodule of git's, and nix does not see into it`,
      `--flake ${quote(withSubmodules(flake))}`,
    );
  if (names.length === 0) return new Usage(`${what}: it has no nixosConfigurations`);
  // ops-VERB takes a target as its second word.
  if (addressIn(host) !== undefined && speaker().startsWith("ops-"))
    return new Usage(`${what}, and that is an address; it goes after the host`);
  const name = nameInTarget(host);
  if (name !== undefined && names.includes(name) && speaker().startsWith("ops-"))
    return new Usage(isTargetSays(host), `${spelled(speaker())} ${quote(name)} ${quote(host)}`);
  return new Usage(noSuchHost(flake, host, names));
}

/** Refuses a host of hey.toml that the flake lacks while it has others. @throws Usage naming the line */
function requireNamed(flake: Flake, said: Settings, names: readonly string[]): void {
  if (names.length === 0) return;
  const odd = [...said.lines].find(([host]) => !names.includes(host));
  if (odd === undefined) return;
  const [host, line] = odd;
  throw new Usage(`${place({ line })}: ${missing(flake, host, names).message}`);
}

/** What nix says, asked anew where a host that is meant isn't among what is remembered: it may just have come. */
function hostsWith(flake: Flake, wanted: readonly string[]): Hosts {
  const before = freshHosts(flake);
  if (before !== undefined && (prints() || wanted.every((host) => before.names.includes(host)))) return before;
  return askedHosts(flake);
}

export interface AllHosts {
  /** Sorted. */
  readonly hosts: readonly string[];
  /** Names that can't be typed. */
  readonly odd: readonly string[];
  /** Why it isn't known whether these are all. */
  readonly why?: string;
}

/**
 * All hosts, as far as nix can tell.
 * @throws Usage for one of hey.toml that the flake hasn't
 */
export function allHosts(flake: Flake, said: Settings): AllHosts {
  const own = [...said.hosts.keys()];
  const answer = hostsWith(flake, own);
  if ("why" in answer) return { hosts: knownBefore(flake, said), odd: [], why: answer.why };
  requireNamed(flake, said, answer.names);
  return { hosts: sorted(answer.names, own), odd: answer.odd };
}

/** Names of hosts, for a check that needs all: nix is asked where the flake has changed since. --print takes what it said last. */
export function knownHosts(flake: Flake, said: Settings): readonly string[] {
  if (freshHosts(flake) === undefined && !prints()) askedHosts(flake);
  return knownBefore(flake, said);
}

const told = new Set<string>();

/** Says once what isn't known of a host that is taken as typed. */
function takeAsTyped(flake: Flake, host: string, why: string | undefined, isOwn = false): void {
  if (told.has(host)) return;
  told.add(host);
  const names = lastHosts(flake) ?? [];
  const unknown = `whether ${called(flake)} has a host ${shown(host)} is not known`;
  remark(
    why === undefined
      ? `${unknown}, as --print evaluates nothing${isOwn ? "" : didYouMean(host, names)}`
      : `${unknown}, as nix can't tell (${why}); going on with it as typed`,
  );
}

/**
 * Refuses a host that the flake hasn't: one that nothing known has, and nix denies. Where nix can't tell, that is said, and the host is taken
 * as typed; so it is for --print, which needs no nix, unless what nix said still holds.
 * @param instead for this machine's own name, a line that names a host: another host is not proposed, however near its name is, as this machine
 * would become that one
 * @throws Usage
 */
export function requireHost(flake: Flake, host: string, instead?: string): void {
  const said = readSettings(flake);
  if (knownBefore(flake, said).includes(host)) return;
  const answer: Hosts | Named | undefined = prints() ? freshHosts(flake) : askedHosts(flake);
  if (answer === undefined || "why" in answer) takeAsTyped(flake, host, answer?.why, instead !== undefined);
  else if (!answer.names.includes(host))
    throw instead === undefined || answer.names.length === 0 || untracked(flake, host).length > 0
      ? missing(flake, host, answer.names)
      : new Usage(
          `this machine is called ${shown(host)}, and ${called(flake)} has no host of that name; it has ${some(answer.names)}`,
          instead,
        );
}

/**
 * Whether a flake's hey.toml may speak of a host: one that the flake has. What nix said last is enough for that; where nix can't tell, the host
 * is taken as typed.
 */
export function speaksOf(flake: Flake, said: Settings, host: string): boolean {
  if (said.defaults.length === 0 && !said.hosts.has(host)) return true;
  if (lastHosts(flake)?.includes(host)) return true;
  const answer: Hosts | Named | undefined = prints() ? freshHosts(flake) : askedHosts(flake);
  return answer === undefined || "why" in answer || answer.names.includes(host);
}

/** Takes several as typed where the flake's hosts aren't known. @returns those that are to be looked at */
export function hostsTyped(flake: Flake, said: Settings, typed: readonly string[]): readonly string[] {
  const known = knownBefore(flake, said);
  const odd = typed.filter((host) => !known.includes(host));
  if (odd.length === 0) return known;
  if (prints() && freshHosts(flake) === undefined) {
    for (const host of odd) takeAsTyped(flake, host, undefined);
    return sorted(known, typed);
  }
  const answer = hostsWith(flake, odd);
  if (!("why" in answer)) return sorted(answer.names, [...said.hosts.keys()]);
  for (const host of odd) takeAsTyped(flake, host, answer.why);
  return sorted(known, typed);
}

/** The host of the flake that this machine is. */
export function hostHere(flake: Flake, said: Settings): string {
  const known = knownBefore(flake, said);
  const here = thisHost(known);
  if (known.includes(here) || prints()) return here;
  const answer = hostsOf(flake);
  return "why" in answer ? here : thisHost(sorted(known, answer.names));
}
