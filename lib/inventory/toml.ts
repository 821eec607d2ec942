// A TOML file as its statements, each with its line: a mistake in it is told with the line, which the library gives for syntax only.
import { parse, TomlError } from "smol-toml";

/** What one statement sets. An empty table, and a header alone, is set to {}. */
export interface Entry {
  /** Through all tables, dotted keys and inline tables. */
  readonly path: readonly string[];
  /** A string, boolean, bigint, number (of a float), date or array; a table only where it is empty. */
  readonly value: unknown;
  /** Of the statement's start, from 1. */
  readonly line: number;
}

export class Unreadable extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/** Of all that the library yields only tables have no prototype. */
export const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;

/** The library's words for a mistake, and what to type instead. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/control.*strings/, "end the text with its quote, on its line"],
  [/control/, "retype it by hand"],
  [/unfinished string/, "end the text with its quote"],
  [/escape/, "type it anew, with \\\\ for a backslash"],
  [/end-of-line/, "type each KEY = VALUE on a line of its own"],
  [/redefine/, "put all settings of a host under one [hosts.NAME]"],
  [/comma|structure|array/, 'type ["one", "two"]'],
  [/key/, "type [hosts.NAME] or KEY = VALUE, and other names than of letters, digits, '-' and '_' in quotes"],
  [/value|integer|number|date|time/, 'type true, false, a whole number, "text" or ["one", "two"]'],
];

function explained(error: TomlError): string {
  const [first = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
  const remedy = remedies.find(([kind]) => kind.test(first))?.[1];
  return `${first}${remedy === undefined ? "" : `; ${remedy}`}`;
}

function parsed(text: string): Readonly<Record<string, unknown>> | TomlError {
  try {
    return parse(text, { integersAsBigInt: true });
  } catch (error) {
    if (error instanceof TomlError) return error;
    throw error;
  }
}

function leaves(value: unknown, path: readonly string[]): (readonly [readonly string[], unknown])[] {
  if (!isTable(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** More names in a path, or brackets in each other, than any setting has: the library would come to its own end with many. */
const deepest = 32;

/** Strings, comments and what else matters for where a statement ends. An unfinished string ends with its line, or with the text. */
const token =
  /"""(?:[^\\]|\\[\s\S])*?(?:"""(?!")|$)|'"""'|'''[\s\S]*?(?:'''(?!')|$)|"(?:[^"\\\n]|\\[^\n])*"?|'[^'\n]*'?|#[^\n]*|[[\]{}.,=\n]/g;

/**
 * The first lines of the statements, from 0, and the line behind the last one: a statement ends with its line, outside of brackets and strings.
 * @throws Unreadable for what is nested too deeply
 */
function starts(text: string): readonly number[] {
  const found = [0];
  let [line, depth, dots] = [0, 0, 0];
  for (const [what] of text.matchAll(token)) {
    const first = what.charAt(0);
    if (first === ".") dots++;
    else if (first !== "#" && first !== '"' && first !== "'") dots = 0;
    if (first === "[" || first === "{") depth++;
    else if (first === "]" || first === "}") depth = Math.max(0, depth - 1);
    else if (first === "\n") {
      line++;
      if (depth === 0) found.push(line);
    } else if (first === '"' || first === "'") line += what.split("\n").length - 1;
    if (depth > deepest || dots > deepest)
      throw new Unreadable(line + 1, "this is nested more deeply than any setting; type [hosts.NAME], and KEY = VALUE below it");
  }
  return found.at(-1) === line && text.endsWith("\n") ? found : [...found, line + 1];
}

/**
 * Refuses what only TOML 1.1 has. The library reads it, and nix does not: it reads TOML 1.0, and a flake may read its hey.toml.
 * @throws Unreadable
 */
function requireOld(text: string): void {
  const open: { readonly bracket: string; readonly line: number }[] = [];
  let [line, behindComma] = [1, -1];
  for (const { 0: what, index } of text.matchAll(token)) {
    const first = what.charAt(0);
    const inner = open.at(-1);
    if ((first === "\n" || first === "#") && inner?.bracket === "{")
      throw new Unreadable(
        inner.line,
        "a table in braces stands on one line; type [hosts.NAME], and each KEY = VALUE on a line below it",
      );
    if (first === "}" && behindComma >= 0 && text.slice(behindComma, index).trim() === "")
      throw new Unreadable(line, "nix takes no comma before a }; leave it out");
    if (first === '"' && /^(?:[^\\]|\\[^xe])*\\[xe]/.test(what))
      throw new Unreadable(
        line,
        `nix does not know ${what.includes("\\x") ? "\\x" : "\\e"} in a text; type \\u00 and two digits`,
      );
    if (first === "[" || first === "{") open.push({ bracket: first, line });
    else if (first === "]" || first === "}") open.pop();
    behindComma = first === "," ? index + 1 : -1;
    line += what.split("\n").length - 1;
  }
}

/**
 * The statements of a TOML file, in their order.
 * @throws Unreadable for what is no TOML 1.0, or sets a thing twice
 */
export function statements(text: string): readonly Entry[] {
  const begins = starts(text);
  const whole = parsed(text);
  if (!(whole instanceof TomlError)) requireOld(text);
  const lines = text.split("\n");
  const entries: Entry[] = [];
  let table: readonly string[] = [];
  const limit = whole instanceof TomlError ? whole.line : lines.length;
  for (const [place, at] of begins.entries()) {
    if (at >= limit) break;
    if (/^\s*(?:#|$)/.test(lines[at] ?? "")) continue;
    const end = begins[place + 1] ?? lines.length;
    const alone = parsed(`${lines.slice(at, end).join("\n")}\n`);
    if (alone instanceof TomlError) break;
    const line = at + 1;
    const isHeader = /^\s*\[/.test(lines[at] ?? "");
    const found = Object.keys(alone).length === 0 ? [] : leaves(alone, []);
    if (isHeader) table = found[0]?.[0] ?? [];
    const set = found.map(([path, value]) => ({ path: isHeader ? path : [...table, ...path], value, line }));
    if (whole instanceof TomlError && whole.line >= line && whole.line <= end) {
      const first = entries.find((entry) => set.some(({ path }) => path.join("\0") === entry.path.join("\0")));
      const what = isHeader ? `[${table.join(".")}]` : `'${first?.path.at(-1)}'`;
      if (first !== undefined) throw new Unreadable(line, `${what} is there already, in line ${first.line}; keep one of them`);
    }
    entries.push(...set);
  }
  if (whole instanceof TomlError) throw new Unreadable(whole.line, explained(whole));
  return entries;
}
