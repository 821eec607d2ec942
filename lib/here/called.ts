// How this verb was called. The launcher and the dispatcher say so in variables, which what is run later must not see.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { quote } from "../spec/quote.ts";

const { HEY_CALLED, HEY_DISPATCHER, HEY_IGNORED } = process.env;
for (const name of ["HEY_CALLED", "HEY_DISPATCHER", "HEY_IGNORED"]) delete process.env[name];

/** Whether the caller ignores a signal, by its number. Known on Linux only. */
export const ignored = (signal: number) => ((BigInt(`0x${HEY_IGNORED || "0"}`) >> BigInt(signal - 1)) & 1n) === 1n;

/** What a person types for hey itself. */
export const dispatcher = quote(HEY_DISPATCHER ?? "hey");

/** What a person types for a verb, in the way this one was typed: `hey ops deploy` or `./scripts/ops-deploy.ts`. */
export function spelled(verb: string): string {
  if (HEY_DISPATCHER !== undefined || HEY_CALLED === undefined) return `${dispatcher} ${verb.replace("-", " ")}`;
  const beside = HEY_CALLED.replace(/[^/]*$/, `${verb}.ts`);
  return quote(existsSync(beside) ? beside : join(__dirname, "../../scripts", `${verb}.ts`));
}

/** The line that was typed, with more words before a `--`. */
export function again(verb: string, ...more: readonly string[]): string {
  const words = process.argv.slice(2);
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  return [spelled(verb), ...[...own, ...more, ...words.slice(own.length)].map(quote)].join(" ");
}

/** The line that was typed, without what has it printed. */
export function typedLine(verb: string): string {
  const words = process.argv.slice(2);
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  return [spelled(verb), ...[...own.filter((word) => !/^--print(?:=|$)/.test(word)), ...words.slice(own.length)].map(quote)].join(
    " ",
  );
}
