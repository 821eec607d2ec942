// Whose a file is: the one place that says whether somebody else could have put it there, or could change it.
import { lstatSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { Refusal, shown } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";

/** What is somebody else's on the way to a file. */
export interface Foreign {
  /** The file, the directory or the link. */
  readonly path: string;
  readonly uid: number;
  /** Its permissions, where others may write to it; undefined where it belongs to somebody else. */
  readonly mode?: number;
}

/** The user that this process acts for. */
export const me = (): number => process.geteuid?.() ?? 0;

/** Who has called sudo: git lets root use the repositories of that user, too. */
function caller(): readonly number[] {
  const given = process.env["SUDO_UID"] ?? "";
  return me() === 0 && /^\d{1,10}$/.test(given) ? [Number(given)] : [];
}

function linesOf(file: string): readonly (readonly string[])[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.split(":"));
  } catch {
    return [];
  }
}

/** A user's name in the password file, and the number. */
export function userCalled(uid: number): string {
  const name = linesOf("/etc/passwd").find(([, , id]) => id === String(uid))?.[0];
  return name === undefined ? `user ${uid}` : `${shown(name).slice(1, -1)} (user ${uid})`;
}

/** Whether a group has no other members than these users: many systems give each user a group, and a umask that lets that group write. */
function isPrivate(gid: number, users: readonly number[]): boolean {
  const group = linesOf("/etc/group").find(([, , id]) => id === String(gid));
  if (group === undefined) return false;
  const people = linesOf("/etc/passwd");
  const isOurs = (name: string) => users.includes(Number(people.find(([one]) => one === name)?.[2] ?? Number.NaN));
  const primary = people.filter(([, , , id]) => id === String(gid)).map(([name = ""]) => name);
  return [...(group[3] ?? "").split(",").filter(Boolean), ...primary].every(isOurs);
}

/** In a container of an ordinary user whoever has no number there has this one; undefined where everybody has one. */
function unnumbered(): number | undefined {
  const [first = []] = linesOf("/proc/self/uid_map").map(([line = ""]) => line.trim().split(/\s+/));
  if (first.length < 3 || first[2] === "4294967295") return undefined;
  return Number(linesOf("/proc/sys/kernel/overflowuid")[0]?.[0] ?? Number.NaN);
}

/** Whether somebody else could do something with this entry of a directory. */
function foreign(path: string, found: Stats, users: readonly number[]): Foreign | undefined {
  // Nobody but the machine's root makes what lies at the top.
  const isTop = dirname(path) === "/" && found.uid === unnumbered();
  if (!users.includes(found.uid) && !isTop) return { path, uid: found.uid };
  // A link has no permissions of its own. In a sticky directory (/tmp) nobody can take away or replace what is another's, so it is
  // what lies in it that counts.
  if (found.isSymbolicLink() || (found.isDirectory() && (found.mode & 0o1000) !== 0)) return undefined;
  const byOthers = (found.mode & 0o002) !== 0 || ((found.mode & 0o020) !== 0 && !isPrivate(found.gid, users));
  return byOthers ? { path, uid: found.uid, mode: found.mode & 0o7777 } : undefined;
}

/**
 * The first thing on the way to a file, itself included and its links followed, that is somebody else's: that belongs neither to one of these
 * users nor to root, or that others may write to. What isn't there is nobody's. undefined where all of it is ours.
 */
function firstForeign(file: string, users: readonly number[]): Foreign | undefined {
  const ours = [...users, 0];
  const rest = file.split("/").filter(Boolean);
  let at = "/";
  for (let steps = 0; steps < 256; steps++) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const theirs = foreign(at, found, ours);
    if (theirs !== undefined) return theirs;
    if (found.isSymbolicLink()) {
      const to = readlinkSync(at);
      rest.unshift(...to.split("/").filter(Boolean));
      at = to.startsWith("/") ? "/" : dirname(at);
      continue;
    }
    const next = rest.shift();
    if (next === undefined) return undefined;
    at = next === ".." ? dirname(at) : next === "." ? at : join(at, next);
  }
  return undefined;
}

/** The same; what can't be looked at is left to who reads it. */
function look(file: string, users: readonly number[]): Foreign | undefined {
  try {
    return firstForeign(file, users);
  } catch {
    return undefined;
  }
}

/** Whether all on the way to a path is this user's or root's, as far as it is there: then nobody else decides what is written or read there. */
export const isOwn = (path: string): boolean => look(path, [me()]) === undefined;

/** A file that somebody else has put there, or could change, or that can't be read: no verb goes on as if there were none. */
export class NotObeyed extends Refusal {}

/**
 * Refuses a file that hey would obey and that is somebody else's. As git does, root takes the files of who has called sudo.
 * @param instead what to type for a file that is meant all the same
 * @throws NotObeyed
 */
export function requireOurs(file: string, instead: string): void {
  const theirs = look(file, [me(), ...caller()]);
  if (theirs === undefined) return;
  const { path, uid, mode } = theirs;
  const what = path === file ? shown(file) : `${shown(file)} is not obeyed: ${shown(path)}`;
  if (mode === undefined)
    throw new NotObeyed(
      `${what} belongs to ${userCalled(uid)}, and hey obeys only files of yours and of root's. If you trust that user, type ${instead}`,
    );
  throw new NotObeyed(
    `${what} belongs to ${userCalled(uid)}, and others can write to it (mode ${mode.toString(8).padStart(4, "0")})`,
    `chmod go-w ${quote(path)}`,
  );
}
