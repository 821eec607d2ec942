// The flake that holds the machines: which one, how it is spelled for nix, and which hosts it has.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { didYouMean, Refusal, shown, some, Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import { untilded } from "../spec/words.ts";

export interface Flake {
  /** As it is given to nix, without a fragment. */
  readonly ref: string;
  /** Its directory, where it is one on this machine. */
  readonly dir?: string;
}

/** How a flake on this machine is written: ops verbs keep `.` and the user's own words, the others want it absolute. */
export type Spelling = "as given" | "absolute";

const hasFlake = (dir: string) => statSync(join(dir, "flake.nix"), { throwIfNoEntry: false })?.isFile() === true;

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

/** The flake that `--flake` names. @throws Usage Refusal */
function named(given: string, spelling: Spelling): Flake {
  if (given.includes("#"))
    throw new Refusal(`nix takes the '#' in ${shown(given)} for the end of the path; rename the directory`);
  const asUrl = local.exec(given);
  if (asUrl !== null) {
    const [, path = "", query] = asUrl;
    const dir = resolve(decoded(path), subdir(query));
    if (!hasFlake(dir)) throw new Refusal(`there is no flake.nix in ${shown(dir)}`);
    return { ref: given, dir };
  }
  if (remote.test(given)) return { ref: given };
  if (/^[a-z][a-z0-9+.-]*:/.test(given))
    throw new Usage(
      `--flake ${shown(given)} is no kind of reference that nix knows; type a directory, path:, git+file: or github:owner/repo`,
    );

  const expanded = untilded(given);
  const mark = expanded.indexOf("?");
  const [path, query] = mark < 0 ? [expanded, undefined] : [expanded.slice(0, mark), expanded.slice(mark + 1)];
  const dir = resolve(path, subdir(query));
  if (!existsSync(dir))
    throw new Refusal(
      `there is no directory ${shown(path)}${path.includes("/") ? "" : `; a registry's flake is typed --flake flake:${path}`}`,
    );
  if (!statSync(dir).isDirectory())
    throw new Usage(`--flake ${shown(path)} is a file; type its directory: --flake ${quote(dirname(path))}`);
  if (!hasFlake(dir)) throw new Refusal(`there is no flake.nix in ${shown(dir)}`);
  const tail = query === undefined ? "" : `?${query}`;
  // A bare word would be the registry's flake of that name.
  const kept = isAbsolute(path) || /^\.{1,2}(?:\/|$)/.test(path) ? path : `./${path}`;
  return {
    ref: locator(spelling === "absolute" ? resolve(path) : kept) + tail,
    dir,
  };
}

/**
 * A path as nix takes it. A '#' or '?' in a plain path would be cut off as fragment or query, so such a path is written
 * as a URL, of the kind that nix itself would make of it: git's when a repository holds it, where untracked files stay out.
 * @throws Refusal where there is no such URL
 */
