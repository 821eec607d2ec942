// A verb: what it takes and the plan it makes of it. Called as a program it parses, plans, and prints or runs.
import { basename } from "node:path";
import { parse } from "./argv.ts";
import { spelled } from "./called.ts";
import { Ended, Refusal } from "./errors.ts";
import { render } from "./script.ts";
import { common, type Given, type Takes } from "./spec.ts";
import type { Plan } from "./step.ts";

export interface Spec<T extends Takes> {
  /** One line, for the list of verbs and the head of --help. */
  readonly summary: string;
  readonly takes: T;
  /** The program that gets the words after `--`. */
  readonly passes?: string;
  /** Words after the verb's name, as a person would type them. */
  readonly examples: readonly string[];
  /** Who speaks in its messages, if not the verb's own name. */
  readonly speaker?: string;
  /** Facts first, then a constant plan: no question to network, nix or target here. @throws Ended */
  plan(given: Given<T>): Plan;
}

/** A verb as the help, the completions and the dispatcher see it. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Its own parameters and the common ones. */
  readonly takes: Takes;
  readonly passes: string | undefined;
  readonly examples: readonly string[];
}

/** A reader that has gone (head) is no error of ours; a full disk is said. */
function sayWhenUnwritable(name: string): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.stderr.write(`${name}: stdout can't be written: ${error.code}\n`);
    process.exitCode = error.code === "EPIPE" ? 141 : 1;
  });
}

/** @throws Refusal where the current directory has been deleted: neither node nor a shell can work from there */
function requireDirectory(): void {
  try {
    process.cwd();
  } catch {
    throw new Refusal("the current directory is gone", "cd");
  }
}

async function main(verb: Verb, plan: (given: never) => Plan): Promise<void> {
  const typed = spelled(verb.name);
  sayWhenUnwritable(verb.name);
  requireDirectory();
  const given = parse({ takes: verb.takes, passes: verb.passes, typed }, process.argv.slice(2));
  if (given === "help") {
    const { help } = require("./help.ts") as typeof import("./help.ts");
    process.stdout.write(help(verb, typed));
    return;
  }
  const made = plan(given as never);
  const text = render(verb.name, made);
  if (given["print"] === true) {
    process.stdout.write(text);
    return;
  }
  // Loaded only to run: --print must not pay for zx.
  const { run } = require("./run.ts") as typeof import("./run.ts");
  process.exitCode = await run(verb.name, made, text);
}

/**
 * Declares the verb of this file and, when the file is the program, runs it.
 * @param self the file's own `module`; its name is the verb's
 */
export function verb<T extends Takes>(self: NodeModule, spec: Spec<T>): Verb & { readonly spec: Spec<T> } {
  const { summary, passes, examples } = spec;
  const name = basename(self.filename, ".ts");
  const made: Verb = {
    name,
    summary,
    passes,
    examples,
    takes: { ...spec.takes, ...common },
  };
  if (require.main === self) {
    // After this file has been evaluated: help loads all verbs, its own among them.
    Promise.resolve()
      .then(() => main(made, (given) => spec.plan(given)))
      .catch((error: unknown) => {
        if (!(error instanceof Ended)) throw error;
        process.stderr.write(`${spec.speaker ?? name}: ${error.message}\n`);
        process.exitCode = error.status;
      });
  }
  return { ...made, spec };
}
