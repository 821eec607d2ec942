// A second name on a line is a target. Where it is another host of the flake, that machine would become this host.
import { spelled } from "../here/called.ts";
import { Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import type { Takes } from "../spec/spec.ts";
import { destinations, type Reaching, sameMachine } from "../target/destination.ts";
import { type SshGiven, sshWords } from "../target/ssh.ts";
import { aliases } from "./aliases.ts";
import { flakeIfAny } from "./flake.ts";
import { aliasNames, machinesKnown, machineTyped, reaching } from "./inventory.ts";
import { headOf, type Machine } from "./setting.ts";

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
    throw new Usage(`${target} is no target${target in takes ? `; type --${target}` : ""}`);
  if ("to" in takes && /^\d+$/.test(target)) throw new Usage(`${target} is no target; type --to ${target}`);
}

/** Options of ssh by which another machine is reached than the target says. */
const leads = /^(?:hostname|port|proxyjump|proxycommand)=/i;

/** Whose machine it is that a line reaches: its own host's, the one of another, or nobody's who is known. */
function reached(at: Reaching, own: Machine, others: readonly Machine[], given: SshGiven): Machine | undefined {
  const known = aliases(given);
  // ssh's configuration may lead to a host by its name, or by an alias that hey.toml hides.
  const named = (machine: Machine) => aliasNames(machine.host).filter((name) => name === machine.host || known.has(name));
  const ways = (machine: Machine): readonly (readonly [Machine, Reaching])[] => {
    const { words, to } = reaching(machine, { ...given, sshOption: [] });
    return [...new Set([to, ...named(machine)])].map((one) => [machine, { words, to: one }] as const);
  };
  const some = [...ways(own), ...others.flatMap(ways)];
  const [there, ...places] = destinations([at, ...some.map(([, way]) => way)]);
  const found = some.find((_, place) => {
    const one = places[place];
    return there !== undefined && one !== undefined && sameMachine(there, one);
  });
  // Behind another port of a name there may be another machine.
  if (found !== undefined || there?.port !== "22") return found?.[0];
  // By an alias of any name ssh may go to a name that is a host's.
  const all = [own, ...others];
  return (
    all.find(({ host }) => alike(there.at, host)) ??
    (there.at.includes(":") ? undefined : all.find(({ host }) => isNamedFor(there.at, host)))
  );
}

/**
 * Refuses a line that goes to another host of the flake than the one it names: by that one's name, by an alias of it, or because ssh reaches
 * the same machine by both. Where this host is reached by itself is never refused: by hey.toml, an alias of ssh's or its name.
 * @param verb its name
 * @param given by parse()
 * @throws Usage
 */
export function requireOwnTarget(verb: string, takes: Takes, given: object): void {
  const { host, target: typed, flake: ref, sshOption = [], sshConfig }: Typed = given;
  const isLed = sshOption.some((pair) => leads.test(pair));
  if (host === undefined || (typed === undefined && !isLed)) return;
  const flake = flakeIfAny(ref, given);
  if (flake === undefined) return;
  const ssh = { sshOption, sshConfig };
  const own = machineTyped({ ...ssh, host, flake: ref });
  const target = typed ?? own.target;
  if (typed !== undefined && typed !== host) requireMachineName(typed, takes);
  if (alike(target, own.target) && !isLed) return;
  const all = machinesKnown(flake, ssh);
  const others = all.filter((machine) => machine.host !== host);
  const isAlias = (name: string) => aliasNames(name).some((alias) => alike(alias, target));
  const byName = alike(target, host) ? undefined : others.find((machine) => alike(machine.host, target));
  const byAlias = isAlias(host) ? undefined : others.find((machine) => alike(machine.target, target) || isAlias(machine.host));
  const byDomain =
    isNamedFor(target, host) || target.includes(":") ? undefined : others.find((machine) => isNamedFor(target, machine.host));
  const at = { words: sshOption.length > 0 ? sshWords(ssh) : reaching(own, { ...ssh, sshOption: [] }).words, to: target };
  const other = byName ?? reached(at, own, others, ssh) ?? byAlias ?? byDomain;
  if (other === undefined || other.host === host) return;
  const what = alike(other.host, target)
    ? `${other.host} is another host of this flake`
    : `${target} is ${other.host}, another host of this flake`;
  if (!all.some((machine) => machine.host === host))
    throw new Usage(`${what}. For that one: ${spelled(verb)} ${quote(other.host)}`);
  const both = "on" in takes ? `. For both: ${spelled(verb)} --on ${quote(`${host},${other.host}`)}` : "";
  const instead = `target = ${JSON.stringify(target)} under ${headOf(host)} in hey.toml`;
  throw new Usage(`${what}${both}.${typed === undefined ? "" : ` If ${host} is reached there: ${instead}`}`);
}
