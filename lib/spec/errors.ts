/** An end that is not a bug: one line for a person, and the status to exit with. */
export class Ended extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The words given are wrong, whatever the state of things: exit 2. */
export class Usage extends Ended {
  constructor(what: string, instead?: string) {
    super(oneLine(what, instead), 2);
  }
}

/** The words are right, but as things are it would do harm or can't be done: exit 1. */
export class Refusal extends Ended {
  constructor(what: string, instead?: string) {
    super(oneLine(what, instead), 1);
  }
}

const oneLine = (what: string, instead?: string) => (instead === undefined ? what : `${what}. Try: ${instead}`);

/**
 * A word from outside, fit to stand in a message: at most 80 characters, and nothing in it that moves a cursor,
 * turns the reading direction or can't be seen.
 */
export function shown(word: string): string {
  const visible = word.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0\ufffd]|(?! )\p{Zs}/gu,
    (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
  const points = [...visible];
  return `'${points.length > 80 ? `${points.slice(0, 79).join("")}…` : visible}'`;
}

/** Names in a message: the first eight. */
export const some = (names: readonly string[]): string => `${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}`;

/** How many mistakes a word of that length may have: in one of two letters each letter makes another name. */
const mistakes = (length: number) => (length < 3 ? 0 : length < 6 ? 1 : length < 12 ? 2 : 3);

/** The mistakes that make one word of another; two letters that have changed places are one. */
function mistaken(word: string, name: string): number {
  // Loaded only where a word is wrong.
  const { distance } = require("fastest-levenshtein") as typeof import("fastest-levenshtein");
  const swapped = word
    .slice(1)
    .split("")
    .map((letter, at) => 1 + distance(`${word.slice(0, at)}${letter}${word[at]}${word.slice(at + 2)}`, name));
  return Math.min(distance(word, name), ...swapped);
}

/** The candidates that a misspelt word was probably meant to be, nearest first; none when nothing is near. */
export function near(word: string, candidates: Iterable<string>): string[] {
  const typed = word.slice(0, 80).toLowerCase();
  const { length } = typed.replace(/^[-@]+/, "");
  const some = [...candidates]
    .map((name) => ({ name, steps: mistaken(typed, name.toLowerCase()) }))
    .filter(({ name, steps }) => steps <= mistakes(length) || (length > 2 && name.startsWith(word)))
    .sort((a, b) => a.steps - b.steps);
  // In another case it is that word.
  return some
    .filter(({ steps }) => steps === 0 || some[0]?.steps !== 0)
    .map(({ name }) => name)
    .slice(0, 3);
}

/** `; did you mean a, b or c?`, or nothing. */
export function asked(names: readonly string[]): string {
  const [last, ...others] = [...names].reverse();
  return last === undefined ? "" : `; did you mean ${others.length === 0 ? last : `${others.reverse().join(", ")} or ${last}`}?`;
}

/** The same for a misspelt word. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => asked(near(word, candidates));
