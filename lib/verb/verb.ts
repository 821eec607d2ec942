// A verb: what it takes and the plan it makes of it. Called as a program it parses, plans, and prints or runs.
import { basename } from "node:path";
import type { Fleet } from "../fleet/fleet.ts";
import { again, dispatcher, spelled } from "../here/called.ts";
import type { Inquiry } from "../inquiry/inquiry.ts";
import type { Machine } from "../inventory/setting.ts";
import { outline } from "../script/head.ts";
import type { Plan } from "../script/part.ts";
import { printed, printedTogether, script } from "../script/render.ts";
import { parse } from "../spec/argv.ts";
import { Ended, Refusal } from "../spec/errors.ts";
import { common, type Laned, several } from "../spec/options.ts";
import type { Wrapped } from "../spec/passed.ts";
import type { Given, Purpose, Statuses, Takes, Verb } from "../spec/spec.ts";

interface Described<T extends Takes> {
  /** One line, for the list of verbs and the head of --help. */
  readonly summary: string;
  readonly purpose: Purpose;
  readonly takes: T;
  /** The options that most people need, in that order. */
  readonly most?: readonly (keyof (T & typeof common))[];
  /** The program that gets the words after `--`. */
  readonly passes?: string;
  /** What that one makes of these words. */
  readonly wraps?: Wrapped;
  /** Words after the verb's name, as a person would type them. */
  readonly examples: readonly string[];
  /** A paragraph under the summary, for what that leaves open. */
  readonly description?: string;
  /** What its exit statuses mean, where that is more than of every verb. */
  readonly statuses?: Statuses;
  /** Who speaks in its messages, if not the verb's own name. */
  readonly speaker?: string;
}

/** A verb that does something. */
interface Doing<T extends Takes> extends Described<T> {
  /** Facts first, then a constant plan: no question to network, nix or target here. @throws Ended */
  plan(given: Given<T> & Laned): Plan;
  /** Where the line names no host as an argument: the machine whose settings in hey.toml count as if typed, if any do. @throws Usage */
  machine?(given: Given<T>): Machine | undefined;
  /** For several hosts: what runs when all have been asked, and before the first is changed. @throws Ended */
  before?(given: Given<T>, hosts: readonly string[], dir: string): Plan | undefined;
  /** Whether a line of it only looks: then it goes on without what a hey.toml has that the user has not trusted. */
  looks?(given: Given<T>): boolean;
  /** What it sends is secret, so that nobody but the user may say where it goes. */
  readonly sendsSecrets?: boolean;
  /** What is given instead for several hosts. @throws Usage for what only one can have */
  adapted?(given: Given<T>): Given<T>;
  /** What is asked of several hosts, where that is a question. @throws Ended */
  inquire?(given: Given<T>): Inquiry;
}

/** A verb that asks machines, and shows what they are like. */
interface Asking<T extends Takes> extends Described<T> {
  /** As for plan. @throws Ended */
  inquire(given: Given<T>): Inquiry;
}

export type Spec<T extends Takes> = Doing<T> | Asking<T>;

