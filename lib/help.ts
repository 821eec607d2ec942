import { usage } from "./argv.ts";
import type { Param } from "./spec.ts";
import type { Verb } from "./verb.ts";

const choices = (param: Param) => ("from" in param && typeof param.from === "object" ? Object.keys(param.from) : []);

function left(name: string, param: Param): string {
  if (param.kind === "arg" || param.kind === "rest") return name.toUpperCase();
  const short = param.short === undefined ? "    " : `-${param.short}, `;
  return `${short}--${name}${param.kind === "option" ? (param.bare === undefined ? ` ${param.value}` : `[=${param.value}]`) : ""}${param.kind === "option" && param.second !== undefined ? ` ${param.second.value}` : ""}`;
}

function right(param: Param): string {
  const names = choices(param);
  return `${param.help}${names.length > 0 ? `: ${names.join(", ")}` : ""}${param.kind === "option" && param.many ? " (repeatable)" : ""}`;
}

/** The text of `--help`. */
export function help(verb: Verb, typed: string): string {
  const rows = Object.entries(verb.takes).map(([name, param]) => [left(name, param), right(param)] as const);
  const width = Math.max(...rows.map(([words]) => words.length)) + 2;
  const table = rows.map(([words, text]) => `  ${words.padEnd(width)}${text}`);
  const passes = verb.passes === undefined ? [] : [`  ${"-- WORDS…".padEnd(width)}given to ${verb.passes} untouched`];
  const examples = verb.examples.map((words) => `  ${typed}${words && ` ${words}`}`);
  return [verb.summary, "", `  ${typed} ${usage(verb)}`, "", ...table, ...passes, "", "Examples:", ...examples, ""].join("\n");
}
