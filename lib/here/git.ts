// Questions to git. A repository may be a stranger's, so nothing in it is run.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { quote } from "../spec/quote.ts";
import type { Flake } from "./flake.ts";
import { below, unlinked, workTree } from "./tree.ts";

/** What points git at another repository than the one that it is asked about (git rev-parse --local-env-vars), as in a hook. */
const elsewhere = new RegExp(
  `^GIT_(?:${[
    "DIR|COMMON_DIR|(?:IMPLICIT_)?WORK_TREE|(?:INDEX|SHALLOW|GRAFT)_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX",
    "NO_REPLACE_OBJECTS|REPLACE_REF_BASE|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|INTERNAL_SUPER_PREFIX",
    "CONFIG(?:_PARAMETERS|_COUNT|_(?:KEY|VALUE)_\\d+)?",
  ].join("|")})$`,
);

/** What wins over a repository's own configuration: its monitor and its hooks are not started, and what lies in it is not taken for a repository. */
const harmless = { "core.fsmonitor": "false", "core.hooksPath": "/dev/null", "safe.bareRepository": "explicit" };

/** Whether a repository's own configuration may name a filter, by what stands in it, or in what it includes. */
function mayFilter(dir: string): boolean {
  const top = workTree(dir);
  if (top === undefined) return false;
  try {
    return /filter|include|worktreeconfig/i.test(readFileSync(join(top, ".git", "config"), "utf8"));
  } catch {
    // That of a work tree beside it lies elsewhere.
    return true;
  }
}

/** The filters that a repository's own configuration names; those of the user's are this user's choice. */
function filtersOf(dir: string): readonly string[] {
  if (!mayFilter(dir)) return [];
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  const words = ["config", "--show-scope", "--name-only", "--get-regexp", "^filter\\."];
  const { stdout } = spawnSync("git", ["-C", dir, ...words], { encoding: "utf8", env: gitEnvironment() });
  const found = [...(stdout ?? "").matchAll(/^(?:local|worktree)\tfilter\.(.*)\.[^.\n]*$/gm)];
  return [...new Set(found.map(([, name = ""]) => name))].sort();
}

/**
 * The environment of git, and of what calls git itself, as nix does (lib/shell/here/harmless.sh has the same for what a script asks).
 * @param dir in a repository of which no filter is to be run either
 */
export function gitEnvironment(dir?: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !elsewhere.test(name));
  const filters = dir === undefined ? [] : filtersOf(dir);
  const off = filters.flatMap((name) =>
    Object.entries({ clean: "", smudge: "", process: "", required: "false" }).map(([key, value]) => [
      `filter.${name}.${key}`,
      value,
    ]),
  );
  const said = [...Object.entries(harmless), ...off].flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return Object.fromEntries([...kept, ["GIT_OPTIONAL_LOCKS", "0"], ["GIT_CONFIG_COUNT", String(said.length / 2)], ...said]);
}

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
  // Loaded only where something is asked: most lines ask nothing.
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  // An object that isn't there is not fetched: the repository says by which program.
  const git = spawnSync("git", ["-C", dir, "-c", "protocol.allow=never", ...words], {
    encoding: "utf8",
    env: gitEnvironment(),
    // It would wait for an index that is a pipe.
    timeout: 10_000,
  });
  return git.status === 0 ? git.stdout.split("\0").filter(Boolean) : [];
}

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
  if (top === undefined) return [];
  const from = unlinked(dir);
  const named = (below(top) ?? below(from) ?? []).filter(({ kind }) => kind.name === host || kind.name === `${host}.nix`);
  const found = named.flatMap(({ path, kind }) =>
    untrackedIn(dirname(path), kind.name).map((name) => relative(from, `${dirname(path)}/${name.replace(/\/$/, "")}`)),
  );
  return [...new Set(found)].sort();
}
