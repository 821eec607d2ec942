// A second name on a line is a target. Where it is another host of the flake, that machine would become this host.
import { spelled } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import { shown, Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import type { Takes } from "../spec/spec.ts";
import { type Destination, destinations, sameMachine } from "../target/destination.ts";
import { environmentWords } from "../target/nix-sshopts.ts";
import { givenWords, type SshGiven, sshWords } from "../target/ssh.ts";
import type { Reaching } from "../target/ssh-says.ts";
import { aliases } from "./aliases.ts";
import { flakeIfAny } from "./flake.ts";
import { aliasNames, machinesKnown, machineTyped, reaching } from "./inventory.ts";
import { headOf, type Inventory, type Machine } from "./setting.ts";

/** What names the machine in a target. ssh takes it in either case, and a dot at its end says that nothing follows. */
const named = (target: string) =>
  target
    .slice(target.lastIndexOf("@") + 1)
    .replace(/\.$/, "")
    .toLowerCase();

const alike = (one: string, other: string) => named(one) === named(other);

/** The words of a line that has a host and a target. */
interface Typed {
  readonly host?: string | undefined;
  readonly target?: string | undefined;
  readonly flake?: string | undefined;
  readonly sshOption?: readonly string[];
  readonly sshConfig?: string | undefined;
}

/** The first label of a name: that of a machine without its domain. */
const label = (target: string) => named(target).replace(/\..*$/, "");

/** A name of a network that is a host's with a domain: `db01.lan`, or `db01.example.net`. */
const isNamedFor = (target: string, host: string) => /[a-z]/.test(label(target)) && label(target) === label(host);

/** Refuses what is typed beside a host for other programs, and is no machine: an action, or a generation's number. @throws Usage */
function requireMachineName(target: string, takes: Takes): void {
  if (["switch", "boot", "test", "build", "dry-activate"].includes(target))
    throw new Usage(`${target} is not a target${target in takes ? `; type --${target}` : ""}`);
  if ("to" in takes && /^\d+$/.test(target)) throw new Usage(`${target} is not a target; type --to ${target}`);
}

/** Options of ssh by which another machine is reached than the target says. */
const leads = /^(?:hostname|port|proxyjump|proxycommand)=/i;

const isSame = (one: Destination | undefined, other: Destination | undefined) =>
  one !== undefined && other !== undefined && sameMachine(one, other);

/** What is given for ssh beside a target: on the line, and in $NIX_SSHOPTS. */
const isGiven = ({ sshOption }: Pick<SshGiven, "sshOption">) => sshOption.length > 0 || environmentWords().length > 0;

/** As hosts are reached where nothing is given for ssh but the file of its configuration. */
const asItself = (machine: Machine, given: SshGiven) => reaching(machine, { ...given, sshOption: [] }, givenWords);

/** Those of some hosts that are reached elsewhere than by themselves, as ssh is given options. */
export function ledElsewhere(machines: Inventory, given: SshGiven): Inventory {
  if (!isGiven(given)) return [];
  const places = destinations(machines.flatMap((machine) => [asItself(machine, given), reaching(machine, given)]));
  return machines.filter((_, at) => places[2 * at + 1] !== undefined && !isSame(places[2 * at], places[2 * at + 1]));
}

/** What of the given leads elsewhere, for a message, with its verb. */
export function leading({ sshOption }: SshGiven, byEnvironment: boolean): { readonly what: string; readonly leads: string } {
  const some = sshOption.filter((pair) => leads.test(pair));
  if (byEnvironment || sshOption.length === 0) return { what: "NIX_SSHOPTS", leads: "leads" };
  const named = some.length > 0 ? some : sshOption;
  return { what: named.map((pair) => `--ssh-option ${quote(pair)}`).join(" "), leads: named.length > 1 ? "lead" : "leads" };
}

/** Whose machine it is that a line reaches: its own host's, the one of another, or nobody's who is known. */
function reached(at: Reaching, own: Machine, others: readonly Machine[], given: SshGiven): Machine | undefined {
  const known = aliases(given);
  // ssh's configuration may lead to a host by its name, or by an alias that hey.toml hides.
  const named = (machine: Machine) => aliasNames(machine.host).filter((name) => name === machine.host || known.has(name));
  const untyped = { ...given, sshOption: [] };
  const all = [own, ...others];
  const ways = (words: typeof givenWords): readonly (readonly [Machine, Reaching])[] =>
    all.flatMap((machine) => {
      const way = reaching(machine, untyped, words);
      return [...new Set([way.to, ...named(machine)])].map((to) => [machine, { ...way, to }] as const);
    });
  // What the environment says may lead all of them to one machine, or be the way to each: so each is first looked for without.
  const without = ways(givenWords);
  const some = [...without, ...(environmentWords().length > 0 ? ways(sshWords) : [])];
  const [there, ...places] = destinations([at, ...some.map(([, way]) => way)]);
  const found = some.findIndex((_, place) => isSame(there, places[place]));
  const machine = some[found]?.[0];
  // Behind another port of a name there may be another machine.
  if (there?.port !== "22" || (found >= 0 && found < without.length)) return machine;
  // By an alias of any name ssh may go to a name that is a host's.
  return (
    all.find(({ host }) => alike(there.at, host)) ??
    (there.at.includes(":") ? undefined : all.find(({ host }) => isNamedFor(there.at, host))) ??
    machine
  );
}

/**
 * What is said of another host that a line reaches: what of it leads there.
 * @param target as typed
 */
function ledTo(other: Machine, own: Machine, others: Inventory, target: string | undefined, given: SshGiven): string | undefined {
  const to = target ?? own.target;
  const isOther = (at: Reaching) => reached({ ...at, to }, own, others, given)?.host === other.host;
  if (!isGiven(given) || (target !== undefined && isOther(asItself(own, given)))) return undefined;
  const byEnvironment = environmentWords().length > 0 && isOther(reaching(own, { ...given, sshOption: [] }));
  const { what, leads: verb } = leading(given, byEnvironment);
  return target === undefined ? `${what} ${verb} to ${other.host}` : `${shown(target)} with ${what} is ${other.host}`;
}

/** @throws Usage for a host that options of ssh lead to another one's machine */
function requireUnled(verb: string, own: Machine, flake: Flake, given: SshGiven): void {
  const others = machinesKnown(flake, given).filter(({ host }) => host !== own.host);
  const other = reached(reaching(own, given), own, others, given);
  if (other === undefined || other.host === own.host) return;
  const led = ledTo(other, own, others, undefined, given);
  throw new Usage(`${led}, another host of this flake. For that one: ${spelled(verb)} ${quote(other.host)}`);
}

/**
 * Refuses a run in which options of ssh lead a host to another one's machine, whether or not the run has that one.
 * @throws Usage naming the host
 */
export function requireOwnTargets(verb: string, machines: Inventory, flake: Flake, given: SshGiven): void {
  for (const machine of ledElsewhere(machines, given)) {
    try {
      requireUnled(verb, machine, flake, given);
    } catch (error) {
      throw error instanceof Usage ? new Usage(`${machine.host}: ${error.message}`) : error;
    }
  }
}

/**
 * Refuses a line that goes to another host of the flake than the one it names: by that one's name, by an alias of it, or because ssh reaches
 * the same machine by both. Where this host is reached by itself is never refused: by hey.toml, an alias of ssh's or its name.
 * @param verb its name
 * @param given by parse()
 * @throws Usage
 */
export function requireOwnTarget(verb: string, takes: Takes, given: object): void {
  const { host, target, flake: ref, sshOption = [], sshConfig }: Typed = given;
  if (host === undefined || (target === undefined && !isGiven({ sshOption }))) return;
  const flake = flakeIfAny(ref, given);
  if (flake === undefined) return;
  const ssh = { sshOption, sshConfig };
  const own = machineTyped({ ...ssh, host, flake: ref });
  if (target !== undefined && target !== host) requireMachineName(target, takes);
  if (target === undefined || alike(target, own.target)) {
    if (ledElsewhere([own], ssh).length > 0) requireUnled(verb, own, flake, ssh);
    return;
  }
  const all = machinesKnown(flake, ssh);
  const others = all.filter((machine) => machine.host !== host);
  const isAlias = (name: string) => aliasNames(name).some((alias) => alike(alias, target));
  const byName = alike(target, host) ? undefined : others.find((machine) => alike(machine.host, target));
  const byAlias = isAlias(host) ? undefined : others.find((machine) => alike(machine.target, target) || isAlias(machine.host));
  const byDomain =
    isNamedFor(target, host) || target.includes(":") ? undefined : others.find((machine) => isNamedFor(target, machine.host));
  const at = { ...reaching(own, ssh), to: target };
  const other = byName ?? reached(at, own, others, ssh) ?? byAlias ?? byDomain;
  if (other === undefined || other.host === host) return;
  const led = other === byName || other === byAlias || other === byDomain ? undefined : ledTo(other, own, others, target, ssh);
  const isNamed = alike(other.host, target);
  const what = led ?? (isNamed ? `${other.host} is` : `${target} is ${other.host},`);
  const said = `${what}${led === undefined ? "" : ","} another host of this flake`;
  if (led !== undefined || !all.some((machine) => machine.host === host))
    throw new Usage(`${said}. For that one: ${spelled(verb)} ${quote(other.host)}`);
  const both = "on" in takes ? `. For both: ${spelled(verb)} --on ${quote(`${host},${other.host}`)}` : "";
  const instead = `target = ${JSON.stringify(target)} under ${headOf(host)} in hey.toml`;
  throw new Usage(`${said}${both}. If ${host} is reached there: ${instead}`);
}
