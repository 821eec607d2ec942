// The flake that holds the machines: which one, and how it is spelled for nix.
import { existsSync, lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { Refusal, shown, Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import { untilded } from "../spec/words.ts";
import { requireOurs } from "./owner.ts";
import { requireReadable } from "./repository.ts";
import { unlinked } from "./tree.ts";

export interface Flake {
  /** As it is given to nix, without a fragment. */
  readonly ref: string;
  /** Its directory, where it is one on this machine. */
  readonly dir?: string;
  /** What nix is told beside it where it evaluates. */
  readonly words?: readonly string[];
}

/** How a flake on this machine is written: ops verbs keep `.` and the user's own words, the others want it absolute. */
export type Spelling = "as given" | "absolute";

/** What a path leads to; undefined for nothing. @throws Refusal where that can't be told */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR"].includes(code)) return undefined;
    const why = code === "ELOOP" ? "its links lead in a circle" : code === "EACCES" ? "permission denied" : code;
    throw new Refusal(`${shown(path)} can't be read: ${why}`);
  }
}

/** Whether a directory is a flake's. @throws Refusal where that can't be told */
const hasFlake = (dir: string) => lookAt(join(dir, "flake.nix"))?.isFile() === true;

/**
 * The same of one that nobody named. Where a flake.nix stands that is none, the one of a folder above is another flake than the one that is
 * meant. A folder above that can't be looked into has none.
 * @throws Refusal
 */
function hasOwnFlake(dir: string, isHere: boolean): boolean {
  const file = join(dir, "flake.nix");
  const instead = (why: string) =>
    new Refusal(`${shown(file)} ${why}, and hey takes no flake from further up instead; repair it, or type --flake DIR`);
  try {
    if (hasFlake(dir)) return true;
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (there === undefined) return false;
    throw instead(
      there.isSymbolicLink() ? "is a link that leads to no file" : there.isDirectory() ? "is a directory" : "is no file",
    );
  } catch (error) {
    const isClosed = error instanceof Refusal ? error.message.endsWith("permission denied") : /EACCES/.test(String(error));
    if (isClosed && !isHere) return false;
    throw error;
  }
}

// The URL schemes that nix knows (nix flake manual, "Flake references"), besides the paths.
const remote =
  /^(?:github|gitlab|sourcehut|flake|tarball|file|git|hg|git\+(?:https?|ssh|git)|hg\+(?:https?|ssh)|tarball\+(?:https?|file)|file\+(?:https?|file)|https?):/;
const local = /^(?:path|git\+file|hg\+file):(?:\/\/)?([^?]*)(?:\?(.*))?$/;

/** `dir=` of a reference's query: the flake lies in that directory of it. */
const subdir = (query: string | undefined) => new URLSearchParams(query ?? "").get("dir") ?? "";

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Where a path leads that is itself a link: nix takes a link for no flake ("not a directory"). Another path as it is. */
const followed = (path: string) => (lstatSync(resolve(path)).isSymbolicLink() ? unlinked(path) : path);

/** The flake that `--flake` names. @throws Usage Refusal */
function named(given: string, spelling: Spelling): Flake {
  if (given.includes("#")) throw new Refusal(`nix takes the '#' in ${shown(given)} as the end of the path; rename the directory`);
  const asUrl = local.exec(given);
  if (asUrl !== null) {
    const [, path = "", query] = asUrl;
    const dir = resolve(decoded(path), subdir(query));
    if (!hasFlake(dir)) throw new Refusal(`there is no flake.nix in ${shown(dir)}`);
    const to = followed(decoded(path));
    if (to === decoded(path)) return { ref: given, dir };
    const written = to.split("/").map(encodeURIComponent).join("/");
    return { ref: `${given.slice(0, given.indexOf(":"))}:${written}${query === undefined ? "" : `?${query}`}`, dir };
  }
  if (remote.test(given)) return { ref: given };
  if (/^[a-z][a-z0-9+.-]*:/.test(given))
    throw new Usage(
      `--flake ${shown(given)} is not a reference that nix knows; type a directory, path:, git+file: or github:owner/repo`,
    );

  const expanded = untilded(given);
  const mark = expanded.indexOf("?");
  const [path, query] = mark < 0 ? [expanded, undefined] : [expanded.slice(0, mark), expanded.slice(mark + 1)];
  const dir = resolve(path, subdir(query));
  const found = lookAt(dir);
  if (found === undefined && lookAt(path)?.isFile() !== true)
    throw new Refusal(
      `there is no directory ${shown(path)}${path.includes("/") ? "" : `; for a flake of the registry type --flake flake:${path}`}`,
    );
  if (found?.isDirectory() !== true)
    throw new Usage(`--flake ${shown(path)} is a file; type its directory: --flake ${quote(dirname(path))}`);
  if (!hasFlake(dir)) throw new Refusal(`there is no flake.nix in ${shown(dir)}`);
  if (query !== undefined && subdir(query) !== "") return { ref: inside(resolve(path), query), dir };
  const tail = query === undefined ? "" : `?${query}`;
  // A bare word would be the registry's flake of that name.
  const kept = isAbsolute(path) || /^\.{1,2}(?:\/|$)/.test(path) ? path : `./${path}`;
  return {
    ref: locator(spelling === "absolute" ? resolve(path) : kept) + tail,
    dir,
  };
}

