// What was done to which host, and what came of it: $XDG_STATE_HOME/hey/log, a line of JSON each. Scripts of several steps write theirs
// by themselves at their end (lib/local/log.sh), so that one that was printed and run by hand is noted as well.
import { appendFileSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { hostname } from "./machine.ts";
import { makeDirectory, stateHome } from "./state.ts";

export interface Entry {
  readonly began: Date;
  /** How long it took, in milliseconds; seconds are what is noted. */
  readonly ms: number;
  /** `user@machine` of who did it. */
  readonly by: string;
  readonly verb: string;
  readonly host: string;
  readonly target: string;
  /** The exit status, as the verb's list in README.md has it. */
  readonly status: number;
  /** Numbers of the generations that booted before and boot now, where known: nixos-rebuild does not tell. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** What only a reboot changes; undefined where none was owed. */
  readonly reboot: string | undefined;
  /** The last line that it said. */
  readonly said: string;
  /** The file with all that it said, for one of several hosts. */
  readonly transcript: string | undefined;
}

const file = () => join(stateHome(), "hey", "log");

/** A line of the file; undefined for what is none, as of a disk that was full. */
function entry(line: string): Entry | undefined {
  let read: Readonly<Record<string, unknown>>;
  try {
    read = Object(JSON.parse(line)) as typeof read;
  } catch {
    return undefined;
  }
  const text = (name: string) => (typeof read[name] === "string" ? read[name].replace(/[\p{Cc}\p{Cf}]/gu, "") : undefined);
  const { began, ended, status } = read;
  if (typeof began !== "number" || typeof ended !== "number" || typeof status !== "number") return undefined;
  return {
    ...{ began: new Date(began * 1000), ms: (ended - began) * 1000, status },
    ...{ by: text("by") ?? "", verb: text("verb") ?? "", host: text("host") ?? "", target: text("target") ?? "" },
    ...{ from: text("from"), to: text("to"), reboot: text("reboot")?.replaceAll("->", "→"), said: text("said") ?? "" },
    transcript: text("transcript"),
  };
}

/** All that was noted, oldest first; nothing where there is no such file. */
export function entries(): readonly Entry[] {
  let text = "";
  try {
    text = readFileSync(file(), "utf8");
  } catch {
    return [];
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

/** Notes a command of one step, which has no script that could. */
export function note(verb: string, about: Pick<Entry, "host" | "target">, began: Date, status: number): void {
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
  const by = `${user()}@${hostname()}`;
  const line = { began: seconds(began), ended: seconds(new Date()), status, by, verb, ...about };
  try {
    makeDirectory(dirname(file()));
    appendFileSync(file(), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch {
    // A full disk costs the record, and no host its deployment.
  }
}
