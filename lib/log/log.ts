// What was done to which host, and what came of it: $XDG_STATE_HOME/hey/log, a line of JSON each. Scripts of several steps write theirs
// by themselves at their end (lib/shell/here/log.sh), so that one that was printed and run by hand is noted as well.
import { closeSync, constants, fstatSync, lstatSync, openSync, writeSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { hostname } from "../here/machine.ts";
import { readPlain, Unread } from "../here/plain-file.ts";
import { makeDirectory, stateHome } from "../here/state.ts";
import { Refusal, shown } from "../spec/errors.ts";
import { visible } from "../spec/words.ts";
import { numberOf, programStatusOf, rebootOf } from "../text/outcome.ts";

export interface Entry {
  readonly began: Date;
  /** How long it took, in milliseconds; seconds are what is noted. 0 where the clock was set back meanwhile. */
  readonly ms: number;
  /** `user@machine` of who did it. */
  readonly by: string;
  readonly verb: string;
  readonly host: string;
  readonly target: string;
  /** Another machine than that host, as it called itself; undefined where it was the host. */
  readonly reached: string | undefined;
  /** The exit status, as the verb's list in docs/exit-codes.md has it. */
  readonly status: number;
  /** Numbers of the generations that booted before and boot now, where known: nixos-rebuild does not tell. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Whether it has ended before anything of the host was changed; undefined where it has not, or where that is not known. */
  readonly untouched: true | undefined;
  /** What only a reboot changes; undefined where none was owed. */
  readonly reboot: string | undefined;
  /** With what NixOS's own program ended, where that failed. */
  readonly programStatus: number | undefined;
  /** The last line that it said. */
  readonly said: string;
  /** The file with all that it said, for one of several hosts. */
  readonly transcript: string | undefined;
}

/** Seconds of a year that has four digits. */
const isTime = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 253_402_300_800;

const isStatus = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256;

/** What of a text is kept, in UTF-16 units: as much as a path may have. */
const longest = 4096;

/** A line of the file; undefined for what is none, as of a disk that was full. */
function entry(line: string): Entry | undefined {
  let read: Readonly<Record<string, unknown>>;
  try {
    read = Object(JSON.parse(line)) as typeof read;
  } catch {
    return undefined;
  }
  const text = (name: string) => (typeof read[name] === "string" ? visible(read[name].slice(0, longest)) : undefined);
  const { began, ended, status } = read;
  if (!isTime(began) || !isTime(ended) || !isStatus(status)) return undefined;
  return {
    ...{ began: new Date(began * 1000), ms: Math.max(0, ended - began) * 1000, status },
    ...{ by: text("by") ?? "", verb: text("verb") ?? "", host: text("host") ?? "", target: text("target") ?? "" },
    ...{ reached: text("reached") },
    ...{
      from: numberOf(text("from")),
      to: numberOf(text("to")),
      reboot: rebootOf(text("reboot")),
      programStatus: programStatusOf(text("program")),
      said: text("said") ?? "",
    },
    ...{ untouched: text("untouched") === "yes" || undefined, transcript: text("transcript") },
  };
}

/** A line of a run has some hundred bytes: these are years of runs. */
const most = 256 << 20;

/** All that was noted, oldest first; nothing where there is no such file. @throws Refusal for one that can't be read */
export function entries(): readonly Entry[] {
  const place = stateHome();
  const file = place === undefined ? undefined : join(place, "log");
  let text = "";
  try {
    if (file !== undefined && lstatSync(file, { throwIfNoEntry: false }) !== undefined)
      text = readPlain(file, most).toString("utf8");
  } catch (error) {
    const why = error instanceof Unread ? error.why : ((error as NodeJS.ErrnoException).code ?? "");
    throw new Refusal(
      why === "no file" ? `${shown(file ?? "")} is not an ordinary file` : `${shown(file ?? "")} can't be read (${why})`,
    );
  }
  const known = text.split("\n").map(entry);
  return known.filter((one) => one !== undefined).sort((one, other) => one.began.getTime() - other.began.getTime());
}

/** As `id -un` says it: a user without a name has a number. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

/** Adds to a file that is one, or isn't there: no link is followed, and no pipe waited for. @throws what the system says */
function append(path: string, text: string): void {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    if (fstatSync(file).isFile()) writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

/** Notes a command of one step, which has no script that could. */
export function note(verb: string, { host, target }: Pick<Entry, "host" | "target">, began: Date, status: number): void {
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
  const by = `${user()}@${hostname()}`;
  const line = { began: seconds(began), ended: seconds(new Date()), status, by, verb, host, target };
  try {
    const place = stateHome();
    if (place === undefined) return;
    makeDirectory(place);
    append(join(place, "log"), `${JSON.stringify(line)}\n`);
  } catch {
    // A full disk costs the record, and no host its deployment.
  }
}