/** The root of the repository that holds a directory. */
function rootOf(absolute: string): string | undefined {
  for (let dir = absolute; ; dir = dirname(dir)) {
    if (existsSync(join(dir, ".git"))) return dir;
    if (dir === dirname(dir)) return undefined;
  }
}

const urlOf = (root: string) => `git+file://${root.split("/").map(encodeURIComponent).join("/")}`;

/** A flake in a directory of a path. nix knows `dir` of a repository only: elsewhere that directory is the flake. */
function inside(path: string, query: string): string {
  const root = rootOf(path);
  if (root === undefined) return locator(resolve(path, subdir(query)));
  const asked = new URLSearchParams(query);
  asked.set("dir", relative(root, resolve(path, subdir(query))));
  return `${urlOf(root)}?${[...asked].map(([name, value]) => `${name}=${value.split("/").map(encodeURIComponent).join("/")}`).join("&")}`;
}

/**
 * A path as nix takes it. A '#' or '?' in a plain path would be cut off as fragment or query, so such a path is written
 * as a URL, of the kind that nix itself would make of it: git's when a repository holds it, where untracked files stay out.
 * @throws Refusal where there is no such URL
 */
function locator(given: string): string {
  const path = followed(given);
  // nh takes a plain path of the store for a system that is built already.
  if (realpathSync(path).startsWith("/nix/store/")) return `path:${realpathSync(path)}`;
  if (!/[#?]/.test(path)) return path;
  const absolute = resolve(path);
  if (rootOf(absolute) === absolute) return urlOf(absolute);
  throw new Refusal(`the flake's path ${shown(absolute)} has a '#' or '?', which nix can't take; rename the directory`);
}

/** A flake that nobody has typed is obeyed only where nobody else decides what it says, and what the hey.toml beside it says. @throws Refusal */
function requireOwn(dir: string): void {
  const instead = `--flake ${quote(dir)}`;
  requireOurs(join(dir, "flake.nix"), instead);
  requireOurs(join(dir, "hey.toml"), instead);
}

function meant(given: string | undefined, spelling: Spelling): Flake {
  if (given !== undefined) return named(given, spelling);
  const cwd = process.cwd();
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (hasOwnFlake(dir, dir === cwd)) {
      requireOwn(dir);
      return {
        ref: dir === cwd && spelling === "as given" ? "." : locator(dir),
        dir,
      };
    }
    if (dir === dirname(dir)) break;
  }
  const dotfiles = process.env["DOTFILES_HOME"];
  if (dotfiles && hasFlake(dotfiles)) {
    const dir = resolve(dotfiles);
    requireOwn(dir);
    return { ref: locator(dir), dir };
  }
  const also = dotfiles ? `nor in $DOTFILES_HOME (${shown(dotfiles)})` : "and $DOTFILES_HOME is not set";
  throw new Refusal(`no flake.nix in ${shown(cwd)} or above it, ${also}; go to the flake's directory or type --flake DIR`);
}

/**
 * The flake meant: --flake, else the nearest flake.nix from the current directory upward, else $DOTFILES_HOME.
 * completions/ follows the same order.
 * @param words what nix is told where it evaluates
 * @throws Usage Refusal
 */
export function findFlake(given: string | undefined, spelling: Spelling, words: readonly string[] = []): Flake {
  const found = meant(given, spelling);
  if (found.dir !== undefined && !found.ref.startsWith("path:")) requireReadable(found.dir);
  return { ...found, ...(words.length > 0 && { words }) };
}

/** A host in an installable of our own nix commands: its attribute quoted, as names with dots are real. */
export const machine = ({ ref }: Flake, host: string) => `${ref}#nixosConfigurations."${host}"`;

/** A host's system, as machine(). */
export const toplevel = (flake: Flake, host: string) => `${machine(flake, host)}.config.system.build.toplevel`;

/** `FLAKE#HOST`, for the programs that quote the attribute themselves. */
export const attribute = ({ ref }: Flake, host: string) => `${ref}#${host}`;
