// The text of `--help` and of `-h`, from what a verb declares.
import { usage } from "./argv.ts";
import { together } from "./conflicts.ts";
import { isOption, type Param, type Verb } from "./spec.ts";

/** What hey is, in a line. */
export const tagline = "deploy NixOS machines from a flake";

/** The words that a parameter has, each with what it means. */
export const choices = (param: Param) => ("from" in param && typeof param.from === "object" ? Object.entries(param.from) : []);

/** How a parameter is typed: `-y, --yes`, `--wait SECONDS`, `HOST`. */
export function typedAs(name: string, param: Param): string {
  if (param.kind === "arg" || param.kind === "rest") return name.toUpperCase();
  const short = param.short === undefined ? "" : `-${param.short}, `;
  return `${short}--${name}${param.kind === "option" ? (param.bare === undefined ? ` ${param.value}` : `[=${param.value}]`) : ""}${param.kind === "option" && param.second !== undefined ? ` ${param.second.value}` : ""}`;
}

/** What it says of itself, with what is to stand after that. */
export function explained(name: string, param: Param, after = ""): string {
  const contrary = isOption(param) && param.negated !== undefined ? `; --no-${name} turns it off` : "";
  const trusted =
    isOption(param) && param.kept !== undefined && param.trust !== undefined ? "; in hey.toml: needs hey trust" : "";
  return `${param.help}${after}${param.kind === "option" && param.many ? " (repeatable)" : ""}${contrary}${trusted}`;
}

type Rows = readonly (readonly [string, Param])[];

/** The heading of options that have no other one. */
const others = "Options";
/** The order of the headings; others of a verb stand before these. */
const last = ["Build", "Flake", "Connection", "Every command"];
const place = (heading: string) => last.indexOf(heading);

const mostUsed = "Most used";

/**
 * The parameters under their headings: the arguments have none, the most used options come first, and each option stands once. What only
 * negates another option is said with that one.
 */
export function grouped({ takes, most }: Pick<Verb, "takes" | "most">): readonly (readonly [string, Rows])[] {
  const heading = ([name, param]: readonly [string, Param]) =>
    !isOption(param) ? "" : most.includes(name) ? mostUsed : (param.group ?? others);
  const all = Object.entries(takes).filter(([, param]) => !("negates" in param));
  const headings = [...new Set(["", mostUsed, ...all.map(heading)])];
  return headings
    .sort((a, b) => place(a) - place(b))
    .map((one) => [one, inOrder(one, all, most).filter((row) => heading(row) === one)] as const)
    .filter(([one, rows]) => one === "" || rows.length > 0);
}

/** The most used ones stand as the verb lists them. */
const inOrder = (heading: string, all: Rows, most: readonly string[]): Rows =>
  heading === mostUsed ? [...all].sort(([a], [b]) => most.indexOf(a) - most.indexOf(b)) : all;

/** The words that it may have, the default marked. */
function chosen(param: Param): string {
  const words = choices(param).map(([word, text]) => (text.includes("(default)") ? `${word} (default)` : word));
  return words.length === 0 ? "" : `: ${words.join(", ")}`;
}

/** Text in lines of at most so many characters, of words that all fit; each after the first is indented. */
export function wrapped(text: string, width = 100, indent = ""): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined) lines.push(word);
    else if (line.length + 1 + word.length > width) lines.push(indent + word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** How wide a text for this terminal is. Where there is none, it is as wide as most are. */
export const paper = (): number => Math.min(Math.max(process.stdout.columns ?? 80, 40), 100);

type Texts = readonly (readonly [string, string])[];

const widest = 26;
/** Where the explanations stand, right of all names but those that are too wide. */
const columnOf = (rows: Texts) => Math.max(0, ...rows.map(([name]) => name.length).filter((length) => length <= widest)) + 4;

/** Names and their explanations, beside each other; a name that is too wide has a line of its own. */
export function table(rows: Texts, width: number, column = columnOf(rows)): string[] {
  return rows.flatMap(([name, text]) => {
    const lines = wrapped(text, width - column).map((line) => " ".repeat(column) + line);
    if (name.length + 4 > column) return [...wrapped(`  ${name}`, width, "    "), ...lines];
    return [`  ${name}`.padEnd(column) + (lines[0] ?? "").slice(column), ...lines.slice(1)];
  });
}

const rowsOf = (rows: Rows) =>
  rows.map(([name, param]) => [typedAs(name, param), explained(name, param, chosen(param))] as const);

/** The rows of the words that are passed on. */
const passed = ({ passes }: Verb) => (passes === undefined ? [] : [["-- ARGS…", `passed unchanged to ${passes}`] as const]);

function usages(verb: Verb, typed: string, width: number): string[] {
  const host = verb.takes["host"];
  const severally = host?.kind === "arg" && host.unless?.includes("on") ? [`${typed} --on HOSTS | --all [options]`] : [];
  return [`${typed} ${usage(verb)}`, ...severally].flatMap((line, at) =>
    wrapped(`${at === 0 ? "Usage: " : "       "}${line}`, width, " ".repeat(9)),
  );
}

function head(verb: Verb, typed: string, short: string | undefined, width: number): string[] {
  const args = [...rowsOf(grouped(verb).find(([heading]) => heading === "")?.[1] ?? []), ...passed(verb)];
  return [
    "",
    ...usages(verb, typed, width),
    ...(short === undefined ? [] : [`For short: ${short}`]),
    ...(args.length === 0 ? [] : ["", ...table(args, width)]),
  ];
}

// Lines to copy are never broken.
const examples = ({ examples }: Verb, typed: string) => [
  "",
  "Examples",
  ...examples.map((words) => `  ${typed}${words && ` ${words}`}`),
];

/**
 * The text of `--help`.
 * @param short what is typed for the same, where there is something
 */
export function help(verb: Verb, typed: string, short?: string, width = paper()): string {
  const [, ...options] = grouped(verb);
  const column = columnOf(options.flatMap(([, rows]) => rowsOf(rows)));
  const rules = together(verb.takes).flatMap((rule) => wrapped(`  ${rule}`, width, "    "));
  const statuses = Object.entries(verb.statuses ?? {});
  return [
    ...wrapped(verb.summary, width),
    ...(verb.description === undefined ? [] : ["", ...wrapped(verb.description, width)]),
    ...head(verb, typed, short, width),
    ...options.flatMap(([heading, rows]) => ["", heading, ...table(rowsOf(rows), width, column)]),
    ...(rules.length === 0 ? [] : ["", "What goes with what", ...rules]),
    ...examples(verb, typed),
    ...(statuses.length === 0 ? [] : ["", "Exit status", ...table(statuses, width)]),
    "",
  ].join("\n");
}

/** The text of `-h`: what most people need, and where the rest is. It fits a terminal. */
export function brief(verb: Verb, typed: string, short?: string, width = paper()): string {
  const [, first, ...rest] = grouped(verb);
  const shownRows = first === undefined ? [] : ["", first[0], ...table(rowsOf(first[1]), width)];
  const more = rest.map(([heading]) => heading.replace(/:.*/, ""));
  return [
    ...wrapped(verb.summary, width),
    ...head(verb, typed, short, width),
    ...shownRows,
    ...(more.length === 0 ? [] : ["", ...wrapped(`With --help also: ${more.join(", ")}`, width, "  ")]),
    ...examples(verb, typed),
    "",
  ].join("\n");
}
