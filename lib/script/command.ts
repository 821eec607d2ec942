// A command as its line in a script, and what stands before and behind that line. Pure.
import { quote } from "../spec/quote.ts";
import { printable } from "../spec/words.ts";
import type { Act, Part } from "./part.ts";
import { type Captured, type Step, type Word, wordsOf } from "./step.ts";

/** How wide a line of the head, and a comment behind a call, may be. */
export const width = 140;
/** Where the comments behind main's calls stand. */
export const column = 30;

function rendered(word: Word): string {
  if (typeof word === "string") {
    // The command line has been looked at already; this is for what comes of the environment, like the current directory.
    printable(word, "give that file or directory another name");
    return quote(word);
  }
  const merged: Captured["parts"][number][] = [];
  for (const part of word.parts) {
    const last = merged.at(-1);
    if (typeof part === "string" && typeof last === "string") merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  // One pair of quotes around all of it, where nothing in it is special between these.
  if (merged.every((part) => typeof part !== "string" || !/[\\"$`!]/.test(part)))
    return `"${merged.map((part, at) => (typeof part === "string" ? part : named(part.name, merged[at + 1]))).join("")}"`;
  return merged.map((part) => (typeof part === "string" ? part && quote(part) : `"$${part.name}"`)).join("");
}

/** A variable, in braces where what follows would be taken for more of its name. */
const named = (name: string, next: unknown) => (typeof next === "string" && /^\w/.test(next) ? `\${${name}}` : `$${name}`);

/** Quoted even where no shell needs it: shellcheck takes a bare `action=test` for a forgotten $(test). */
export function assigned(name: string, value: Word): string {
  const text = rendered(value);
  return `${name}=${text === value ? `'${text}'` : text}`;
}

/** A command as its line. */
export function command(step: Step): string {
  const set = Object.entries(step.env ?? {}).map(([name, value]) => assigned(name, value));
  const line = [...set, ...wordsOf(step).map(rendered)].join(" ");
  const fed = step.stdin === undefined ? line : step.stdin === "none" ? `${line} </dev/null` : `${command(step.stdin)} | ${line}`;
  return step.capture === undefined ? fed : `${step.capture}=$(${fed})`;
}

/** A command's lines, with what is said before it and of it. */
function lines(step: Step, indent: string): readonly string[] {
  const text = command(step);
  const note = step.note === undefined ? [] : ["", `${indent}step ${rendered(step.note)}`];
  if (step.about === undefined) return [...note, `${indent}${text}`];
  const padded = `${indent}${text}`.padEnd(column);
  const behind = `${padded}${padded.endsWith("  ") ? "" : "  "}# ${step.about}`;
  return behind.length <= width - 20 ? [...note, behind] : [...note, `${indent}# ${step.about}`, `${indent}${text}`];
}

export const act = (one: Act): readonly string[] =>
  "when" in one
    ? [`  if ${command(one.when)}; then`, ...one.acts.flatMap((inner) => lines(inner, "    ")), "    return", "  fi"]
    : lines(one, "  ");

/** The one command of a plan, where it is no more than that. */
export function onlyCommand({ main, given, own }: Part): Step | undefined {
  const [only] = main;
  const alone = main.length === 1 && only !== undefined && !("when" in only) && Object.keys({ ...given, ...own }).length === 0;
  return alone && !only.ours && only.capture === undefined && only.note === undefined ? only : undefined;
}
