import { usage } from "./argv.ts";
import { together } from "./conflicts.ts";
import { isOption, type Param, type Takes, type Verb } from "./spec.ts";

/** What hey is, in a line. */
export const tagline = "deploy NixOS machines from a flake; --print shows what would be run";

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
  const contrary = isOption(param) && param.negated !== undefined ? `; --no-${name} overrides hey.toml` : "";
  const trusted = isOption(param) && param.kept !== undefined && param.trust !== undefined ? "; hey.toml: see hey trust" : "";
  return `${param.help}${after}${param.kind === "option" && param.many ? " (repeatable)" : ""}${contrary}${trusted}`;
}

/**
 * The parameters under their headings, in the order in which those come first: what is of this verb alone has none, and comes first. What
 * only negates another is said with that one.
 */
export function grouped(takes: Takes): readonly (readonly [string, readonly (readonly [string, Param])[]])[] {
  const of = (param: Param) => (isOption(param) ? (param.group ?? "") : "");
  const all = Object.entries(takes).filter(([, param]) => !("negates" in param));
  const headings = new Set(["", ...all.map(([, param]) => of(param))]);
  return [...headings].map((heading) => [heading, all.filter(([, param]) => of(param) === heading)] as const);
}

function left(name: string, param: Param): string {
  const typed = typedAs(name, param);
  return typed.startsWith("--") ? `    ${typed}` : typed;
}

function right(name: string, param: Param): string {
  const names = choices(param).map(([word]) => word);
  return explained(name, param, names.length > 0 ? `: ${names.join(", ")}` : "");
}

/** Lines of at most 100 characters. */
export function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= 100) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/**
 * The text of `--help`.
 * @param short what is typed for the same, where there is something
 */
export function help(verb: Verb, typed: string, short?: string): string {
  const groups = grouped(verb.takes);
  const width = Math.max(...groups.flatMap(([, rows]) => rows.map(([name, param]) => left(name, param).length))) + 2;
  const passes = verb.passes === undefined ? [] : [`  ${"-- WORDS…".padEnd(width)}given to ${verb.passes} untouched`];
  const table = groups.flatMap(([heading, rows]) => [
    ...(heading === "" ? [] : ["", `${heading}:`]),
    ...rows.map(([name, param]) => `  ${left(name, param).padEnd(width)}${right(name, param)}`),
    ...(heading === "" ? passes : []),
  ]);
  const rules = together(verb.takes);
  const apart = rules.length === 0 ? [] : ["", "What goes with what:", ...rules.map((rule) => `  ${rule}`)];
  const description = verb.description === undefined ? [] : ["", ...wrapped(verb.description)];
  const examples = verb.examples.map((words) => `  ${typed}${words && ` ${words}`}`);
  const statuses = Object.entries(verb.statuses ?? {}).map(([status, text]) => `  ${status.padEnd(4)}${text}`);
  const ends = statuses.length === 0 ? [] : ["", "Exit status:", ...statuses];
  return [
    verb.summary,
    ...description,
    "",
    `  ${typed} ${usage(verb)}`,
    ...(short === undefined ? [] : [`  For short: ${short}`]),
    "",
    ...table,
    ...apart,
    "",
    "Examples:",
    ...examples,
    ...ends,
    "",
  ].join("\n");
}
