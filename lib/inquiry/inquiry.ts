// Questions to machines, all at once, and what is made of the answers. They change nothing. Values only; lib/inquiry/run.ts asks.
import { flakeMeant } from "../inventory/flake.ts";
import { machinesMeant, machineTyped } from "../inventory/inventory.ts";
import type { Machine } from "../inventory/setting.ts";
import type { Plan } from "../script/part.ts";
import type { Evaluated } from "../spec/options.ts";
import type { SshGiven } from "../target/ssh.ts";
import type { Facts } from "./facts.ts";

/** What one machine is asked: a script, and its stdout is facts. */
export interface Question {
  readonly host: string;
  readonly target: string;
  readonly plan: Plan;
}

export interface Answer {
  readonly host: string;
  readonly target: string;
  /** The script's; undefined where it was ended, as it took too long. */
  readonly status: number | undefined;
  readonly facts: Facts;
  /** Its stdout, as it came. */
  readonly out: string;
  /** The lines of its stderr; and why there is no answer, where one of them says so. */
  readonly errors: readonly string[];
  readonly said: string;
  /** Milliseconds that it took. */
  readonly ms: number;
  /** When it was over, in milliseconds since 1970. */
  readonly at: number;
}

export interface Report {
  /** For stdout. */
  readonly text: string;
  /** To exit with. */
  readonly status: number;
  /** A file to write. */
  readonly file?: { readonly path: string; readonly text: string } | undefined;
}

export interface Inquiry {
  readonly questions: readonly Question[];
  /** What is found out here meanwhile, an evaluation say: its stdout is facts too. It may say on stderr what it does. */
  readonly beside?: Plan | undefined;
  /** Seconds that a machine may take. */
  readonly patience: number;
  /** Seconds after which all are asked again, until ^C. */
  readonly again?: number | undefined;
  /** Whether the text is for programs: on a terminal too, each report then follows the one before. */
  readonly data?: boolean;
  /** @param beside undefined where nothing was to be found out here */
  report(answers: readonly Answer[], beside: Answer | undefined): Report;
}

interface Chosen extends SshGiven, Evaluated {
  readonly host: string | undefined;
  readonly target: string | undefined;
  readonly flake: string | undefined;
  readonly on: string | undefined;
  readonly all: boolean;
}

/**
 * The machines that a line asks about: the one that it names, those that it selects, or all.
 * @throws Usage for a selection that means nothing
 */
export function machinesAsked(given: Chosen): readonly Machine[] {
  const { host, target, flake, on, all } = given;
  if (host !== undefined) return [{ ...machineTyped({ ...given, host }), ...(target !== undefined && { target }) }];
  return machinesMeant(flakeMeant(flake, "as given", given, "say"), given, { on, all });
}
