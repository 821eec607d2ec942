// The only effects: the text that --print shows, given to /bin/sh.
import { constants } from "node:os";
import { ignored } from "../here/called.ts";
import { note } from "../log/log.ts";
import { onlyCommand } from "../script/command.ts";
import { handed } from "../script/handing.ts";
import type { Plan } from "../script/part.ts";
import { quote } from "../spec/quote.ts";
import { allGone, family, send } from "./processes.ts";
import { hasTerminal, requirePrograms } from "./programs.ts";

/** zx with nothing of the caller's ZX_* variables: ZX_PREFIX and ZX_SHELL would otherwise put commands into the script (seen). */
function zx(): typeof import("zx/core") {
  const theirs = Object.entries(process.env).filter(([name]) => name.startsWith("ZX_"));
  for (const [name] of theirs) delete process.env[name];
  const loaded = require("zx/core") as typeof import("zx/core");
  for (const [name, value] of theirs) process.env[name] = value;
  return loaded;
}

/**
 * How a text is given to /bin/sh: a command as a word, a script by the descriptor 3, as it is printed. In a shell that ignores what the caller
 * ignores; a shell can't trap what it was born to ignore, so it is a new one.
 */
function starting(text: string | undefined): string {
  const names = (["HUP", "INT", "QUIT", "TERM"] as const).filter((name) => ignored(constants.signals[`SIG${name}`]));
  const begun = text === undefined ? "exec /bin/sh /dev/fd/3" : names.length === 0 ? text : `exec /bin/sh -c ${quote(text)}`;
  return names.length === 0 ? begun : `trap '' ${names.join(" ")}\n${begun}`;
}

/**
 * Runs a plan's script and waits for it, whatever signals come.
 * @returns the script's status; 128+n when signal n ended it
 * @throws Refusal before anything runs where a program isn't on PATH, or none can be started
 */
export async function run(name: string, plan: Plan, text: string): Promise<number> {
  requirePrograms(plan, text);
  const { $ } = zx();
  const alone = onlyCommand(plan) !== undefined;
  const file = alone ? undefined : handed(text);
  const began = new Date();
  const script = $({
    shell: "/bin/sh",
    prefix: "",
    postfix: "",
    quote,
    env: process.env,
    cwd: process.cwd(),
    stdio: file === undefined ? "inherit" : ["inherit", "inherit", "inherit", file],
    detached: false,
    preferLocal: false,
    nothrow: true,
    quiet: true,
    verbose: false,
  })([starting(alone ? text : undefined)] as unknown as TemplateStringsArray);

  // Whoever is running when a signal comes is waited for, even when the shell above has gone before it.
  const seen = new Set<number>();
  const below = () => {
    const pids = script.pid === undefined ? [] : family(script.pid);
    for (const one of pids) seen.add(one);
    return pids;
  };
  // A ^C has reached the whole foreground group by the terminal already: wait for what the script makes of it.
  // A second one, and every signal sent to this process alone, is passed on.
  const byTerminal = hasTerminal();
  let came = 0;
  const act = (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => {
    came++;
    const pids = below();
    if (came === 2)
      process.stderr.write(
        `${name}: this ends when what was begun has ended, its way back included. kill -9 ${process.pid} ends only the waiting\n`,
      );
    if (signal !== "SIGINT" || !byTerminal) for (const pid of pids) send(pid, signal);
    else if (came > 1) for (const pid of pids) send(pid, "SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, ignored(constants.signals[signal]) ? () => undefined : () => act(signal));

  const { exitCode, signal, cause } = await script;
  await allGone(seen);
  const status = signal === null ? (exitCode ?? 1) : 128 + constants.signals[signal];
  if (exitCode === null && signal === null) {
    process.stderr.write(`${name}: /bin/sh can't be started: ${(cause as NodeJS.ErrnoException | null)?.code ?? "unknown"}\n`);
    return status;
  }
  // A script of several steps has said itself how it ended.
  if (!alone) return status;
  if (plan.logged !== undefined) note(name, plan.logged, began, status);
  if (status !== 0) process.stderr.write(`${name}: ended with status ${status}\n`);
  return status;
}
