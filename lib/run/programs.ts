// What a run needs of this machine, looked for before anything is done: programs, and a terminal.
import { isRoot, onPath } from "../here/machine.ts";
import { type Plan, steps } from "../script/part.ts";
import { functionsOf } from "../script/render.ts";
import type { Step } from "../script/step.ts";
import { Refusal, shown } from "../spec/errors.ts";
import { elevations } from "../spec/options.ts";

/** Words without an `env` before them, and what it sets and takes out. */
function withoutEnv(words: Step["argv"]): Step["argv"] {
  const [first, second] = words.map(String);
  if (first === "env") return withoutEnv(words.slice(1));
  if (first === "-u") return withoutEnv(words.slice(2));
  return first !== undefined && second !== undefined && /^[A-Z_]+=/.test(first) ? withoutEnv(words.slice(1)) : words;
}

/**
 * The programs that a plan's steps call, behind an elevating one and functions that call what they are given, too; the script's own functions
 * are none.
 */
function programs(plan: Plan, text: string): Set<string> {
  const functions = functionsOf(text);
  const called = (step: Step): readonly unknown[] => {
    const [first, ...others] = withoutEnv(step.argv);
    const elevates = typeof first === "string" && first !== "none" && first in elevations;
    if (first === "harmlessly") return step.argv.slice(2, 3);
    if (first === "rebuilding") return called({ ...step, argv: others });
    return [
      ...(elevates ? [first, withoutEnv(others)[0]] : [first]),
      ...(typeof step.stdin === "object" ? called(step.stdin) : []),
    ];
  };
  const names = [...steps(plan).flatMap(called), ...(plan.programs ?? [])];
  return new Set(names.filter((name): name is string => typeof name === "string" && name !== ":" && !functions.has(name)));
}

/** In a directory that is closed to this user no program can be started: su and sudo -u leave one there. */
function requireDirectory(): void {
  const dir = process.cwd();
  try {
    process.chdir(dir);
  } catch (error) {
    throw new Refusal(
      `no program can be started in the current directory, ${shown(dir)} (${(error as NodeJS.ErrnoException).code})`,
      "cd, and then the same line",
    );
  }
}

/** What to type where the program by which one becomes root here isn't there. */
function otherElevation(program: string): string | undefined {
  if (!(program in elevations)) return undefined;
  const other = isRoot() ? "none" : Object.keys(elevations).find((name) => name !== "none" && onPath(name));
  return other === undefined ? undefined : `the same with --elevate ${other}`;
}

/** @throws Refusal where a program that a plan calls or needs isn't on PATH, or none can be started */
export function requirePrograms(plan: Plan, text: string): void {
  requireDirectory();
  for (const program of new Set([...programs(plan, text), ...Object.keys(plan.needs ?? {})])) {
    if (!onPath(program)) throw new Refusal(`${program} is not on PATH`, plan.needs?.[program] ?? otherElevation(program));
  }
}

/** Whether there is a terminal to ask on. */
export const hasTerminal = () => {
  try {
    const { closeSync, openSync } = require("node:fs") as typeof import("node:fs");
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
};

/** @throws Refusal where there is none, before anything is done */
export function requireTerminal(): void {
  if (!hasTerminal()) throw new Refusal("there is no terminal for the question of --ask; nothing was done", "--yes");
}
