// What git does not track of a flake, so that nix does not see it.
import { lstatSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { shown } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import { remark } from "./called.ts";
import type { Flake } from "./flake.ts";
import { askGit } from "./git.ts";
import { me, userCalled } from "./owner.ts";
import { inTree, trouble, unreadable } from "./repository.ts";
import { below, unlinked, workTree } from "./tree.ts";

/**
 * What git does not track of a name in a directory; a directory of which it tracks nothing is one. It is asked where the name lies: that may
 * be a submodule.
 */
function untrackedIn(dir: string, name: string): readonly string[] {
  const words = [
    "ls-files",
    "--others",
    "--exclude-standard",
    "--directory",
    "--no-empty-directory",
    "-z",
    "--",
    `:(literal)${name}`,
  ];
  // A submodule's repository is another one than the flake's.
  if (unreadable(dir) !== undefined) return [];
  // An object that isn't there is not fetched: the repository says by which program.
  const asked = askGit(dir, ["-c", "protocol.allow=never", ...words]);
  return typeof asked === "object" ? asked.said.split("\0").filter(Boolean) : [];
}

/** Whether git reads a repository. Where it belongs to somebody else that is said once: nothing is known of it then, and nix refuses it, too. */
const isRead = (() => {
  const told = new Set<string>();
  return (top: string): boolean => {
    const owner = lstatSync(join(top, ".git"), { throwIfNoEntry: false })?.uid;
    if (owner === undefined || owner === me() || typeof askGit(top, ["rev-parse", "--git-dir"]) === "object") return true;
    if (!told.has(top))
      remark(
        `git does not read the repository in ${shown(top)}, as it belongs to ${userCalled(owner)}, so what it does not track is not known, and nix may refuse it. Try: git config --global --add safe.directory ${quote(top)}`,
      );
    told.add(top);
    return false;
  };
})();

/**
 * The submodule in which all files and folders of a host's name lie, relative to the flake's directory; undefined where there is none, or nix sees
 * them all.
 */
export function submoduleOf({ ref, dir }: Flake, host: string): string | undefined {
  if (dir === undefined || ref.startsWith("path:") || /[?&]submodules=1/.test(ref)) return undefined;
  const top = workTree(dir);
  if (top === undefined) return undefined;
  const named = (below(top) ?? []).filter(({ kind }) => kind.name === host || kind.name === `${host}.nix`);
  const [own, ...others] = new Set(named.map(({ path, kind }) => workTree(kind.isDirectory() ? path : dirname(path))));
  // Beside one that nix sees it may be anything.
  return own === undefined || own === top || others.includes(top) ? undefined : relative(unlinked(dir), own);
}

/** A flake's reference with which nix sees its submodules. */
export const withSubmodules = ({ ref }: Flake): string => `${ref}${ref.includes("?") ? "&" : "?"}submodules=1`;

/** The line by which git tracks files of a flake: in a submodule it is that one's repository which does. */
export function tracking(dir: string, files: readonly string[]): string {
  const from = unlinked(dir);
  const places = files.map((file) => {
    const path = join(from, file);
    const top = workTree(dirname(path)) ?? from;
    // Of the flake's own repository they are said as in the message.
    return top === workTree(from) ? { at: dir, file } : { at: top, file: relative(top, path) };
  });
  const lines = [...new Set(places.map(({ at }) => at))].map((at) =>
    ["git", "-C", at, "add", "-N", ...places.filter((place) => place.at === at).map(({ file }) => file)].map(quote).join(" "),
  );
  return lines.join(" && ");
}

/**
 * Files and folders of a host's name that git doesn't track, so that nix doesn't see them; relative to the flake's directory. None where no
 * repository holds the flake, or nix takes every file of it (path:).
 */
export function untracked({ ref, dir }: Flake, host: string): readonly string[] {
  if (dir === undefined || ref.startsWith("path:")) return [];
  const top = workTree(dir);
  if (top === undefined || !isRead(top)) return [];
  const from = unlinked(dir);
  const all = below(top) ?? below(from) ?? [];
  if (all.some(({ path, kind }) => inTree.includes(kind.name) && trouble(path, kind.name) !== undefined)) return [];
  const named = all.filter(({ kind }) => kind.name === host || kind.name === `${host}.nix`);
  const found = named.flatMap(({ path, kind }) =>
    untrackedIn(dirname(path), kind.name).map((name) => relative(from, `${dirname(path)}/${name.replace(/\/$/, "")}`)),
  );
  return [...new Set(found)].sort();
}
