// The lists of those to whom secrets are encrypted: agenix's secrets.nix, wherever people keep it, and .sops.yaml.
import { spawnSync } from "node:child_process";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { nix } from "../here/backends.ts";
import { gitEnvironment } from "../here/git.ts";
import { readPlain, Unread } from "../here/plain-file.ts";
import { unlinked } from "../here/tree.ts";

export interface List {
  /** In the flake's directory. */
  readonly file: string;
  /** All recipients that it has. */
  readonly text: string;
  /** Why it was not read, where it wasn't. */
  readonly why?: string;
  /** Whether these are all; else it is what the file says, of which nix could not make them. */
  readonly sure: boolean;
}

/** The keys of agenix's rules; null of a file that has none, like a module of the flake's own. */
const rules = `rules:
  let
    lists = rule: builtins.isAttrs rule && rule ? publicKeys;
    found = if builtins.isAttrs rules then builtins.filter lists (builtins.attrValues rules) else [ ];
  in if found == [ ] then null else builtins.concatMap (rule: rule.publicKeys) found`;

/** As agenix reads it: evaluated. It may be a stranger's, so it sees the flake's files alone, and neither network nor environment. */
function ofAgenix(dir: string, file: string, text: string): List | undefined {
  const words = [
    "eval",
    "--json",
    "--option",
    "restrict-eval",
    "true",
    "-I",
    unlinked(dir),
    "-f",
    join(unlinked(dir), file),
    "--apply",
    rules,
  ];
  const [program = "", ...before] = nix;
  const asked = spawnSync(program, [...before, ...words], { encoding: "utf8", timeout: 10_000, env: gitEnvironment() });
  try {
    const keys: unknown = asked.status === 0 ? JSON.parse(asked.stdout) : undefined;
    if (keys === null) return undefined;
    if (Array.isArray(keys)) return { file, text: keys.map(String).join("\n"), sure: true };
  } catch {
    // It is no JSON.
  }
  return { file, text, sure: false };
}

const read = new Map<string, List | undefined>();

/** Whether something is there, readable or not. What lies behind a file is not. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOTDIR";
  }
}

/** Before nix sees it: nix would wait for a pipe. */
function list(dir: string, file: string): List | undefined {
  const path = join(dir, file);
  if (!isThere(path)) return undefined;
  try {
    const text = readPlain(path).toString("utf8");
    return file.endsWith(".nix") ? ofAgenix(dir, file, text) : { file, text, sure: true };
  } catch (error) {
    if (error instanceof Unread) return { file, text: "", sure: false, why: error.why };
    throw error;
  }
}

/** A list, read once for all hosts; undefined where there is none. */
function listIn(dir: string, file: string): List | undefined {
  const path = join(dir, file);
  if (!read.has(path)) read.set(path, list(dir, file));
  return read.get(path);
}

/** The lists of a flake that a host's key may stand in. */
export const recipientLists = (dir: string, host: string): readonly List[] =>
  ["secrets.nix", "secrets/secrets.nix", `hosts/${host}/secrets/secrets.nix`, `hosts/${host}/secrets.nix`, ".sops.yaml"].flatMap(
    (file) => listIn(dir, file) ?? [],
  );
