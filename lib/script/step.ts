// The commands of a plan, as values. Nothing here runs or prints anything.
import type { Elevation } from "../spec/options.ts";

/** A word with shell variables of the script in it; their values are known only while it runs. */
export interface Captured {
  /** Literal text, and names of variables. */
  readonly parts: readonly (string | { readonly name: string })[];
}

export type Word = string | Captured;

/** One command, final: what is here is what runs. */
export interface Step {
  readonly argv: readonly Word[];
  /** Variables set for this command alone. */
  readonly env?: Readonly<Record<string, Word>>;
  /** Variables that this command alone doesn't see. */
  readonly unset?: readonly string[];
  /** The command whose output it reads; "none" for /dev/null. By default it reads the script's own input. */
  readonly stdin?: Step | "none";
  /** The variable that takes its output. */
  readonly capture?: string;
  /** Said on stderr before it runs. */
  readonly note?: Word;
  /** A function of lib/shell, and no program. */
  readonly ours?: true;
  /** What it does, for a reader: a comment of the script. */
  readonly about?: string;
}

type Falsy = false | undefined | "";

/** A command of these words; falsy ones vanish (an empty word that is meant stands in an array). */
export function step(...words: readonly (Word | Falsy | readonly Word[])[]): Step {
  return {
    argv: words.filter((word): word is Word | readonly Word[] => Boolean(word)).flat() as Word[],
  };
}

export const variable = (name: string): Captured => ({ parts: [{ name }] });

/** One word of several parts, literal or not. */
export const joined = (...words: readonly Word[]): Captured => ({
  parts: words.flatMap((word) => (typeof word === "string" ? [word] : word.parts)),
});

/** A command's words behind a function that runs it: with what it doesn't see. */
export const wordsOf = ({ unset = [], argv }: Step): readonly Word[] => [
  ...(unset.length === 0 ? [] : ["env", ...unset.flatMap((name) => ["-u", name])]),
  ...argv,
];

/** The same command as root. */
export function elevated(by: Elevation, inner: Step): Step {
  return by === "none" ? inner : { ...inner, argv: [by, ...inner.argv] };
}