function locator(path: string): string {
  if (!/[#?]/.test(path)) return path;
  const absolute = resolve(path);
  for (let dir = absolute; ; dir = dirname(dir)) {
    if (existsSync(join(dir, ".git"))) {
      if (dir === absolute) return `git+file://${dir.split("/").map(encodeURIComponent).join("/")}`;
      break;
    }
    if (dir === dirname(dir)) break;
  }
  throw new Refusal(`the flake's path ${shown(absolute)} has a '#' or '?', which nix can't take; rename the directory`);
}

/**
 * The flake meant: --flake, else the nearest flake.nix from the current directory upward, else $DOTFILES_HOME.
 * completions/ follows the same order.
 * @throws Usage Refusal
 */
export function findFlake(given: string | undefined, spelling: Spelling): Flake {
  if (given !== undefined) return named(given, spelling);
  const cwd = process.cwd();
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (hasFlake(dir))
      return {
        ref: dir === cwd && spelling === "as given" ? "." : locator(dir),
        dir,
      };
    if (dir === dirname(dir)) break;
  }
  const dotfiles = process.env["DOTFILES_HOME"];
  if (dotfiles && hasFlake(dotfiles)) {
    const dir = resolve(dotfiles);
    return { ref: locator(dir), dir };
  }
  const also = dotfiles ? `nor in $DOTFILES_HOME (${shown(dotfiles)})` : "and $DOTFILES_HOME is not set";
  throw new Refusal(`no flake.nix in ${shown(cwd)} or above it, ${also}; go to the flake's directory or type --flake DIR`);
}

/** Names of the attributes of nixosConfigurations that stand literally in a flake.nix, as a path or in a block of its own. */
export function literalHosts(text: string): string[] {
  const names: string[] = [];
  let depth = 0; // of braces inside the block nixosConfigurations = { … }; 0 outside it
  for (const line of text.split(/\r?\n/)) {
    const bare = line.replace(/(^|\s)#.*$/, "");
    const path = /\bnixosConfigurations\.(?:"([^"${}]+)"|([A-Za-z_][\w'-]*))/.exec(bare);
    if (path !== null) names.push(path[1] ?? path[2] ?? "");
    if (depth === 1) {
      const attribute = /^\s*(?:"([^"${}]+)"|([A-Za-z_][\w'-]*))\s*=/.exec(bare);
      if (attribute !== null) names.push(attribute[1] ?? attribute[2] ?? "");
    }
    const opened = /\bnixosConfigurations\s*=[^;{]*\{(.*)$/.exec(bare);
    const counted = depth > 0 ? bare : opened === null ? "" : `{${opened[1] ?? ""}`;
    for (const brace of counted.match(/[{}]/g) ?? []) depth += brace === "{" ? 1 : -1;
    depth = Math.max(depth, 0);
  }
  return [...new Set(names)];
}

/** The hosts that can be known without evaluation: folders of hosts/ with a default.nix and names in flake.nix. Sorted. */
export function hostsOf({ dir }: Flake): string[] {
  if (dir === undefined) return [];
  const folder = join(dir, "hosts");
  const folders = existsSync(folder)
    ? readdirSync(folder).filter((name) => !/^[._]/.test(name) && existsSync(join(folder, name, "default.nix")))
    : [];
  return [...new Set([...folders, ...literalHosts(readFileSync(join(dir, "flake.nix"), "utf8"))])].sort();
}

interface Folder {
  /** Relative to the flake's directory. */
  readonly path: string;
  readonly isThere: boolean;
}

/** Where a host's configuration lies by convention. An empty folder is no host, and git could not track it. */
function folderOf(dir: string, host: string): Folder {
  const folder = join(dir, "hosts", host);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() && readdirSync(folder).length > 0)
    return { path: `hosts/${host}`, isThere: true };
  return { path: `hosts/${host}.nix`, isThere: existsSync(`${folder}.nix`) };
}

/** What to say of a host that is not among those of the flake while others are; undefined for one that it may have. */
export function unknownHost(flake: Flake, host: string): string | undefined {
  if (flake.dir === undefined || folderOf(flake.dir, host).isThere) return undefined;
  const known = hostsOf(flake);
  if (known.includes(host) || known.length === 0) return undefined;
  return `the flake in ${shown(flake.dir)} has no host ${shown(host)}${didYouMean(host, known) || `; it has ${some(known)}`}`;
}

/**
 * Refuses this machine's own name where the flake has no such host. Another host is not proposed, however near its name is: this machine would
 * become that one.
 * @param instead a line that names a host
 * @throws Usage
 */
export function requireOwnName(flake: Flake, name: string, instead: string): void {
  if (unknownHost(flake, name) === undefined) return;
  const where = flake.dir === undefined ? "the flake" : `the flake in ${shown(flake.dir)}`;
  throw new Usage(
    `this machine is called ${shown(name)}, and ${where} has no host of that name; it has ${some(hostsOf(flake))}`,
    instead,
  );
}

/** Whether git knows a path under the flake; true where no repository holds the flake, as nix then takes every file. */
function tracked(dir: string, path: string): boolean {
  const git = spawnSync("git", ["-C", dir, "ls-files", "--error-unmatch", "--", path], { encoding: "utf8" });
  return git.status !== 1;
}

/** Files of a host that git doesn't track, so that nix doesn't see them; relative to the flake's directory. */
export function untracked({ dir }: Flake, host: string): readonly string[] {
  if (dir === undefined) return [];
  const words = ["ls-files", "--others", "--exclude-standard", "-z", "--", `hosts/${host}`, `hosts/${host}.nix`];
  const git = spawnSync("git", ["-C", dir, ...words], { encoding: "utf8" });
  return git.status === 0 ? git.stdout.split("\0").filter(Boolean) : [];
}

/**
 * Refuses a host that the flake can't have: one that is not among its hosts while others are, or whose folder git
 * doesn't track, so that nix doesn't see it. A flake elsewhere, or one that names no host literally, is taken at its word.
 * @throws Usage
 */
export function requireHost(flake: Flake, host: string): void {
  const unknown = unknownHost(flake, host);
  if (unknown !== undefined) throw new Usage(unknown);
  if (flake.dir === undefined) return;
  const { path, isThere } = folderOf(flake.dir, host);
  if (isThere && !tracked(flake.dir, path)) {
    throw new Usage(`git does not track ${path}, so nix does not see it`, `git -C ${quote(flake.dir)} add -N ${quote(path)}`);
  }
}

/** A host in an installable of our own nix commands: its attribute quoted, as names with dots are real. */
export const machine = ({ ref }: Flake, host: string) => `${ref}#nixosConfigurations."${host}"`;

/** A host's system, as machine(). */
export const toplevel = (flake: Flake, host: string) => `${machine(flake, host)}.config.system.build.toplevel`;

/** `FLAKE#HOST`, for the programs that quote the attribute themselves. */
export const attribute = ({ ref }: Flake, host: string) => `${ref}#${host}`;
