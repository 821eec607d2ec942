// What may stand in hey.toml: for each host, and for all of them, what could be typed. A setting is an option of the same name, and is held
// to what holds for that one.
import { prints } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import { askedHosts, lastHosts, noSuchHost } from "../here/hosts.ts";
import { readPlain, Unread } from "../here/plain-file.ts";
import { valueFor } from "../spec/argv.ts";
import { didYouMean, Ended, shown, Usage } from "../spec/errors.ts";
import {
  buildOptions,
  elevateOptions,
  guardOptions,
  keyOptions,
  limitOptions,
  orBootOption,
  previewOptions,
  rebootOptions,
  sshOptions,
} from "../spec/options.ts";
import { type Flag, isOption, type Option, option, options, type Takes } from "../spec/spec.ts";
import { fits, printable } from "../spec/words.ts";
import { readFlakeSetting } from "./flake-table.ts";
import { trustFor } from "./settable-ssh.ts";
import { type FlakeSettings, headOf, type Setting, type Settings, settingText } from "./setting.ts";
import { type Entry, isTable, statements, Unreadable } from "./toml.ts";

const groups: Takes = {
  ...orBootOption,
  ...guardOptions,
  ...previewOptions,
  ...rebootOptions,
  ...elevateOptions,
  ...sshOptions,
  ...buildOptions,
  ...keyOptions,
  ...limitOptions,
};

/** The options that may stand in hey.toml, as the verbs declare them. */
export const keepable: ReadonlyMap<string, Flag | Option> = new Map(
  Object.entries(groups).flatMap(([name, param]) => (isOption(param) && param.kept !== undefined ? [[name, param]] : [])),
);

/** What stands only in hey.toml. */
const onlyHere = {
  target: option("TARGET", "ssh destination of the host", "targets", { trust: "leads" }),
  tags: options("TAG", "tags of the host, for --on @TAG", "tags"),
  order: option("N", "hosts of a lower order come first (default: 0)", "order"),
  after: option("HOSTS", "hosts of the run that must succeed before this one, as for --on", "machines"),
};
/** Those of one host. */
const ofOneHost = ["target", "after"];

/** All that may stand there for a host. */
export const settable: Takes = { ...onlyHere, ...Object.fromEntries(keepable) };
/** Their names. */
export const names: readonly string[] = Object.keys(settable);

/** The values of a setting in the words that would be typed. @throws Usage for a value of another kind */
function typed(name: string, param: Flag | Option, value: unknown): Setting["value"] {
  const instead = (example: string) => `type ${name} = ${example}`;
  if (param.kind === "flag" || (param.bare !== undefined && typeof value === "boolean")) {
    if (typeof value !== "boolean") throw new Usage(`${name} is true or false; ${instead("true")}`);
    return param.kind === "option" && value ? [param.bare ?? ""] : value;
  }
  if (param.from === "seconds") {
    if (typeof value !== "bigint") throw new Usage(`${name} is a whole number of seconds; ${instead("120")}`);
    return [String(value)];
  }
  if (param.from === "order") {
    if (typeof value !== "bigint") throw new Usage(`${name} is a whole number; ${instead("10")}`);
    return [String(value)];
  }
  const values = param.many && Array.isArray(value) ? value : [value];
  const odd = values.find((one) => typeof one !== "string");
  if (odd !== undefined) {
    const [some = "text"] = typeof param.from === "object" ? Object.keys(param.from) : [];
    throw new Usage(
      `${name} is ${param.many ? "text, or an array of it" : "text"}; ${instead(param.many ? '["…"]' : `"${some}"`)}`,
    );
  }
  return values;
}

/** What is wrong with a name that can't be set. */
function unknown(name: string): Usage {
  const contrary = /^no-(.*)$/.exec(name)?.[1] ?? "";
  const instead = keepable.has(contrary) ? `; type ${contrary} = false` : didYouMean(name, names);
  return new Usage(`there is no setting ${shown(name)}${instead || `; there are ${names.join(", ")}`}`);
}

/** @throws Usage */
function setting(of: Setting["of"], name: string, value: unknown, line: number): Setting {
  const param = names.includes(name) ? settable[name] : undefined;
  if (param === undefined || !isOption(param)) throw unknown(name);
  if (ofOneHost.includes(name) && of === "defaults") throw new Usage(`${name} belongs to one host; put it under [hosts.NAME]`);
  const words = typed(name, param, value);
  if (typeof words !== "boolean" && param.kind === "option") {
    for (const word of words) printable(word);
    valueFor(name, param, words);
  }
  const text = settingText(name, value);
  // What is off, or empty, runs nothing.
  const isNothing = words === false || (typeof words === "object" && words.length === 0);
  const trust = isNothing
    ? undefined
    : param.trust === "by value"
      ? trustFor(typeof words === "object" ? words : [])
      : param.trust;
  return { name, value: words, text, of, line, ...(trust !== undefined && { trust }) };
}

/** A hey.toml that is being read. */
interface Said {
  readonly flake: FlakeSettings;
  readonly defaults: Setting[];
  readonly hosts: Map<string, Setting[]>;
  readonly lines: Map<string, number>;
}

