// Parts of a script: stretches of its main, and what they are given. What their lines call is found by name in lib/shell.
import { type Step, step, type Word } from "./step.ts";

/** Where a step of a run goes on. */
export type Where = "here" | "there" | "both";

/** A line of the script's head: what is done, and with which statuses the run may end there. */
export interface Stage {
  readonly what: string;
  readonly where: Where;
  /** Also in words, where a program's own status is passed on. */
  readonly ends: readonly (number | string)[];
}

/** `if …; then …; return; fi`: what comes to its end before the others. */
export interface When {
  readonly when: Step;
  readonly acts: readonly Step[];
}

export type Act = Step | When;

/** A function of one run alone, as its words are. */
export interface Own {
  readonly about: string;
  readonly lines: readonly Step[];
  /** The words of each call are added to its last line. */
  readonly passes?: true;
  /** The first line that fails ends it, with 1. */
  readonly orFails?: true;
}

export interface Part {
  readonly main: readonly Act[];
  /** Values for the functions it calls, by the names of lib/shell/state.sh. */
  readonly given?: Readonly<Record<string, Word>>;
  readonly own?: Readonly<Record<string, Own>>;
  /** Modules of lib/shell/here of which others define the same functions. */
  readonly from?: readonly string[];
  readonly stages?: readonly Stage[];
  /** Programs that its functions call, where the run is for nothing without them. */
  readonly programs?: readonly string[];
}

export const nothing: Part = { main: [] };

/** A call of a function of lib/shell. @param about said behind it */
export const call = (name: string, words: readonly Word[] = [], about?: string): Step => ({
  ...step(name, words),
  ours: true,
  ...(about !== undefined && { about }),
});

export const stage = (what: string, where: Where, ...ends: Stage["ends"]): Stage => ({ what, where, ends });

/** A part of one call. */
export const calling = (name: string, words: readonly Word[], about: string, ...stages: readonly Stage[]): Part => ({
  main: [call(name, words, about)],
  stages,
});

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Parts one after another. Two different values for one name are a bug. */
export function parts(...some: readonly Part[]): Part {
  const given: Record<string, Word> = {};
  const own: Record<string, Own> = {};
  for (const part of some) {
    for (const [name, value] of Object.entries(part.given ?? {})) {
      if (name in given && !same(given[name], value)) throw new Error(`two values for ${name}`);
      given[name] = value;
    }
    for (const [name, value] of Object.entries(part.own ?? {})) {
      if (name in own && !same(own[name], value)) throw new Error(`two functions ${name}`);
      own[name] = value;
    }
  }
  return {
    main: some.flatMap(({ main }) => main),
    given,
    own,
    from: [...new Set(some.flatMap(({ from }) => from ?? []))],
    stages: some.flatMap(({ stages }) => stages ?? []),
    programs: [...new Set(some.flatMap(({ programs }) => programs ?? []))],
  };
}

/** All commands of a part, those of its own functions among them. */
export const steps = ({ main, own }: Part): readonly Step[] => [
  ...main.flatMap((act) => ("when" in act ? [act.when, ...act.acts] : [act])),
  ...Object.values(own ?? {}).flatMap(({ lines }) => lines),
];

/** Whether a part calls a function. */
export const calls = (part: Part, name: string): boolean => steps(part).some(({ argv }) => argv.includes(name));

/** What a verb comes to: what its script does, and what to say where a program of it is missing. */
export interface Plan extends Part {
  /** Programs that must be on PATH, beside those that it calls: checked before anything runs. By program, what to type where it isn't. */
  readonly needs?: Readonly<Record<string, string | undefined>>;
  /** Whose history it belongs to: what came of it is noted for ops-log. */
  readonly logged?: { readonly host: string; readonly target: string };
  /** What a person is told on stderr before it is printed or run. */
  readonly tells?: string;
  /** Text for stdout, where that is all: it is written without a shell, of which each word has a limit (128 KiB on Linux). */
  readonly says?: string;
}

/** What only writes these lines, of any length. */
export const saying = (some: readonly string[]): Plan => ({
  main: [step("printf", "%s\\n", some)],
  says: some.map((line) => `${line}\n`).join(""),
});

/** What is one command, and no more. */
export const only = (one: Step, ...stages: readonly Stage[]): Plan => ({ main: [one], stages });
