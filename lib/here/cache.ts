// What a verb saw when it evaluated a flake, kept for the shells' completions: they never evaluate anything themselves.
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { home } from "./machine.ts";
import { makeDirectory } from "./state.ts";

/**
 * Notes a host that a flake turned out to have, after those noted before, one a line, in `$XDG_CACHE_HOME/hey/hosts/` (else
 * under `~/.cache`) in a file named for the flake's directory without links, with `%` as `%25` and `/` as `%2F`. Nothing comes
 * of it where that can't be written.
 * @param dir the flake's directory
 * @param host a host that was evaluated or built
 */
export function remember(dir: string, host: string): void {
  const folder = join(process.env["XDG_CACHE_HOME"] || join(home(), ".cache"), "hey", "hosts");
  // A name with a dot is no flake's: theirs start with %2F.
  const fresh = join(folder, `.${process.pid}`);
  try {
    const file = join(folder, realpathSync(dir).replaceAll("%", "%25").replaceAll("/", "%2F"));
    const noted = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    if (noted.includes(host)) return;
    makeDirectory(folder);
    try {
      writeFileSync(fresh, [...noted, host].map((name) => `${name}\n`).join(""), { mode: 0o600 });
      // A shell may be reading it: it has the old list or the new.
      renameSync(fresh, file);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch {
    // Completions have fewer hosts to offer then, and that is all.
  }
}
