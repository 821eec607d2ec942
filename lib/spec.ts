// What a verb takes, declared once: parsing, --help, types and completions are read off it.

/** Choices a word is taken from, each with the line that completions and --help show for it. */
export type Choices = Readonly<Record<string, string>>;

/**
 * Where the words for a value come from. It decides what is refused (lib/words.ts) and what the shell offers at
 * TAB. `text` is free; for it, seconds, phases, specialisations and inputs nothing is offered.
 */
export type Source =
  | "hosts"
  | "targets"
  | "flakes"
  | "dirs"
  | "files"
  | "seconds"
  | "generations"
  | "phases"
  | "specialisations"
  | "inputs"
  | "text"
  | Choices;

/** A positional word. */
export interface Arg {
  readonly kind: "arg";
  readonly help: string;
  readonly from: Source;
  readonly optional: boolean;
}

/** All the words that are left, untouched: a command for the other side. Only after the last positional word. */
export interface Rest {
  readonly kind: "rest";
  readonly help: string;
}

/** An option without a value. */
export interface Flag {
  readonly kind: "flag";
  readonly help: string;
  readonly short?: string;
  /** Names of options that make no sense beside this one (it is enough that one of a pair names the other). */
  readonly excludes: readonly string[];
}

/** An option with a value, written `--name value` or `--name=value`. */
export interface Option {
  readonly kind: "option";
  readonly help: string;
  /** The value's name in the help: HOST, DIR, … */
  readonly value: string;
  readonly from: Source;
  /** May be given more than once; the verb then gets an array. */
  readonly many: boolean;
  readonly required: boolean;
  /** The second of two words that it takes: `--name FIRST SECOND`, as some of nixos-anywhere's do. */
  readonly second?: { readonly value: string; readonly from: Source };
  /** What it means without a value. A value then stands behind '=', or is a number. */
  readonly bare?: string;
  readonly short?: string;
  readonly excludes: readonly string[];
}

export type Param = Arg | Rest | Flag | Option;

/** A verb's parameters by name; the positional ones are taken in this order. */
export type Takes = Readonly<Record<string, Param>>;

/** What parsing yields for one parameter. */
type Value<P extends Param> = P extends { readonly second: object }
  ? readonly (readonly [string, string])[]
  : P extends Flag
    ? boolean
    : P extends Rest
      ? readonly string[]
      : P extends Option & { readonly many: true }
        ? readonly string[]
        : P extends (Arg & { readonly optional: false }) | (Option & { readonly required: true })
          ? string
          : string | undefined;

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

/** What a verb's plan is given: names in camelCase, `passed` holds the words after `--`. */
export type Given<T extends Takes> = {
  readonly [K in keyof T & string as Camel<K>]: Value<T[K]>;
} & {
  readonly passed: readonly string[];
};

export function arg(help: string, from: Source): Arg & { readonly optional: false };
export function arg(help: string, from: Source, optional: "optional"): Arg & { readonly optional: true };
export function arg(help: string, from: Source, optional?: "optional"): Arg {
  return { kind: "arg", help, from, optional: optional !== undefined };
}

export const rest = (help: string): Rest => ({ kind: "rest", help });

interface Extras {
  readonly short?: string;
  readonly bare?: string;
  readonly excludes?: readonly string[];
}

export const flag = (help: string, extras: Omit<Extras, "bare"> = {}): Flag => ({
  kind: "flag",
  help,
  excludes: [],
  ...extras,
});

/** An option that may be left out. */
export function option(value: string, help: string, from: Source = "text", extras: Extras = {}) {
  return {
    kind: "option",
    help,
    value,
    from,
    many: false,
    required: false,
    excludes: [],
    ...extras,
  } as const satisfies Option;
}

/** An option that must be given. */
export function required(value: string, help: string, from: Source, extras: Extras = {}) {
  return {
    kind: "option",
    help,
    value,
    from,
    many: false,
    required: true,
    excludes: [],
    ...extras,
  } as const satisfies Option;
}

/** An option that may be given more than once. */
export function options(value: string, help: string, from: Source = "text", extras: Extras = {}) {
  return {
    kind: "option",
    help,
    value,
    from,
    many: true,
    required: false,
    excludes: [],
    ...extras,
  } as const satisfies Option;
}

/** An option of two words each time; it may be given more than once. */
export function pairs(first: readonly [string, Source], second: readonly [string, Source], help: string, extras: Extras = {}) {
  const [value, from] = second;
  return { ...options(first[0], help, first[1], extras), second: { value, from } } as const satisfies Option;
}

/** The options that every verb has. */
export const common = {
  print: flag("print the exact shell script instead of running it"),
  help: flag("show this help", { short: "h" }),
} satisfies Takes;

/** The option of every verb that uses a flake. */
export const flakeOption = option("REF", "the flake that holds the machines: a directory or a flake reference", "flakes");
