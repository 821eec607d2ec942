// How this verb was called. The launcher and the dispatcher say so in variables, which what is run later must not see.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
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

/** The line that was typed, without what has it printed, and with more words before a `--`. */
export function again(verb: string, ...more: readonly string[]): string {
  const words = process.argv.slice(2);
  const own = ownWords();
  const typed = own.filter((word) => !printing.test(word));
  return [spelled(verb), ...[...typed, ...more, ...words.slice(own.length)].map(quote)].join(" ");
}

/** The same for other hosts. */
export function againOn(verb: string, selection: string): string {
  const own = ownWords().filter((word, at, all) => !/^--(?:print|on|all)(?:=|$)/.test(word) && all[at - 1] !== "--on");
  return [spelled(verb), ...["--on", selection, ...own, ...process.argv.slice(2 + ownWords().length)].map(quote)].join(" ");
}

/** The words of the line that are hey's own. */
function ownWords(): readonly string[] {
  const words = process.argv.slice(2);
  const end = words.indexOf("--");
  return end < 0 ? words : words.slice(0, end);
}

const printing = /^--print(?:=|$)/;

/** Whether the line is only printed: then no program is started but those that say which words they take. */
export const prints = () => ownWords().some((word) => printing.test(word));

/** Who speaks in a verb's messages. */
export const speaker = () => basename(process.argv[1] ?? "hey", ".ts");

/** Says something beside what was asked for. */
export const remark = (line: string) => void process.stderr.write(`${speaker()}: ${line}\n`);
