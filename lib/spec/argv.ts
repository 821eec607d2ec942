// From the words of a command line to what a plan is given. minimist collects; it is only shown words on which it
// can't go wrong (it takes 007 for 7, --no-reboot for reboot: false, and any option for a known one).
import minimist from "minimist";
import { requireTogether } from "./conflicts.ts";
import { didYouMean, Ended, shown, some, Usage } from "./errors.ts";
import { requirePassable, type Wrapped } from "./passed.ts";
import { quote } from "./quote.ts";
import { type Arg, camel, dashed, type Flag, isOption, type Option, type Takes } from "./spec.ts";
import { fits, hyphenated, printable, untilded } from "./words.ts";

/** What a verb takes, with its words of usage for the messages. */
export interface Grammar {
  readonly takes: Takes;
  /** The program that gets the words after `--`; without it they are refused. */
  readonly passes?: string | undefined;
  /** What that one makes of them. */
  readonly wraps?: Wrapped | undefined;
  /** How the verb is typed: `hey ops deploy`. */
  readonly typed: string;
  /** The hosts that a line without one could mean, as far as they are known. @param flake as typed */
  readonly hosts?: (flake: string | undefined) => readonly string[];
  /** Refuses what a line that is proposed would be refused for later. @throws Ended */
  readonly requireMeaning?: (given: Readonly<Record<string, unknown>>) => void;
}

/** The values by camelCase name, or the help that was asked for: `brief` by -h. */
export type Parsed = Help | Readonly<Record<string, unknown>>;
type Help = "help" | "brief";

const isHelp = <T>(parsed: T | Help): parsed is Help => parsed === "help" || parsed === "brief";

interface Sorted {
  /** Every option as `--name=value`, every positional word as it is. */
  readonly canonical: string[];
  /** The command of a `rest` parameter, or the words after `--`. */
  readonly after: string[];
  readonly dashes: boolean;
}

function sort({ takes, typed }: Grammar, words: readonly string[]): Sorted | Help {
  const options = Object.entries(takes).filter((entry): entry is [string, Flag | Option] => isOption(entry[1]));
  const positional = Object.values(takes).filter((param) => param.kind === "arg").length;
  const hasRest = Object.values(takes).some((param) => param.kind === "rest");
  const canonical: string[] = [];
  const seen = new Set<string>();
  let args = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === "--") return { canonical, after: words.slice(at + 1), dashes: true };
    hyphenated(word);
    if (!word.startsWith("-") || word === "-") {
      if (hasRest && args === positional) return { canonical, after: words.slice(at), dashes: false };
      canonical.push(word);
      args++;
      continue;
    }
    // `-j4` is `-j 4`.
    const attached = /^(-[a-z])(\d+)$/.exec(word);
    const equals = attached === null ? word.indexOf("=") : 1;
    const typedName = attached?.[1] ?? (equals < 0 ? word : word.slice(0, equals));
    const entry = options.find(([name, param]) => dashed(name, param).includes(typedName));
    if (entry === undefined) {
      // --boot is the contrary of --no-boot, however near it is.
      const opposite = typedName.replace(/^--no-/, "--");
      const meant = didYouMean(
        typedName,
        options.map(([name]) => `--${name}`).filter((name) => name !== opposite),
      );
      throw new Usage(`unknown option ${shown(typedName)}${meant || `; see ${typed} --help`}`);
    }
    const [name, param] = entry;
    if (name === "help") return typedName === "-h" ? "brief" : "help";
    if (seen.has(name) && !(param.kind === "option" && param.many)) throw new Usage(`--${name} is given twice; type it once`);
    seen.add(name);
    if (param.kind === "flag") {
      if (equals >= 0) throw new Usage(`--${name} takes no value; type --${name} alone`);
      canonical.push(`--${name}=true`);
      continue;
    }
    const alone = equals < 0 && param.bare !== undefined && !(param.from === "generations" && /^\d+$/.test(words[at + 1] ?? ""));
    const value = alone ? param.bare : equals < 0 ? words[++at] : word.slice(equals + 1);
    if (value === undefined || (value === "" && param.empty === undefined) || (equals < 0 && value.startsWith("-"))) {
      throw new Usage(`--${name} needs a value; type --${name} ${param.value}`);
    }
    hyphenated(value);
    const second = param.second === undefined ? undefined : words[++at];
    if (param.second !== undefined && (second === undefined || second === "" || second.startsWith("-"))) {
      throw new Usage(`--${name} needs two values; type --${name} ${param.value} ${param.second.value}`);
    }
    // No word has a NUL in it: argv can't hold one.
    canonical.push(`--${name}=${second === undefined ? value : `${value}\0${second}`}`);
  }
  return { canonical, after: [], dashes: false };
}

/**
 * What a plan is given for an option of these values.
 * @param what the option, for messages
 * @param values as typed, one for each time that it is given; two words of one time stand around a NUL
 * @throws Usage for a value that it can't have
 */
export function valueFor(what: string, { from, second, many, range, empty }: Option, values: readonly string[]): unknown {
  const split = values.map((value) => value.split("\0"));
  for (const [value = "", next = ""] of split) {
    if (value !== "" || empty === undefined) fits(what, from, value);
    if (range !== undefined && (Number(value) < range[0] || Number(value) > range[1]))
      throw new Usage(`${what} is ${value}; type ${range[0]} to ${range[1]}${from === "seconds" ? " (seconds)" : ""}`);
    if (second !== undefined) fits(`the second value of ${what}`, second.from, next);
  }
  const paths = from === "dirs" || from === "files" ? values.map(untilded) : values;
  return second !== undefined ? split : many ? paths : paths[0];
}

