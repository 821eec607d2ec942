// What a verb saw when it evaluated a flake, kept for the shells' completions: they never evaluate anything themselves.
import { mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { home } from "./machine.ts";

/**
 * Notes all hosts of a flake, one a line, in `$XDG_CACHE_HOME/hey/hosts/` (else under `~/.cache`) in a file named for the
 * flake's directory without links, with `%` as `%25` and `/` as `%2F`. Nothing comes of it where that can't be written.
 * @param dir the flake's directory
 * @param hosts all its hosts, of an evaluation
 */
export function remember(dir: string, hosts: readonly string[]): void {
  const folder = join(process.env["XDG_CACHE_HOME"] || join(home(), ".cache"), "hey", "hosts");
  // A name with a dot is no flake's: theirs start with %2F.
  const fresh = join(folder, `.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(fresh, hosts.map((host) => `${host}\n`).join(""), { mode: 0o600 });
      // A shell may be reading it: it has the old list or the new.
      renameSync(fresh, join(folder, realpathSync(dir).replaceAll("%", "%25").replaceAll("/", "%2F")));
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch {
    // Completions have fewer hosts to offer then, and that is all.
  }
}
