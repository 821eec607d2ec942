// Several hosts in one run: what is built for all of them, and a lane for each. Values only; lib/fleet/run.ts runs them.
import { join } from "node:path";
import { flakeMeant } from "../inventory/flake.ts";
import { machinesMeant, namesKnown, reaching } from "../inventory/inventory.ts";
import { flakeName } from "../inventory/last-run.ts";
import { because } from "../inventory/listing.ts";
import { leading, ledElsewhere, requireOwnTargets } from "../inventory/other-host.ts";
import { among, namesIn } from "../inventory/selection.ts";
import type { Inventory, Machine } from "../inventory/setting.ts";
import { planFor } from "../inventory/settings.ts";
import { calls, type Plan } from "../script/part.ts";
import { didYouMean, Ended, shown, Usage } from "../spec/errors.ts";
import type { Evaluated, FleetGiven, Laned } from "../spec/options.ts";
import type { Takes } from "../spec/spec.ts";
import { destinations, sameMachine } from "../target/destination.ts";
import type { SshGiven } from "../target/ssh.ts";
import { newRun } from "./transcripts.ts";
import { type Placed, turns } from "./waves.ts";

/** One host's part of a run: a script like that of a run for this host alone, which waits for its turn. */
export interface Lane {
  readonly host: string;
  /** What ssh is given. */
  readonly target: string;
  /** What leads there, as destinations say: nothing, jump hosts, or a command of a person's own. */
  readonly through: string;
  readonly plan: Plan;
}

/** Whether a lane's script calls that function. */
export const does = ({ plan }: Lane, name: string): boolean => calls(plan, name);

/** In which order, and how many at once. */
export interface Manner {
  /** At most so many hosts are worked on side by side. */
  readonly jobs: number;
  /** The host, or how many of those that answer, that go first; the others only if these hold. */
  readonly canary: string | number;
  /** The others in these turns: hosts of a later one are begun when those of the earlier are over. */
  readonly turns: readonly (readonly string[])[];
  /** Hosts that must hold before a host is begun, by its name. */
  readonly after: ReadonlyMap<string, readonly string[]>;
  /** A turn is begun in batches: of so many hosts (4), or of that share of those that answer (25%). */
  readonly batch: string | undefined;
  /** Seconds between two batches. */
  readonly pause: number;
  /** After so many that failed no host is begun any more. */
  readonly stopAfter: number;
  /** Hosts that don't answer end the run before anything is built. */
  readonly requireAll: boolean;
  /** Events on stdout, one a line. */
  readonly json: boolean;
}

export interface Fleet extends Manner {
  /** As its events name it (lib/inventory/last-run.ts). */
  readonly flake: string;
  /** Whether it only looks. */
  readonly looks: boolean;
  /** Its directory under XDG_STATE_HOME: scripts, transcripts, facts and what was built, by host. */
  readonly dir: string;
  /** Runs when all lanes have asked their hosts, and before the first goes on. */
  readonly build: Plan | undefined;
  readonly lanes: readonly Lane[];
  /** Whether it is shown of some what will change, before it does on any; and whether it is asked then. */
  readonly previews: boolean;
  readonly asks: boolean;
}

/** A verb that can be for several hosts. */
interface Several<G> {
  readonly takes: Takes;
  plan(given: G & Laned): Plan;
  looks?(given: G): boolean;
  readonly sendsSecrets?: boolean;
  before?(given: G, hosts: readonly string[], dir: string): Plan | undefined;
  adapted?(given: G): G;
}

/** What goes first: the name of a host, or a number of them. @throws Usage for a host that is not among them */
function canaryOf(canary: string | undefined, hosts: readonly string[]): string | number {
  if (canary === undefined) return 0;
  if (hosts.includes(canary)) return canary;
  if (/^[1-9]\d*$/.test(canary)) return Number(canary);
  throw new Usage(`--canary ${shown(canary)} is not among the hosts${didYouMean(canary, hosts) || `: ${hosts.join(", ")}`}`);
}

/**
 * Refuses two hosts of one machine, as far as ssh says where it goes: each would be given the other's system.
 * @returns where it goes for each
 * @throws Usage
 */
