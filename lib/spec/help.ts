import { usage } from "./argv.ts";
import type { Param, Verb } from "./spec.ts";

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
export const explained = (param: Param, after = "") =>
  `${param.help}${after}${param.kind === "option" && param.many ? " (repeatable)" : ""}`;

function left(name: string, param: Param): string {
  const typed = typedAs(name, param);
  return typed.startsWith("--") ? `    ${typed}` : typed;
}

function right(param: Param): string {
  const names = choices(param).map(([word]) => word);
  return explained(param, names.length > 0 ? `: ${names.join(", ")}` : "");
}

/** Lines of at most 100 characters. */
function wrapped(text: string): string[] {
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
  const rows = Object.entries(verb.takes).map(([name, param]) => [left(name, param), right(param)] as const);
  const width = Math.max(...rows.map(([words]) => words.length)) + 2;
  const table = rows.map(([words, text]) => `  ${words.padEnd(width)}${text}`);
  const passes = verb.passes === undefined ? [] : [`  ${"-- WORDS…".padEnd(width)}given to ${verb.passes} untouched`];
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
    ...passes,
    "",
    "Examples:",
    ...examples,
    ...ends,
    "",
  ].join("\n");
}
