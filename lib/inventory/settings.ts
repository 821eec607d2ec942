// What hey.toml says of the machines, and how it comes to count as if it had been typed.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { Flake } from "../here/flake.ts";
import type { Plan } from "../script/part.ts";
import { valueFor } from "../spec/argv.ts";
import { apartFrom, givesWay, requireTogether } from "../spec/conflicts.ts";
import { Ended, Usage } from "../spec/errors.ts";
import { camel, isOption, type Takes } from "../spec/spec.ts";
import { fits } from "../spec/words.ts";
import type { Machine, Setting, Settings } from "./setting.ts";

/** Where a setting stands, as messages and tables say it. */
export const place = ({ line }: Pick<Setting, "line">) => `hey.toml:${line}`;

/**
 * The hey.toml beside a flake's flake.nix. A flake that isn't a directory on this machine has none.
 * @throws Usage for everything in it that isn't wholly understood, with its line
 */
export function readSettings(flake: Flake | undefined): Settings {
  const file = flake?.dir === undefined ? undefined : join(flake.dir, "hey.toml");
  if (flake === undefined || file === undefined || lstatSync(file, { throwIfNoEntry: false }) === undefined)
    return { flake: {}, defaults: [], hosts: new Map(), lines: new Map() };
  // What reads TOML is loaded only where there is some.
  const { settingsIn } = require("./hey-toml.ts") as typeof import("./hey-toml.ts");
  return settingsIn(file, flake);
}

/** What holds for a host: its own settings, and those of [defaults] that it doesn't have itself. An array replaces an array. */
export function settingsOf({ defaults, hosts }: Settings, host: string): readonly Setting[] {
  const own = hosts.get(host) ?? [];
  return [...own, ...defaults.filter(({ name }) => !own.some((other) => other.name === name))];
}

/** What counts of a machine's settings beside what was typed, by the option that it comes to: `guard = false` is --no-guard. */
type Counting = ReadonlyMap<string, Setting>;

function counting(takes: Takes, given: Readonly<Record<string, unknown>>, settings: readonly Setting[]): Counting {
  const isTyped = (name: string) => {
    const value = given[camel(name)];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  };
  const typed = Object.entries(takes).flatMap(([name, param]) => (isOption(param) && isTyped(name) ? [name] : []));
  const counts = new Map<string, Setting>();
  const has = (name: string) => typed.includes(name) || counts.has(name);
  const mayCome = (option: string) =>
    has(option) || settings.some(({ name, value }) => name === option && value !== false && !has(`no-${option}`));
  // What is nearer goes first, and of one table what says no.
  const rank = ({ of, value }: Setting) => (of === "host" ? 0 : 2) + (value === false ? 0 : 1);
  for (const setting of [...settings].sort((one, other) => rank(one) - rank(other))) {
    const name = setting.value === false ? `no-${setting.name}` : setting.name;
    const param = takes[setting.name];
    if (param === undefined || !isOption(param) || param.kept === undefined || !(name in takes) || has(setting.name)) continue;
    const isNearer = (option: string) => {
      const other = counts.get(option);
      return other === undefined ? typed.includes(option) : rank(other) < rank(setting);
    };
    if (!givesWay(takes, name, withCounting(takes, given, counts), isNearer, mayCome)) counts.set(name, setting);
  }
  for (const name of counts.keys()) {
    const param = takes[name];
    const of = param !== undefined && isOption(param) ? param.kept : undefined;
    if (typeof of === "object" && !of.some(has)) counts.delete(name);
  }
  return counts;
}

const withCounting = (takes: Takes, given: object, counts: Counting): object => {
  const values = [...counts].map(([name, { value }]) => {
    const param = takes[name];
    if (param === undefined || param.kind !== "option" || typeof value === "boolean") return [camel(name), true];
    return [camel(name), valueFor(`--${name}`, param, value)];
  });
  return { ...given, ...Object.fromEntries(values) };
};

