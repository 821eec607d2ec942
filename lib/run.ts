// The only effects: the text that --print shows, given to /bin/sh.
import { constants } from "node:os";
import { Refusal } from "./errors.ts";
import { onPath } from "./machine.ts";
import { quote } from "./script.ts";
import { elevations, type Plan, type Step } from "./step.ts";

/** zx with nothing of the caller's ZX_* variables: ZX_PREFIX and ZX_SHELL would otherwise put commands into the script (seen). */
function zx(): typeof import("zx/core") {
  const theirs = Object.entries(process.env).filter(([name]) => name.startsWith("ZX_"));
  for (const [name] of theirs) delete process.env[name];
  const loaded = require("zx/core") as typeof import("zx/core");
  for (const [name, value] of theirs) process.env[name] = value;
  return loaded;
}

/** The programs that a plan's steps call, behind an elevating one too; the script's own functions are none. */
function programs({ lines }: Plan, text: string): Set<string> {
  const functions = new Set([...text.matchAll(/^(\w+)\(\)/gm)].map(([, name]) => name));
  const called = (step: Step): readonly unknown[] => {
    const [first, second] = step.argv;
    const behind = typeof first === "string" && first !== "none" && first in elevations ? [first, second] : [first];
    return [...behind, ...(typeof step.stdin === "object" ? called(step.stdin) : [])];
  };
  const names = lines.flatMap((line) => ("argv" in line ? called(line) : "define" in line ? called(line.as) : []));
  return new Set(names.filter((name): name is string => typeof name === "string" && !functions.has(name)));
}

const hasTerminal = () => {
  try {
    const { closeSync, openSync } = require("node:fs") as typeof import("node:fs");
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
};

/**
 * Runs a plan's script and waits for it, whatever signals come.
 * @returns the script's status; 128+n when signal n ended it
 * @throws Refusal before anything runs where a program isn't on PATH
 */
export async function run(name: string, plan: Plan, text: string): Promise<number> {
  for (const program of programs(plan, text)) {
    if (!onPath(program)) throw new Refusal(`${program} is not on PATH`, plan.needs?.[program]);
  }
  const { $ } = zx();
  const script = $({
    shell: "/bin/sh",
    prefix: "",
    postfix: "",
    quote,
    env: process.env,
    cwd: process.cwd(),
    stdio: "inherit",
    detached: false,
    preferLocal: false,
    nothrow: true,
    quiet: true,
    verbose: false,
  })([text] as unknown as TemplateStringsArray);

  // A ^C has reached the whole foreground group by the terminal already: wait for what the script makes of it.
  // A second one, and every signal sent to this process alone, is passed on.
  const byTerminal = hasTerminal();
  let interrupts = 0;
  process.on("SIGINT", () => {
    interrupts++;
    if (!byTerminal) void script.kill("SIGINT");
    else if (interrupts > 1) void script.kill("SIGTERM");
  });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => void script.kill(signal));

  const { exitCode, signal } = await script;
  const status = signal === null ? (exitCode ?? 1) : 128 + constants.signals[signal];
  if (status !== 0) process.stderr.write(`${name}: ended with status ${status}\n`);
  return status;
}