/** `HOST [TARGET] [options]`, as it stands in the usage line. */
export function usage({ takes, passes }: Pick<Grammar, "takes" | "passes">): string {
  const words = Object.entries(takes).flatMap(([name, param]) => {
    if (param.kind === "rest") return [`[${name.toUpperCase()}…]`];
    if (param.kind === "option" && param.required) return [`--${name} ${param.value}`];
    if (param.kind !== "arg") return [];
    return [param.optional ? `[${name.toUpperCase()}]` : name.toUpperCase()];
  });
  return [...words, "[options]", ...(passes === undefined ? [] : ["[-- ARGS]"])].join(" ");
}

/**
 * Parses the words after the verb's name.
 * @throws Usage for anything that is not wholly understood: nothing is guessed, shortened or dropped. Where another program takes such
 *   words, it says how they are typed here.
 */
export function parse(grammar: Grammar, words: readonly string[]): Parsed {
  for (const word of words) printable(word);
  try {
    return parsed(grammar, words);
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    throw meantOtherwise(grammar, words) ?? error;
  }
}

/** What to type for a line that is refused, where that is known. */
function meantOtherwise(grammar: Grammar, words: readonly string[]): Usage | undefined {
  // Loaded only where a line is wrong.
  const { meant } = require("./meant.ts") as typeof import("./meant.ts");
  const { says, line } = meant(grammar.takes, words) ?? {};
  if (says === undefined) return undefined;
  const { typed } = grammar;
  if (line === undefined) return new Usage(says);
  if (line === "usage") return new Usage(says, `${typed} ${usage(grammar)}`);
  try {
    const given = parsed(grammar, line);
    const why = isHelp(given) ? undefined : meaningless(grammar, given);
    if (why !== undefined) return new Usage(`${says}; ${why}`);
    return new Usage(says, `${typed} ${line.map(quote).join(" ")}`);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return new Usage(says, `${typed} ${usage(grammar)}`);
  }
}

/** Why a line that parses would be refused later. */
function meaningless({ requireMeaning }: Grammar, given: Readonly<Record<string, unknown>>): string | undefined {
  try {
    requireMeaning?.(given);
    return undefined;
  } catch (error) {
    if (error instanceof Ended) return error.message;
    throw error;
  }
}

/** What could stand where an argument is missing. */
function meansOf({ hosts }: Grammar, { from, help }: Arg, flake: unknown): string {
  const known = from === "hosts" ? (hosts?.(typeof flake === "string" ? flake : undefined) ?? []) : [];
  return known.length === 0 ? ` (${help})` : `; the flake has ${some(known)}`;
}

function parsed(grammar: Grammar, words: readonly string[]): Parsed {
  const { takes, passes, wraps, typed } = grammar;
  const sorted = sort(grammar, words);
  if (isHelp(sorted)) return sorted;
  const restName = Object.keys(takes).find((name) => takes[name]?.kind === "rest");
  if (sorted.dashes && restName === undefined && passes === undefined) {
    throw new Usage("nothing takes words after '--' here", `${typed} ${usage(grammar)}`);
  }
  if (restName === undefined) {
    for (const word of sorted.after) hyphenated(word);
    if (wraps !== undefined) requirePassable(wraps, sorted.after);
  }

  const names = (kind: "flag" | "option") => Object.keys(takes).filter((name) => takes[name]?.kind === kind);
  const collected = minimist(sorted.canonical, {
    string: ["_", ...names("option")],
    boolean: names("flag"),
  });
  const typedWords: Record<string, unknown> = { passed: restName === undefined ? sorted.after : [] };
  const positional = [...collected._];
  for (const [name, param] of Object.entries(takes)) {
    const value: unknown = collected[name];
    if (param.kind === "arg") typedWords[camel(name)] = positional.shift();
    else if (param.kind === "rest") typedWords[camel(name)] = sorted.after;
    else typedWords[camel(name)] = param.kind === "flag" ? value === true : value === undefined ? [] : [value].flat();
  }
  requireTogether(takes, typedWords, typed);

  const given: Record<string, unknown> = { ...typedWords };
  for (const [name, param] of Object.entries(takes)) {
    const key = camel(name);
    const words = typedWords[key];
    if (param.kind === "arg") {
      const word = words as string | undefined;
      const isReplaced = param.unless?.some((option) => collected[option] !== undefined && collected[option] !== false);
      if (word === undefined && !param.optional && isReplaced !== true)
        throw new Usage(`no ${name} is given${meansOf(grammar, param, collected["flake"])}`, `${typed} ${usage(grammar)}`);
      if (word !== undefined) fits(name.toUpperCase(), param.from, word);
      given[key] = word ?? param.otherwise;
    } else if (param.kind === "option") {
      const values = words as readonly string[];
      if (param.required && values.length === 0)
        throw new Usage(`no --${name} is given (${param.help})`, `${typed} ${usage(grammar)}`);
      given[key] = valueFor(`--${name}`, param, values);
    }
  }
  if (positional.length > 0)
    throw new Usage(`${shown(positional[0] as string)} is one word too many`, `${typed} ${usage(grammar)}`);
  return given;
}
