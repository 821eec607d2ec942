// What hey.toml says of the machines, and how it comes to count as if it had been typed.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { remark, spelled } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import type { Plan } from "../script/part.ts";
import { valueFor } from "../spec/argv.ts";
import { apartFrom, givesWay, requireTogether } from "../spec/conflicts.ts";
import { Ended, Refusal, Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import { camel, isOption, type Takes } from "../spec/spec.ts";
import { fits } from "../spec/words.ts";
import type { Machine, Setting, Settings } from "./setting.ts";

/** Where a setting stands, as messages and tables say it. */
export const place = ({ line }: Pick<Setting, "line">) => `hey.toml:${line}`;

/** The hey.toml beside a flake's flake.nix; a flake that isn't a directory on this machine has none. */
export const fileOf = ({ dir }: Flake): string | undefined => (dir === undefined ? undefined : join(dir, "hey.toml"));

/** What no hey.toml says. */
export const nothing = (): Settings => ({ flake: { trusting: [] }, defaults: [], hosts: new Map(), lines: new Map() });

/** All that a file says of hosts, and what needs trust of what it says of the flake. */
const settingsIn = ({ flake, defaults, hosts }: Settings): readonly Setting[] => [
  ...flake.trusting,
  ...defaults,
  ...[...hosts.values()].flat(),
];

/** Those that need the user's trust. */
export const trustworthy = (said: Settings): readonly Setting[] =>
  settingsIn(said)
    .filter(({ trust }) => trust !== undefined)
    .sort((one, other) => one.line - other.line);

/** A setting that needs trust and hasn't it. What leads counts all the same where nothing secret is sent, and then ssh keeps no key. */
function markedUntrusted(setting: Setting): Setting {
  const { name, trust, value } = setting;
  if (name !== "ssh-option" || trust !== "leads" || typeof value !== "object") return { ...setting, untrusted: true };
  return { ...setting, value: [...value, "StrictHostKeyChecking=yes"], untrusted: true };
}

/** A file whose text the user has not trusted: what needs that is marked. */
function untrusted(said: Settings): Settings {
  const marked = (some: readonly Setting[]) =>
    some.map((setting) => (setting.trust === undefined ? setting : markedUntrusted(setting)));
  return {
    ...said,
    flake: { ...said.flake, trusting: marked(said.flake.trusting) },
    defaults: marked(said.defaults),
    hosts: new Map([...said.hosts].map(([host, some]) => [host, marked(some)])),
  };
}

function readFile(file: string, flake: Flake): Settings {
  // What reads TOML is loaded only where there is some, and what reads notes only where there is something to trust.
  const { settingsOfFile } = require("./hey-toml.ts") as typeof import("./hey-toml.ts");
  const said = settingsOfFile(file, flake);
  if (said.bytes === undefined || trustworthy(said).length === 0) return said;
  const { isTrusted } = require("./trust.ts") as typeof import("./trust.ts");
  return isTrusted(file, said.bytes) ? said : untrusted(said);
}

/** What was read in this run: all of it goes by one text, whatever becomes of the file meanwhile. */
const known = new Map<string, Settings>();

/**
 * The hey.toml beside a flake's flake.nix. What needs the user's trust and hasn't it is marked.
 * @throws Usage for everything in it that isn't wholly understood, with its line
 */
export function readSettings(flake: Flake | undefined): Settings {
  const file = flake === undefined ? undefined : fileOf(flake);
  if (flake === undefined || file === undefined) return nothing();
  const before = known.get(file);
  if (before !== undefined) return before;
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return nothing();
  const said = readFile(file, flake);
  known.set(file, said);
  return said;
}

/** What holds for a host: its own settings, and those of [defaults] that it doesn't have itself. An array replaces an array. */
export function settingsOf({ defaults, hosts }: Settings, host: string): readonly Setting[] {
  const own = hosts.get(host) ?? [];
  return [...own, ...defaults.filter(({ name }) => !own.some((other) => other.name === name))];
}

/** Whether a setting is out of use until the user trusts its file: what runs something. What leads elsewhere matters for secrets alone. */
export const isHeld = ({ trust, untrusted }: Setting): boolean => untrusted === true && trust === "runs";

/** What is typed to trust the hey.toml of a line's flake. */
function trusting(given: object): string {
  const { flake } = given as { readonly flake?: string };
  return `${spelled("trust")}${flake === undefined ? "" : ` --flake ${quote(flake)}`}`;
}

/** Settings in a message, each with its line. */
const listed = (some: readonly Setting[]): string => {
  const sorted = [...some].sort((one, other) => one.line - other.line);
  const names = [...new Set(sorted.map(({ name, line }) => `${name} (line ${line})`))];
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return shown.length === 1 ? `${shown[0]}` : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
};

const counts = (some: readonly Setting[]) => (some.length === 1 ? "counts" : "count");

const told = new Set<string>();

/** Says once what a look goes on without. */
export function goOnWithout(held: readonly Setting[], given: object): void {
  if (held.length === 0) return;
  const line = `hey.toml has ${listed(held)}, which ${counts(held)} only once you trust that file; going on without. Try: ${trusting(given)}`;
  if (told.has(line)) return;
  told.add(line);
  remark(line);
}

/** @throws Refusal where one of these would count */
export function requireTrust(wanting: readonly Setting[], given: object): void {
  if (wanting.length > 0)
    throw new Refusal(`hey.toml has ${listed(wanting)}, which ${counts(wanting)} only once you trust that file`, trusting(given));
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

/** What a line does, which decides what it needs of a hey.toml that isn't trusted. */
interface Manner {
  /** It only looks, and so goes on without. */
  readonly looks: boolean;
  /** What it sends is secret, and goes where it is led. */
  readonly sendsSecrets: boolean;
}

/**
 * What counts of a machine's settings, without what the user has not trusted.
 * @throws Refusal where the line does something and one of these would count
 */
function trusted(takes: Takes, given: object, machine: Counted, { looks, sendsSecrets }: Manner): Counting {
  const typed = given as Readonly<Record<string, unknown>>;
  const all = counting(takes, typed, [...machine.settings, ...machine.held]);
  const held = [...all.values()].filter(isHeld);
  if (looks) goOnWithout(held, given);
  const isSecret = sendsSecrets || all.has("ask-elevate-password") || typed["askElevatePassword"] === true;
  const { rule } = machine;
  const isLed = rule?.by === "hey.toml" && typed["target"] === undefined;
  const leads =
    !isSecret || looks ? [] : [...all.values(), ...(isLed ? machine.settings.filter(({ name }) => name === "target") : [])];
  const wanting = [...held, ...leads.filter(({ untrusted }) => untrusted)].filter((one, at, some) => some.indexOf(one) === at);
  if (!looks) requireTrust(wanting, given);
  return held.length === 0 ? all : counting(takes, typed, machine.settings);
}

/**
 * What is made of a line with what counts of a machine's settings.
 * @throws Usage Refusal naming the lines of hey.toml that are to blame
 */
function made<G extends object, R>(takes: Takes, given: G, machine: Counted, manner: Manner, make: (whole: G) => R): R {
  const { settings } = machine;
  const counts = trusted(takes, given, machine, manner);
  const whole = withBackend(takes, withCounting(takes, given, counts) as G, settings);
  try {
    requireTogether(takes, whole);
    return make(whole);
  } catch (error) {
    throw error instanceof Ended ? blamed(error, takes, counts) : error;
  }
}

/** What is asked of a machine here. */
type Counted = Pick<Machine, "settings" | "held"> & Partial<Pick<Machine, "rule">>;

/**
 * For a look: what parse() would have given had a machine's settings been typed as well. What was typed wins; a setting that the verb hasn't, or
 * that gives way to what was typed (lib/spec/conflicts.ts), doesn't count.
 * @param given by parse(), of a verb's words
 * @throws Usage for what can't stand beside each other, naming the lines of hey.toml that are to blame
 */
export const withSettings = <G extends object>(takes: Takes, given: G, machine: Counted): G =>
  made(takes, given, machine, { looks: true, sendsSecrets: false }, (whole) => whole);

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
  looks?(given: G): boolean;
  readonly sendsSecrets?: boolean;
}

/**
 * A verb's plan for one machine: with its settings, and its target where none was typed.
 * @param given by parse(); `host` and `target` may be undefined in it
 * @throws Usage Refusal naming the lines of hey.toml that are to blame
 */
export function planFor<G extends object>(verb: Planning<G>, given: G, machine: Machine): Plan {
  const { takes, plan, sendsSecrets = false } = verb;
  const typed = given as Readonly<Record<string, unknown>>;
  const target = takes["target"];
  const known = target?.kind === "arg" ? target.known : undefined;
  const to = known === undefined || (known === "where said" && machine.rule.by === "name") ? undefined : machine.target;
  const manner = { looks: verb.looks?.(given) ?? false, sendsSecrets };
  return made(takes, given, machine, manner, (counted) => {
    const whole = { ...counted, host: typed["host"] ?? machine.host, target: typed["target"] ?? to };
    if (known !== undefined && whole.target === undefined)
      throw new Usage("no target is given, and neither hey.toml nor an ssh alias has one");
    const planned = plan(whole);
    if (machine.isElsewhere) remark(`hey ignores hey.toml for ${machine.host}, as its flake has no such host`);
    // A host that there is may have a name that ssh takes for none.
    if (to !== undefined && typed["target"] === undefined && machine.rule.by === "name") fits("TARGET", "targets", to);
    return planned;
  });
}
