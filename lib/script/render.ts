// A plan as the POSIX shell text that is printed and run. Pure.
import { readFileSync } from "node:fs";
import { quote } from "../spec/quote.ts";
import { printable } from "../spec/words.ts";
import type { Captured, Line, Plan, Step, Word } from "./step.ts";

function rendered(word: Word): string {
  if (typeof word === "string") {
    // The command line has been looked at already; this is for what comes of the environment, like the current directory.
    printable(word);
    return quote(word);
  }
  const merged: Captured["parts"][number][] = [];
  for (const part of word.parts) {
    const last = merged.at(-1);
    if (typeof part === "string" && typeof last === "string") merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  return merged.map((part) => (typeof part === "string" ? part && quote(part) : `"$${part.name}"`)).join("");
}

/** Quoted even where no shell needs it: shellcheck takes a bare `action=test` for a forgotten $(test). */
const assigned = (set: Readonly<Record<string, Word>>) =>
  Object.entries(set).map(([name, value]) => {
    const text = rendered(value);
    return `${name}=${text === value ? `'${text}'` : text}`;
  });

function command(step: Step): string {
  const unset = step.unset?.length ? ["env", ...step.unset.flatMap((name) => ["-u", name])] : [];
  const line = [...assigned(step.env ?? {}), ...unset, ...step.argv.map(rendered)].join(" ");
  const fed = step.stdin === undefined ? line : step.stdin === "none" ? `${line} </dev/null` : `${command(step.stdin)} | ${line}`;
  return step.capture === undefined ? fed : `${step.capture}=$(${fed})`;
}

/**
 * Shell text of a file under lib/ without its comments: an interactive zsh takes '#' for a command.
 * @param file relative to lib/, like `shell/there/put-keys.sh`
 */
export function constant(file: string): string {
  const lines = readFileSync(`${__dirname}/../${file}`, "utf8").split("\n");
  return lines.filter((line) => !/^\s*(#|$)/.test(line)).join("\n");
}

function rendering(line: Line): string[] {
  if ("file" in line) return [...assigned(line.set), constant(`shell/${line.file}`)];
  if ("define" in line) return [`${line.define}() { ${command(line.as)} "$@"; }`];
  return [...(line.note === undefined ? [] : [`step ${quote(line.note)}`]), command(line)];
}

/**
 * The script of a plan: a single command as one line; several as one compound, which a terminal reads whole before
 * anything runs, so that an ssh in it can't eat the lines after it and a failure can't end the user's shell.
 * @param name the verb's, said before each note
 */
export function render(name: string, { lines, logged }: Plan): string {
  const [only] = lines;
  if (lines.length === 1 && only !== undefined && "argv" in only) return `${command(only)}\n`;
  const log = logged && { file: "here/log.sh", set: { log_host: logged.host, log_target: logged.target } };
  return [
    "(",
    `verb=${quote(name)}`,
    constant("shell/here/prologue.sh"),
    ...[...(log ? [log] : []), ...lines].flatMap(rendering),
    ")",
    "",
  ].join("\n");
}