function requireApart(machines: Inventory, given: SshGiven): ReturnType<typeof destinations> {
  if (machines.length < 2) return [];
  const places = destinations(machines.map((machine) => reaching(machine, given)));
  const address = ({ target }: Machine) => target.slice(target.lastIndexOf("@") + 1);
  for (const [at, other] of machines.entries()) {
    const place = places[at];
    const first = machines.slice(0, at).find((one, before) => {
      const there = places[before];
      return there === undefined || place === undefined ? address(one) === address(other) : sameMachine(there, place);
    });
    if (first === undefined) continue;
    const one = address(first) === address(other);
    const where = shown(one ? address(other) : place?.at || place?.through || "");
    if (ledElsewhere([first, other], given).length > 0) {
      const { what, leads } = leading(given, given.sshOption.length === 0);
      throw new Usage(`${what} ${leads} ${first.host} and ${other.host} to one target, ${where}; leave it out`);
    }
    const both = [first, other].map(({ host, target, rule }) => `${host} by ${one ? "" : `${shown(target)}, `}${because(rule)}`);
    throw new Usage(
      `${first.host} and ${other.host} are reached by one target, ${where} (${both.join(", ")}); correct it, or leave one out with '!${other.host}'`,
    );
  }
  return places;
}

/**
 * What hey.toml says of when a host is begun.
 * @param known the names of all hosts that are known
 * @throws Usage for a host in it that there isn't
 */
function placedIn({ host, order, after }: Machine, machines: readonly Machine[], known: readonly string[]): Placed {
  if (after === undefined) return { host, order, after: [] };
  const odd = (namesIn(after) ?? []).map((name) => name.replace(/^!/, "")).find((name) => !known.includes(name));
  if (odd !== undefined && known.length > 0)
    throw new Usage(`hey.toml: ${host} comes after ${shown(odd)}, and there is no such host${didYouMean(odd, known)}`);
  return { host, order, after: among(machines, after).map((other) => other.host) };
}

/** Whether a line changes nothing on the hosts, though it does something there: a dry activation, a comparison of keys. */
const isTrial = (given: object) =>
  ["dryActivate", "check"].some((name) => (given as Readonly<Record<string, unknown>>)[name] === true);

/**
 * A run of the hosts that a line selects.
 * @param name the verb's
 * @throws Usage Refusal for the selection, or naming the host whose plan can't be made
 */
export function fleetOf<G extends object>(name: string, verb: Several<G>, typed: G & FleetGiven): Fleet {
  const given: G & FleetGiven = { ...typed, ...verb.adapted?.(typed) };
  const { on, all, serial, requireAll, json, jobs = "10" } = given;
  // One after another is batches of one.
  const { batch = serial ? "1" : undefined } = given;
  const { pause = "0", stopAfter = batch === undefined ? undefined : "1" } = given;
  const about = given as { readonly flake?: string } & Partial<SshGiven> & Evaluated;
  const flake = flakeMeant(about.flake, "as given", about);
  const ssh = { sshOption: about.sshOption ?? [], sshConfig: about.sshConfig };
  const machines = machinesMeant(flake, ssh, { on, all });
  requireOwnTargets(name, machines, flake, ssh);
  const places = requireApart(machines, ssh);
  const hosts = machines.map(({ host }) => host);
  const known = machines.some(({ after }) => after !== undefined) ? namesKnown({ ...about, flake: about.flake }) : [];
  const placed = machines.map((machine) => placedIn(machine, machines, known));
  const dir = newRun();
  const build = verb.before?.(given, hosts, dir);
  const lanes = machines.map((machine, at) => {
    const { host, target } = machine;
    return {
      host,
      target,
      through: places[at]?.through ?? "",
      plan: naming(host, () => planFor(verb, { ...given, lane: join(dir, host) }, machine)),
    };
  });
  const some = (name: string) => lanes.some((lane) => does(lane, name));
  return {
    ...{
      flake: flakeName(flake),
      looks: verb.looks?.(given) || isTrial(given),
      dir,
      requireAll,
      json,
      canary: canaryOf(given.canary, hosts),
      jobs: serial ? 1 : Number(jobs),
    },
    ...{ batch, pause: Number(pause), stopAfter: stopAfter === undefined ? Number.POSITIVE_INFINITY : Number(stopAfter) },
    ...{ turns: turns(placed), after: new Map(placed.map(({ host, after }) => [host, after])) },
    ...{ build, lanes, previews: some("preview_there"), asks: some("require_terminal_alone") },
  };
}

/** What a plan of one host is refused for, with its name. */
function naming<T>(host: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof Ended ? new Ended(`${host}: ${error.message}`, error.status) : error;
  }
}
