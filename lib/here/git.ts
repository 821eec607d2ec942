// How git is called, by hey and by what hey calls. A repository may be a stranger's, so nothing in it is run, and git has a time limit.
import { join } from "node:path";
import { Refusal, shown } from "../spec/errors.ts";
import { textIfPlain } from "./plain-file.ts";
import { gitDirectories, workTree } from "./tree.ts";

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

function environment(filters: readonly string[]): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !elsewhere.test(name));
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

/** How long git may take to answer, in milliseconds: it would wait for a pipe for ever. */
const patience = 1500;

/** What git says of a repository. @returns undefined where it fails; "late" where it takes longer */
export function askGit(dir: string, words: readonly string[]): { readonly said: string } | "late" | undefined {
  // Loaded only where something is asked: most lines ask nothing.
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  const { status, stdout, error } = spawnSync("git", ["-C", dir, ...words], {
    encoding: "utf8",
    env: environment([]),
    timeout: patience,
    killSignal: "SIGKILL",
    maxBuffer: 64 << 20,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") return "late";
  return status === 0 ? { said: stdout } : undefined;
}

/** Whether a repository's own configuration may have such a word, there or in another file of its own. */
export function mayHave(word: RegExp, top: string): boolean {
  const text = textIfPlain(join(gitDirectories(top).shared, "config"));
  return text === undefined || /include|worktreeconfig/i.test(text) || word.test(text);
}

/** The filters that a repository's own configuration names; those of the user's are this user's choice. */
function filtersOf(dir: string): readonly string[] {
  const top = workTree(dir);
  if (top === undefined || !mayHave(/filter/i, top)) return [];
  const asked = askGit(dir, ["config", "--show-scope", "--name-only", "--get-regexp", "^filter\\."]);
  if (asked === "late") throw new Refusal(`git can't list the filters of the repository in ${shown(top)}`);
  const { said } = asked ?? { said: "" };
  const found = [...said.matchAll(/^(?:local|worktree)\tfilter\.(.*)\.[^.\n]*$/gm)];
  return [...new Set(found.map(([, name = ""]) => name))].sort();
}

/**
 * The environment of git, and of what calls git itself, as nix does (lib/shell/here/harmless.sh has the same for what a script asks).
 * @param dir in a repository of which no filter is to be run either
 * @throws Refusal where git does not tell which there are
 */
export const gitEnvironment = (dir?: string): NodeJS.ProcessEnv => environment(dir === undefined ? [] : filtersOf(dir));
