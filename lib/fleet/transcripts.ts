// The directory of a run of several hosts, under XDG_STATE_HOME: it stays as the run's transcript. No host's name begins with a dot, so none has
// the place of a file of the run's own.
//
//   RUN/.pid          of who looks after the run
//   RUN/.events       what happened, as the lines of --json (events.ts)
//   RUN/.build        the script that builds for all
//   RUN/.built        what that has built, also .built-2 and so on
//   RUN/HOST/script   what ran for the host, to the letter; the host is its word
//   RUN/HOST/log      what that said
//   RUN/HOST/facts    what was known of the host at its end, a fact a line, name first
//   RUN/HOST/pid      of what runs for the host
//   RUN/HOST/wait     the pid of who holds the host's lane; it goes on when that is gone
//   RUN/HOST/ask      the same, until it is agreed to what will change
//   RUN/HOST/preview  what will change
//   RUN/HOST/skip     the host is not to be built
//   RUN/HOST/system   what was built for it
import { linkSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runs } from "../here/machine.ts";
import { textIfPlain } from "../here/plain-file.ts";
import { makeDirectory, requireStateHome, runsHome } from "../here/state.ts";
import type { Text } from "../script/render.ts";
import { plain } from "../text/plain.ts";

/** @throws Refusal */
const root = () => runsHome() ?? requireStateHome();

/** The path of a run that begins now; its name sorts by time. */
export function newRun(): string {
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  return join(root(), `${now}-${process.pid}`);
}

const read = (file: string) => textIfPlain(file, 16 << 20) ?? "";

/** What holds systems from garbage collection: a run's own is wanted as long as the run goes on. */
const holders = /^(?:\.built(?:-\d+)?|root|system)$/;

/** Lets go of what was built for a run. */
export function release(dir: string): void {
  const inside = (place: string) => readdirSync(place, { withFileTypes: true });
  for (const entry of inside(dir)) {
    const places = entry.isDirectory() ? inside(join(dir, entry.name)).map((one) => join(entry.name, one.name)) : [entry.name];
    for (const place of places) if (holders.test(place.replace(/^.*\//, ""))) rmSync(join(dir, place), { force: true });
  }
}

/** How long a build that was run by hand, as printed, is held for the lanes that may follow, in milliseconds. */
const byHand = 7 * 24 * 3600_000;

/** Whether it was built by hand, and nobody has come back for it. */
function isLeft(dir: string): boolean {
  const since = lstatSync(join(dir, ".built"), { throwIfNoEntry: false })?.mtimeMs;
  return since !== undefined && Date.now() - since > byHand;
}

/** Whether a lane of a run goes on. */
const goesOn = (dir: string) =>
  readdirSync(dir).some((host) => {
    const pid = Number(read(join(dir, host, "pid")));
    return pid > 0 && runs(pid);
  });

/** Lets go of what runs have left that were killed, or done by hand. */
function releaseDead(): void {
  for (const name of readdirSync(root())) {
    const pid = Number(read(join(root(), name, ".pid")));
    // Lanes outlive who looked after them, and need what was built.
    if (pid > 0 && !runs(pid) && !goesOn(join(root(), name))) {
      release(join(root(), name));
      rmSync(join(root(), name, ".pid"), { force: true });
    } else if (!(pid > 0) && isLeft(join(root(), name))) release(join(root(), name));
  }
}

/**
 * Makes a run's directory, which only this user can read, with the script of each host.
 * @param scripts by host
 * @param held what holds each of them in turn: the names of files
 */
export function begin(dir: string, scripts: readonly Text[], held: readonly string[]): void {
  makeDirectory(dir);
  releaseDead();
  writeFileSync(join(dir, ".pid"), `${process.pid}\n`);
  for (const { hosts, text } of scripts)
    for (const host of hosts) {
      mkdirSync(join(dir, host));
      const [first = host] = hosts;
      const file = join(dir, host, "script");
      // One text for all of them.
      if (host === first) writeFileSync(file, text, { mode: 0o600 });
      else linkSync(join(dir, first, "script"), file);
      for (const name of held) writeFileSync(join(dir, host, name), `${process.pid}\n`);
    }
}

/** What will change on a host; empty while that isn't known. */
export const preview = (dir: string): string => read(join(dir, "preview")).split("\n").map(plain).join("\n");

/** What is known of a host by now. */
export function facts(dir: string): ReadonlyMap<string, string> {
  const lines = read(join(dir, "facts")).split("\n").filter(Boolean).map(plain);
  return new Map(lines.map((line) => [line.split(" ", 1)[0] ?? "", line.slice(line.indexOf(" ") + 1)]));
}