/**
 * A line of a verb that has a backend, for a machine with any settings: by nix and ssh alone, where neither the line nor hey.toml names another
 * and nothing of it is nixos-rebuild's alone. So the program doesn't depend on which of the settings count beside what was typed.
 */
function withBackend<G extends object>(takes: Takes, whole: G, settings: readonly Setting[]): G {
  const { backend } = takes;
  const isOpen =
    backend !== undefined && isOption(backend) && backend.kept !== undefined && !("backend" in whole && whole.backend);
  if (!isOpen || settings.length === 0) return whole;
  const byNix = { ...whole, backend: "nix" };
  try {
    requireTogether(takes, byNix);
    return byNix;
  } catch (error) {
    if (error instanceof Ended) return whole;
    throw error;
  }
}

/**
 * What is made of a line with what counts of a machine's settings.
 * @throws Usage Refusal naming the lines of hey.toml that are to blame
 */
function made<G extends object, R>(takes: Takes, given: G, settings: readonly Setting[], make: (whole: G) => R): R {
  const counts = counting(takes, given as Readonly<Record<string, unknown>>, settings);
  const whole = withBackend(takes, withCounting(takes, given, counts) as G, settings);
  try {
    requireTogether(takes, whole);
    return make(whole);
  } catch (error) {
    throw error instanceof Ended ? blamed(error, takes, counts) : error;
  }
}

/**
 * What parse() would have given had a machine's settings been typed as well. What was typed wins; a setting that the verb hasn't, or
 * that gives way to what was typed (lib/spec/conflicts.ts), doesn't count.
 * @param given by parse(), of a verb's words
 * @throws Usage for what can't stand beside each other, naming the lines of hey.toml that are to blame
 */
export const withSettings = <G extends object>(
  takes: Takes,
  given: G,
  { settings }: { readonly settings: readonly Setting[] },
): G => made(takes, given, settings, (whole) => whole);

/** Whether an option is the contrary of another one of the verb. */
const keepsOut = (option: string, takes: Takes) => option.startsWith("no-") && option.slice("no-".length) in takes;

/** An error of a plan, with the lines of hey.toml that the options in it come from. */
function blamed(error: Ended, takes: Takes, counts: Counting): Ended {
  const named = [...error.message.matchAll(/--([a-z-]+)/g)].map(([, name]) => name);
  const lines = [...counts].filter(([name]) => named.includes(name));
  if (lines.length === 0) return error;
  const said = lines.map(([name, setting]) => {
    const contrary = apartFrom(takes, name).find((other) => keepsOut(other, takes));
    const how = contrary === undefined ? "" : ` (--${contrary} leaves it out)`;
    return `${place(setting)} says ${setting.text}${how}`;
  });
  return new Ended(`${error.message}; ${said.join(", ")}`, error.status);
}

/** A verb's part that plans. */
interface Planning<G> {
  readonly takes: Takes;
  plan(given: G): Plan;
}

/**
 * A verb's plan for one machine: with its settings, and its target where none was typed.
 * @param given by parse(); `host` and `target` may be undefined in it
 * @throws Usage Refusal naming the lines of hey.toml that are to blame
 */
export function planFor<G extends object>({ takes, plan }: Planning<G>, given: G, machine: Machine): Plan {
  const typed = given as Readonly<Record<string, unknown>>;
  const target = takes["target"];
  const known = target?.kind === "arg" ? target.known : undefined;
  const to = known === undefined || (known === "where said" && machine.rule.by === "name") ? undefined : machine.target;
  return made(takes, given, machine.settings, (counted) => {
    const whole = { ...counted, host: typed["host"] ?? machine.host, target: typed["target"] ?? to };
    if (known !== undefined && whole.target === undefined) throw new Usage(`no target is given (${target?.help})`);
    const planned = plan(whole);
    // A host that there is may have a name that ssh takes for none.
    if (to !== undefined && typed["target"] === undefined && machine.rule.by === "name") fits("TARGET", "targets", to);
    return planned;
  });
}
