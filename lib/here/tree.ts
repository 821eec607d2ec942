// The files of a flake, as they lie on the disk.
import { type Dirent, existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { textIfPlain } from "./plain-file.ts";

/** How many are looked at. A home directory that is a repository, say, has more, and would take seconds. */
const most = 5000;

interface Entry {
  /** Without links. */
  readonly path: string;
  readonly kind: Dirent;
}

/** The entries of a directory; none of one that can't be read. */
export function entriesOf(dir: string): readonly Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** What version control, a package manager or direnv keeps for itself. */
const kept = /^(?:\.git|\.jj|\.hg|\.direnv|node_modules)$/;

/**
 * All that lies below a directory, but what programs keep there for themselves. Links are not followed.
 * @returns undefined where that is too much to look at
 */
export function below(top: string): readonly Entry[] | undefined {
  const found: Entry[] = [];
  const dirs = [top];
  for (let dir = dirs.pop(); dir !== undefined; dir = dirs.pop()) {
    for (const kind of entriesOf(dir)) {
      if (kept.test(kind.name)) continue;
      if (found.length === most) return undefined;
      const path = join(dir, kind.name);
      found.push({ path, kind });
      if (kind.isDirectory()) dirs.push(path);
    }
  }
  return found;
}

/** The directory without links; itself where that can't be told. */
export function unlinked(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return dir;
  }
}

/** The work tree that holds a directory, found as nix finds it; undefined where no repository does. */
export function workTree(dir: string): string | undefined {
  for (let top = unlinked(dir); ; top = dirname(top)) {
    if (existsSync(join(top, ".git"))) return top;
    if (top === dirname(top)) return undefined;
  }
}

/** Where git keeps what it knows of a work tree: its own directory, and the one that it shares with others, which may be the same. */
export function gitDirectories(top: string): { readonly own: string; readonly shared: string } {
  const file = join(top, ".git");
  const link = /^gitdir: (.*)$/.exec((textIfPlain(file) ?? "").trim())?.[1];
  const own = link === undefined ? file : resolve(top, link);
  return { own, shared: resolve(own, (textIfPlain(join(own, "commondir")) ?? "").trim()) };
}
