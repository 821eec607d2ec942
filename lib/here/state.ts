// Where this user's programs keep what outlives them, and what can be made again. Only in directories that are this user's: root that has
// kept another's HOME (sudo -E) makes nothing there, as that user could put links into its way, and could not use what root has made.
import { existsSync, mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { Refusal } from "../spec/errors.ts";
import { home } from "./machine.ts";
import { isOwn } from "./owner.ts";

/** The home of the password file. */
function ownHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return "";
  }
}

/** What doesn't count: a relative path (XDG Base Directory Specification), and what is somebody else's. */
function firstOwn(...paths: readonly (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined && isAbsolute(path) && isOwn(path));
}

const below = (dir: string | undefined, ...names: readonly string[]) => (dir ? join(dir, ...names) : undefined);

/** Where hey keeps what outlives it; undefined where this user has no directory for that. lib/shell/here/log.sh goes by the same rule. */
export const stateHome = (): string | undefined =>
  firstOwn(
    below(process.env["XDG_STATE_HOME"], "hey"),
    below(process.env["HOME"], ".local", "state", "hey"),
    below(ownHome(), ".local", "state", "hey"),
  );

/** The same, where it is needed. @throws Refusal */
export function requireStateHome(): string {
  const found = stateHome();
  if (found !== undefined) return found;
  throw new Refusal(
    "hey has no directory of yours to keep it in: neither XDG_STATE_HOME nor HOME names one",
    "the same with XDG_STATE_HOME=DIR before it",
  );
}

/** Where runs of several hosts are kept; undefined as above. */
export const runsHome = (): string | undefined => below(stateHome(), "runs");

/** Where hey keeps what it can find out again; undefined as above. */
export const cacheHome = (): string | undefined =>
  firstOwn(
    below(process.env["XDG_CACHE_HOME"], "hey"),
    below(process.env["HOME"], ".cache", "hey"),
    below(ownHome(), ".cache", "hey"),
  );

/** A directory of the XDG Base Directory Specification, by which a relative one does not count. */
export function xdgHome(variable: string, ...otherwise: readonly string[]): string {
  const given = process.env[variable] ?? "";
  return isAbsolute(given) ? given : join(home(), ...otherwise);
}

/** Where the private keys of hosts lie, in a folder for each kind of machine. */
export const keysHome = () => join(home(), ".ssh", "keys.homelab");

/**
 * Makes a directory and those above it, for this user alone. Not by mkdirSync's `recursive`, which never comes back where a parent can't be
 * made and says ENOENT, as under /proc (seen in node 20).
 * @throws what the system says where one can't be made
 */
export function makeDirectory(dir: string): void {
  if (existsSync(dir)) return;
  makeDirectory(dirname(dir));
  mkdirSync(dir, { mode: 0o700 });
}
