// The commands of a plan, as values. Nothing here runs or prints anything.
import type { Elevation } from "../spec/options.ts";
import { quote } from "../spec/quote.ts";

/** A word with shell variables of the script in it; their values are known only while it runs. */
export interface Captured {
  /** Literal text, and names of variables. */
  readonly parts: readonly (string | { readonly name: string })[];
  /** Shell text without a single quote in it, variables and all. */
  readonly script?: true;
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
  readonly note?: string;
}

/** Constant shell text of a file under lib/shell/, after the variables that it reads. */
export interface Fragment {
  /** The file, relative to lib/shell/. */
  readonly file: string;
  readonly set: Readonly<Record<string, Word>>;
}

/** A function of the script: the command, to which the words of each call are added. */
export interface Definition {
  readonly define: string;
  readonly as: Step;
}

export type Line = Step | Fragment | Definition;

/** What a verb comes to: the lines of its script, and what to say where a program of it is missing. */
export interface Plan {
  readonly lines: readonly Line[];
  /** Programs that must be on PATH, beside those that the lines call: checked before the first line runs. By program, what to type where it isn't. */
  readonly needs?: Readonly<Record<string, string | undefined>>;
  /** Whose history it belongs to: what came of it is noted for ops-log. */
  readonly logged?: { readonly host: string; readonly target: string };
  /** What nix evaluates on the way: completions offer the host from then on. */
  readonly evaluates?: { readonly dir: string | undefined; readonly host: string };
  /** Text for stdout, where that is all: it is written without a shell, of which each word has a limit (128 KiB on Linux). */
  readonly says?: string;
}

type Falsy = false | undefined | "";

/** A command of these words; falsy ones vanish (an empty word that is meant stands in an array). */
export function step(...words: readonly (Word | Falsy | readonly Word[])[]): Step {
  return {
    argv: words.filter((word): word is Word | readonly Word[] => Boolean(word)).flat() as Word[],
  };
}

/** What only writes these lines, of any length. */
export const saying = (lines: readonly string[]): Plan => ({
  lines: [step("printf", "%s\\n", lines)],
  says: lines.map((line) => `${line}\n`).join(""),
});

export const fragment = (file: string, set: Readonly<Record<string, Word>> = {}): Fragment => ({ file, set });

export const define = (name: string, as: Step): Definition => ({
  define: name,
  as,
});

export const variable = (name: string): Captured => ({ parts: [{ name }] });

/** One word of several parts, literal or not. */
export const joined = (...words: readonly Word[]): Captured => ({
  parts: words.flatMap((word) => (typeof word === "string" ? [word] : word.parts)),
});

/** The same command as root. */
export function elevated(by: Elevation, inner: Step): Step {
  return by === "none" ? inner : { ...inner, argv: [by, ...inner.argv] };
}

/**
 * One word for a far shell: every word of the command quoted for it, joined. A variable's value is not known yet and
 * stands between double quotes there, so only values that no shell sees anything in may (store paths).
 */
export function farWord(words: readonly Word[]): Captured {
  const far = (word: Word): readonly Word[] => {
    if (typeof word === "string") return [quote(word)];
    return word.script ? ["'", word, "'"] : ['"', word, '"'];
  };
  return joined(...words.flatMap((word, at) => [at === 0 ? "" : " ", ...far(word)]));
}