/** A reader that has gone (head) is no error of ours; a full disk is said. A terminal that has gone ends nothing that is under way. */
function sayWhenUnwritable(name: string): void {
  process.stderr.on("error", () => undefined);
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

/** What a verb comes to. */
type Made = Plan | Fleet | Inquiry;

/** The plan for what was typed, with what is known of the host that it names, or of the several that it selects. */
function planned<T extends Takes>(name: string, spec: Spec<T>, given: Given<T>): Made {
  const { sshOption = [] } = given as { readonly sshOption?: readonly string[] };
  if ("target" in given && (given.target !== undefined || sshOption.length > 0 || process.env["NIX_SSHOPTS"])) {
    const { requireOwnTarget } = require("../inventory/other-host.ts") as typeof import("../inventory/other-host.ts");
    requireOwnTarget(name, spec.takes, given);
  }
  if (!("plan" in spec)) return spec.inquire(given);
  if (spec.inquire !== undefined && several(given)) return spec.inquire(given);
  const { host } = spec.takes;
  const isNamed = host?.kind === "arg" && !host.optional;
  if (isNamed && several(given)) {
    const { fleetOf } = require("../fleet/fleet.ts") as typeof import("../fleet/fleet.ts");
    return fleetOf(name, spec, given);
  }
  const machine = isNamed ? machineNamed(given) : spec.machine?.(given);
  if (machine === undefined) return spec.plan(given);
  // Loaded only where there are settings to look for.
  const { planFor } = require("../inventory/settings.ts") as typeof import("../inventory/settings.ts");
  return planFor(spec, given, machine);
}

/** The machine that a line for one host names. @throws Usage */
function machineNamed(given: object): Machine {
  const { machineTyped } = require("../inventory/inventory.ts") as typeof import("../inventory/inventory.ts");
  return machineTyped(given as Parameters<typeof machineTyped>[0]);
}

/** All that is printed of it, in the order in which it begins. */
function shown(name: string, made: Made, line: string, planOnly: boolean): readonly string[] {
  const one = (plan: Plan) => (planOnly ? outline(plan, line) : printed(name, plan, line));
  if (!("lanes" in made || "questions" in made)) return [one(made)];
  const [first, some] = "lanes" in made ? [made.build, made.lanes] : [made.beside, made.questions];
  const rest = printedTogether(name, some, line, planOnly);
  return [...(first === undefined ? [] : [one(first)]), ...rest];
}

/** The hosts of a flake that nix said last. Nobody is asked, for a line that is refused. */
function hostsKnown(flake: string | undefined): readonly string[] {
  const { findFlake } = require("../here/flake.ts") as typeof import("../here/flake.ts");
  const { lastHosts } = require("../here/hosts.ts") as typeof import("../here/hosts.ts");
  try {
    return lastHosts(findFlake(flake, "as given")) ?? [];
  } catch (error) {
    if (error instanceof Ended) return [];
    throw error;
  }
}

async function main(verb: Verb, wraps: Wrapped | undefined, plan: (given: never) => Made): Promise<void> {
  const typed = spelled(verb.name);
  sayWhenUnwritable(verb.name);
  requireDirectory();
  const requireMeaning = (proposed: Readonly<Record<string, unknown>>) => {
    const { requireSelection } = require("../inventory/inventory.ts") as typeof import("../inventory/inventory.ts");
    requireSelection(proposed);
  };
  const given = parse(
    { takes: verb.takes, passes: verb.passes, wraps, typed, requireMeaning, hosts: hostsKnown },
    process.argv.slice(2),
  );
  if (given === "help" || given === "brief") {
    const texts = require("../spec/help.ts") as typeof import("../spec/help.ts");
    const { shortOf } = require("./verbs.ts") as typeof import("./verbs.ts");
    const short = shortOf(verb.name);
    process.stdout.write(texts[given](verb, typed, short && `${dispatcher} ${short}`));
    return;
  }
  const made = plan(given as never);
  if ("tells" in made && made.tells !== undefined) process.stderr.write(`${verb.name}: ${made.tells}\n`);
  const line = again(verb.name);
  if (given["print"] !== undefined) {
    process.stdout.write(shown(verb.name, made, line, given["print"] === "plan").join("\n"));
    return;
  }
  if ("lanes" in made) {
    const { runFleet } = require("../fleet/run.ts") as typeof import("../fleet/run.ts");
    process.exitCode = await runFleet(verb.name, made);
    return;
  }
  if ("questions" in made) {
    const { runInquiry } = require("../inquiry/run.ts") as typeof import("../inquiry/run.ts");
    process.exitCode = await runInquiry(verb.name, made);
    return;
  }
  if (made.says !== undefined) {
    process.stdout.write(made.says);
    return;
  }
  // Loaded only to run: --print must not pay for zx.
  const { run } = require("../run/run.ts") as typeof import("../run/run.ts");
  process.exitCode = await run(verb.name, made, script(verb.name, made, line));
}

/**
 * Declares the verb of this file and, when the file is the program, runs it.
 * @param self the file's own `module`; its name is the verb's
 */
export function verb<T extends Takes>(self: NodeModule, spec: Spec<T>): Verb & { readonly spec: Spec<T> } {
  const { summary, purpose, most = [], passes, examples, description, statuses } = spec;
  const name = basename(self.filename, ".ts");
  const made: Verb = {
    name,
    summary,
    purpose,
    most: most as readonly string[],
    passes,
    examples,
    description,
    statuses,
    takes: { ...spec.takes, ...common },
  };
  if (require.main === self) {
    // After this file has been evaluated: help loads all verbs, its own among them.
    Promise.resolve()
      .then(() => main(made, spec.wraps, (given) => planned(name, spec, given)))
      .catch((error: unknown) => {
        if (!(error instanceof Ended)) throw error;
        process.stderr.write(`${spec.speaker ?? name}: ${error.message}\n`);
        process.exitCode = error.status;
      });
  }
  return { ...made, spec };
}
