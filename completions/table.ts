// What the shells have to know of a verb, with all that is only implied in its spec spelled out.
import { apartFrom } from "../lib/spec/conflicts.ts";
import type { Choices, Param, Source, Verb } from "../lib/spec/spec.ts";
import type { Topic } from "../lib/verb/topics.ts";
import { shortOf } from "../lib/verb/verbs.ts";

export interface Value {
  /** What stands for it in the help: HOST, DIR. */
  readonly label: string;
  /** Where the shell looks for it; "choices" are in the table's own list, and "own-targets" are those without the other hosts of the flake. */
  readonly from: Exclude<Source, Choices> | "choices" | "own-targets";
}

export interface OptionRow {
  /** Without dashes. */
  readonly name: string;
  /** As it is typed, the short one first. */
  readonly spelled: readonly string[];
  readonly help: string;
  /** The first words of its heading in the help; undefined where it has none. */
  readonly group: string | undefined;
  readonly value?: Value;
  /** The second of two words that it takes. */
  readonly second?: Value;
  readonly many: boolean;
  /** The spellings of what it can't stand beside; "all" for an option that makes all others pointless. */
  readonly excludes: readonly string[] | "all";
}

export interface Table {
  /** `ops-deploy`. */
  readonly verb: string;
  readonly summary: string;
  readonly options: readonly OptionRow[];
  readonly args: readonly (Value & { readonly name: string; readonly help: string })[];
  /** The help of the command that ends the verb's own words. */
  readonly rest?: string;
  /** The program that gets the words after `--`. */
  readonly program?: string;
  /** By the parameter that takes them. */
  readonly choices: readonly { readonly of: string; readonly word: string; readonly help: string }[];
}

/** A target that stands behind a host is no other host (lib/inventory/other-host.ts). */
const behind = ({ takes }: Verb, value: Value): Value =>
  value.from === "targets" && takes["host"]?.kind === "arg" ? { ...value, from: "own-targets" } : value;

const value = (label: string, from: Source): Value => ({ label, from: typeof from === "object" ? "choices" : from });

function spelled(name: string, param: Param | undefined): string[] {
  const short = param !== undefined && "short" in param && param.short !== undefined ? [`-${param.short}`] : [];
  return [...short, `--${name}`];
}

function without({ takes }: Verb, name: string): OptionRow["excludes"] {
  if (name === "help") return "all";
  return apartFrom(takes, name).flatMap((other) => spelled(other, takes[other]));
}

/** The table of one verb. */
export function tableOf(verb: Verb): Table {
  const params = Object.entries(verb.takes);
  const rest = params.map(([, param]) => param).find((param) => param.kind === "rest");
  // `passes` is written for people: the program is its first word.
  const program = /^[\w-]+/.exec(verb.passes ?? "")?.[0];
  return {
    verb: verb.name,
    summary: verb.summary,
    options: params.flatMap(([name, param]): OptionRow[] => {
      if (param.kind !== "flag" && param.kind !== "option") return [];
      const row = {
        name,
        spelled: spelled(name, param),
        help: param.help,
        group: param.group?.replace(/:.*/, ""),
        excludes: without(verb, name),
      };
      return [
        param.kind === "flag" || param.bare !== undefined
          ? { ...row, many: false }
          : {
              ...row,
              ...{ many: param.many, value: value(param.value, param.from) },
              ...(param.second === undefined ? {} : { second: value(param.second.value, param.second.from) }),
            },
      ];
    }),
    args: params.flatMap(([name, param]) =>
      param.kind === "arg" ? [{ name, help: param.help, ...behind(verb, value(name.toUpperCase(), param.from)) }] : [],
    ),
    choices: params.flatMap(([of, param]) =>
      // What stands only behind '=' is not offered as a word.
      "from" in param && typeof param.from === "object" && !("bare" in param)
        ? Object.entries(param.from).map(([word, help]) => ({ of, word, help }))
        : [],
    ),
    ...(rest === undefined ? {} : { rest: rest.help }),
    ...(program === undefined ? {} : { program }),
  };
}

/** What `hey` offers in the first place and, after a first word that several verbs share, in the second. */
export interface Dispatched {
  readonly firsts: readonly { readonly word: string; readonly help: string }[];
  readonly seconds: readonly { readonly first: string; readonly word: string; readonly help: string }[];
  /** The first words that stand for `ops` and themselves. */
  readonly shorts: readonly string[];
  /** What `hey help` takes beside verbs. */
  readonly topics: readonly { readonly word: string; readonly help: string }[];
}

/** `ops-push-keys` is typed `ops push-keys`: scripts/hey joins two words at most. */
export function dispatched(tables: readonly Table[], about: readonly Topic[]): Dispatched {
  const seconds = tables.flatMap(({ verb, summary }) => {
    const [, first, word] = /^([^-]+)-(.+)$/.exec(verb) ?? [];
    return first === undefined || word === undefined ? [] : [{ first, word, help: summary }];
  });
  const groups = [...new Set(seconds.map(({ first }) => first))].map((first) => ({
    word: first,
    help: seconds.flatMap((second) => (second.first === first ? [second.word] : [])).join(", "),
  }));
  const single = tables.filter(({ verb }) => !verb.includes("-")).map(({ verb, summary }) => ({ word: verb, help: summary }));
  const short = tables.flatMap(({ verb, summary }) => {
    const word = shortOf(verb);
    return word === undefined ? [] : [{ word, help: summary }];
  });
  return {
    firsts: [...single, ...short, ...groups].sort((a, b) => (a.word < b.word ? -1 : 1)),
    seconds,
    shorts: short.map(({ word }) => word),
    topics: about.map(({ name, summary }) => ({ word: name, help: summary })),
  };
}

/** The options of `hey` itself (scripts/hey). */
export const heyOptions = [
  { word: "--help", help: "show the commands, or the help of one" },
  { word: "--version", help: "show hey's version" },
] as const;