/** The hosts that a mistake may mean: as nix said last, or says now. */
function meant(flake: Flake): readonly string[] {
  const last = lastHosts(flake);
  if (last !== undefined || prints()) return last ?? [];
  const answer = askedHosts(flake);
  return "why" in answer ? [] : answer.names;
}

/** What is wrong with a statement outside of both tables. */
function outside(table: string, flake: Flake): Usage {
  const instead = meant(flake).includes(table)
    ? `; type ${headOf(table)}`
    : names.includes(table)
      ? "; type [defaults] above it"
      : didYouMean(table, ["defaults", "hosts", "flake"]) || "; type [hosts.NAME] above its settings";
  return new Usage(`${shown(table)} is neither under [defaults] nor under [hosts.NAME]${instead}`);
}

/** What is wrong with a table below a host's, or with a setting that there isn't. @param own what follows the host's name in its path */
function below(flake: Flake, host: string, own: readonly string[]): Usage {
  const dotted = own.map((_, at) => [host, ...own.slice(0, at + 1)].join("."));
  // One more name is a setting that is mistyped, far more often than a domain: no reason to ask nix.
  const hosts = own.length > 1 ? meant(flake) : (lastHosts(flake) ?? []);
  const whole = dotted.find((name) => hosts.includes(name));
  if (whole !== undefined) return new Usage(`a name with dots needs quotes; type ${headOf(whole)}`);
  if (own.length > 1 && hosts.length > 0 && !hosts.includes(host)) return new Usage(noSuchHost(flake, host, hosts));
  return unknown(own[0] ?? "");
}

/** Adds what a statement sets; the bare head of a table sets nothing. @throws Usage */
function read({ path, value, line }: Entry, flake: Flake, said: Said): void {
  for (const part of path) printable(part);
  const [table = "", ...rest] = path;
  if (table === "flake") {
    if (rest.length > 0 || !isTable(value)) readFlakeSetting(said.flake, rest, value, line);
    return;
  }
  if (table !== "defaults" && table !== "hosts") throw outside(table, flake);
  if (rest.length === 0 && isTable(value)) return;
  if (rest.length === 0) {
    throw new Usage(`${table} is a table; type [${table}${table === "hosts" ? ".NAME" : ""}], and its settings below it`);
  }
  const [host = "", ...own] = table === "hosts" ? rest : ["", ...rest];
  const known = said.hosts.get(host) ?? [];
  if (table === "hosts" && !said.hosts.has(host)) {
    fits("the host's name", "hosts", host);
    said.hosts.set(host, known);
    said.lines.set(host, line);
  }
  const [name] = own;
  if (name === undefined && isTable(value)) return;
  if (name === undefined) throw new Usage(`${host} is a table; type ${headOf(host)}, and its settings below it`);
  if (own.length === 1 && !isTable(value)) {
    if (table === "defaults") said.defaults.push(setting("defaults", name, value, line));
    else if (names.includes(name)) known.push(setting("host", name, value, line));
    else throw below(flake, host, own);
    return;
  }
  if (names.includes(name)) throw new Usage(`${name} is not a table; type ${name} = and its value`);
  throw table === "hosts" ? below(flake, host, own) : unknown(name);
}

/** The bytes of a file. @throws Usage where it is none */
function bytesOf(file: string): Buffer {
  try {
    return readPlain(file);
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    if (error.why === "no file") throw new Usage("hey.toml is not a file; remove it, or put a file there");
    if (error.why === "too large") throw new Usage("hey.toml is larger than a megabyte, so hey does not read it");
    throw new Usage(`hey.toml can't be read (${error.why}); chmod it`);
  }
}

/** Its text. @throws Usage where it is none */
function textOf(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf8", { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    const text = Buffer.from(bytes).toString("latin1").split("\n");
    const isText = (line: string) =>
      Buffer.from(line, "latin1").equals(Buffer.from(Buffer.from(line, "latin1").toString("utf8")));
    throw new Usage(`hey.toml:${text.findIndex((line) => !isText(line)) + 1}: this is not UTF-8; save the file as UTF-8`);
  }
}

/**
 * The settings of a hey.toml.
 * @throws Usage for everything that isn't wholly understood: `hey.toml:LINE: what is wrong; what to type`
 */
export function settingsIn(bytes: Uint8Array, flake: Flake): Settings {
  const said: Said = { flake: { trusting: [] }, defaults: [], hosts: new Map(), lines: new Map() };
  let line = 0;
  try {
    for (const entry of statements(textOf(bytes))) {
      line = entry.line;
      read(entry, flake, said);
    }
  } catch (error) {
    if (error instanceof Unreadable) throw new Usage(`hey.toml:${error.line}: ${error.message}`);
    throw error instanceof Ended && line > 0 ? new Usage(`hey.toml:${line}: ${error.message}`) : error;
  }
  return { ...said, bytes };
}

/** The settings of a hey.toml. @throws Usage as settingsIn, and for what is no file */
export const settingsOfFile = (file: string, flake: Flake): Settings => settingsIn(bytesOf(file), flake);
