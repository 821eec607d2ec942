// Whether git can read a repository. It may be a stranger's: git and nix wait for a pipe for ever, and read a device until no memory is left.
import { dirname, join, resolve } from "node:path";
import { shown } from "../spec/errors.ts";
import { untilded } from "../spec/words.ts";
import { askGit, mayHave } from "./git.ts";
import { NotObeyed } from "./owner.ts";
import { oddity, usual } from "./plain-file.ts";
import { entriesOf, gitDirectories, unlinked, workTree } from "./tree.ts";

/** What git reads whole, and people write or git writes in a line. */
const small: readonly string[] = [".git", "HEAD", "config", "config.worktree", "commondir", "gitdir", "exclude", "attributes"];

/** What else git reads, of a work tree. */
export const inTree: readonly string[] = [".gitattributes", ".gitmodules", ".gitignore"];

/** Why git is not to open a file; undefined where it may. */
export const trouble = (path: string, name: string): string | undefined =>
  oddity(path, [...small, ...inTree].includes(name) ? usual : undefined);

/** The files of a repository, but for its objects and what it keeps of others: those have names that are made of what is in them. */
function* filesOf(dir: string): Generator<readonly [path: string, name: string]> {
  const dirs = [dir, join(dir, "objects", "info"), join(dir, "objects", "pack")];
  const passedOver = ["objects", "modules", "worktrees", "hooks", "logs"];
  for (let at = dirs.pop(); at !== undefined; at = dirs.pop()) {
    for (const kind of entriesOf(at)) {
      if (kind.isDirectory() && (at !== dir || !passedOver.includes(kind.name))) dirs.push(join(at, kind.name));
      // A repository may have thousands of files that are just that.
      if (!kind.isDirectory() && !(kind.isFile() && !small.includes(kind.name))) yield [join(at, kind.name), kind.name];
    }
  }
}

/** The directories in which git looks for a repository, from below upward, until it has found one. */
function upward(dir: string, top: string): readonly string[] {
  return dir === top || dir === dirname(dir) ? [dir] : [dir, ...upward(dirname(dir), top)];
}

/** The files that git may read before it says anything. */
function* read(dir: string, top: string): Generator<readonly [path: string, name: string]> {
  for (const at of upward(dir, top)) {
    // Git looks also whether a directory is itself a repository.
    for (const name of [...inTree, "HEAD", "commondir", ".git"]) yield [join(at, name), name];
  }
  const { own, shared } = gitDirectories(top);
  for (const one of new Set([own, shared])) yield* filesOf(one);
}

/** What git reads of other files by a repository's configuration: why it is not to. */
function troubleBeside(top: string): string | undefined {
  if (!mayHave(/excludesfile|attributesfile/i, top)) return undefined;
  const config = shown(join(top, ".git/config"));
  const asked = askGit(top, ["config", "--includes", "--null", "--list"]);
  if (asked === "late") return `${config} includes a file that does not end`;
  const named = [...(asked?.said ?? "").matchAll(/(?:^|\0)core\.(?:excludes|attributes)file\n([^\0]*)/g)];
  const odd = named.find(([, path = ""]) => trouble(resolve(top, untilded(path)), ""));
  return odd && `${config} names a pipe or a device`;
}

/** Why git is not to read the repository that holds a directory, as the beginning of a sentence; undefined where nothing does. */
export function unreadable(dir: string): string | undefined {
  const top = workTree(dir);
  if (top === undefined) return undefined;
  for (const [path, name] of read(unlinked(dir), top)) {
    const why = trouble(path, name);
    if (why !== undefined) return `${shown(path)} ${why}`;
  }
  return troubleBeside(top);
}

/** @throws NotObeyed where git is not to read the repository that holds a directory */
export function requireReadable(dir: string): void {
  const why = unreadable(dir);
  if (why !== undefined) throw new NotObeyed(`${why}, so hey lets neither git nor nix read the repository; remove it`);
}
