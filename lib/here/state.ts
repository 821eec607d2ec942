// Where this user's programs keep what outlives them.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { home } from "./machine.ts";

/** A directory of the XDG Base Directory Specification, by which a relative one does not count. */
export function xdgHome(variable: string, ...otherwise: readonly string[]): string {
  const given = process.env[variable] ?? "";
  return isAbsolute(given) ? given : join(home(), ...otherwise);
}

export const stateHome = () => xdgHome("XDG_STATE_HOME", ".local", "state");

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
