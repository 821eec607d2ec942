// What a verb takes, declared once: parsing, --help, types and completions are read off it.

/** Choices a word is taken from, each with the line that completions and --help show for it. */
export type Choices = Readonly<Record<string, string>>;

/**
 * Where the words for a value come from. It decides what is refused (lib/spec/words.ts) and what the shell offers at
 * TAB. `text` is free; for it, seconds, numbers, shares (N or N%), orders, phases, specialisations, inputs, tags and pairs (KEY=VALUE for ssh) nothing is offered.
 * `machines` is a selection (lib/inventory/selection.ts).
 */
export type Source =
  | "hosts"
  | "targets"
  | "flakes"
  | "dirs"
  | "files"
  | "seconds"
  | "number"
  | "share"
  | "order"
  | "generations"
  | "phases"
  | "specialisations"
  | "inputs"
  | "machines"
  | "tags"
  | "pairs"
  | "text"
  | Choices;

/** A positional word. */
export interface Arg {
  readonly kind: "arg";
  readonly help: string;
  readonly from: Source;
  readonly optional: boolean;
  /** What it is where it is left out. */
  readonly otherwise?: string;
  /** Options that stand in its place: with one of them it is left out (the plan is given it all the same), without one it must be there. */
  readonly unless?: readonly string[];
  /**
   * Where the line has none it is what hey.toml or ssh's configuration says of the host (lib/inventory/inventory.ts), and else its name or
   * nothing.
   */
  readonly known?: "by name too" | "where said";
}

/** All the words that are left, untouched: a command for the other side. Only after the last positional word. */
export interface Rest {
  readonly kind: "rest";
  readonly help: string;
}

/**
 * That an option may stand in hey.toml (lib/inventory/settings.ts): for every use of it, or, where it is a detail of others, for those with
 * one of these.
 */
export type Kept = "always" | readonly string[];

/**
 * Why a setting of hey.toml counts only in a file that this user has trusted (hey trust), as the file comes with its repository: it runs a
 * program, here or on the host; or it leads a connection elsewhere, which decides who gets the secrets of a verb that sends some. "by value"
 * where its values differ in that (lib/inventory/settable-ssh.ts).
 */
export type Trust = "runs" | "leads" | "by value";

/** An option without a value. */
export interface Flag {
  readonly kind: "flag";
  readonly help: string;
  readonly short?: string;
  /** The option that it leaves out where hey.toml says that one. */
  readonly negates?: string;
  readonly kept?: Kept;
  readonly trust?: Trust;
  /** The heading under which help has it. */
  readonly group?: string;
  /** It may be typed with no- before its name too: then it does not count, whatever hey.toml says. */
  readonly negated?: true;
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
  /** Of a number: the least and the greatest. */
  readonly range?: readonly [number, number];
  readonly short?: string;
  /** The empty word is a value, too. */
  readonly empty?: true;
  readonly kept?: Kept;
  readonly trust?: Trust;
  readonly group?: string;
  readonly negated?: true;
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
        : P extends
              | (Arg & { readonly known: string })
              | (Arg & { readonly otherwise: string })
              | (Arg & { readonly optional: false })
              | (Option & { readonly required: true })
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

/** A positional word that may be left out, and then is this one. */
export const argOr = (help: string, from: Source, otherwise: string) =>
  ({ kind: "arg", help, from, optional: true, otherwise }) as const satisfies Arg;
/** A positional word in whose place one of these options may stand. */
export const argUnless = (help: string, from: Source, unless: readonly string[]) =>
  ({ kind: "arg", help, from, optional: false, unless }) as const satisfies Arg;
/** A target that need not be typed, as it is known of the host. */
export const knownTarget = <K extends "by name too" | "where said">(help: string, known: K) =>
  ({ kind: "arg", help, from: "targets", optional: true, known }) as const satisfies Arg;

export const rest = (help: string): Rest => ({ kind: "rest", help });

interface Extras {
  readonly short?: string;
  readonly bare?: string;
  readonly range?: readonly [number, number];
  readonly empty?: true;
  readonly kept?: Kept;
  readonly trust?: Trust;
  readonly negated?: true;
}

export const flag = (help: string, extras: Omit<Extras, "bare" | "range"> = {}): Flag => ({
  kind: "flag",
  help,
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
    ...extras,
  } as const satisfies Option;
}

/** An option of two words each time; it may be given more than once. */
export function pairs(first: readonly [string, Source], second: readonly [string, Source], help: string, extras: Extras = {}) {
  const [value, from] = second;
  return { ...options(first[0], help, first[1], extras), second: { value, from } } as const satisfies Option;
}

/** Options under a heading of their own, each that is negated followed by its contrary. Arguments have no heading. */
export function group<T extends Takes>(heading: string, takes: T): T {
  const all = Object.entries(takes).flatMap(([name, param]): (readonly [string, Param])[] => {
    if (!isOption(param)) return [[name, param]];
    const own = [name, { ...param, group: heading }] as const;
    if (param.negated === undefined) return [own];
    const contrary = { ...flag(`turn off ${name} from hey.toml`), group: heading, negates: name };
    return [own, [`no-${name}`, contrary]];
  });
  return Object.fromEntries(all) as T;
}

export const isOption = (param: Param): param is Flag | Option => param.kind === "flag" || param.kind === "option";

/** How an option is typed: its name, and its letter. */
export const dashed = (name: string, param: Param) =>
  "short" in param && param.short ? [`--${name}`, `-${param.short}`] : [`--${name}`];

/** The name of a parameter as a plan is given it. */
export const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** What exit statuses mean, by number. */
export type Statuses = Readonly<Record<number, string>>;

/** What verbs are for: the headings of `hey help`, in its order. */
export const purposes = ["Deploy", "Look", "Set up", "This machine", "Help"] as const;
export type Purpose = (typeof purposes)[number];

/** A verb as the help, the completions and the dispatcher see it. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly purpose: Purpose;
  /** The options that most people need: `-h` shows these, `--help` shows them first. */
  readonly most: readonly string[];
  /** Its own parameters and the common ones. */
  readonly takes: Takes;
  readonly passes: string | undefined;
  readonly examples: readonly string[];
  readonly description: string | undefined;
  /** Its own. */
  readonly statuses: Statuses | undefined;
}
