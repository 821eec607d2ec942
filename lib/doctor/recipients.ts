// The lists of those to whom secrets are encrypted: agenix's secrets.nix, wherever people keep it, and .sops.yaml.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nix } from "../here/backends.ts";
import { gitEnvironment } from "../here/git.ts";
import { unlinked } from "../here/tree.ts";

export interface List {
  /** In the flake's directory. */
  readonly file: string;
  /** All recipients that it has. */
  readonly text: string;
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
function ofAgenix(dir: string, file: string): List | undefined {
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
  return { file, text: readFileSync(join(dir, file), "utf8"), sure: false };
}

const read = new Map<string, List | undefined>();

/** A list, read once for all hosts; undefined where the file is none. */
function listIn(dir: string, file: string): List | undefined {
  const path = join(dir, file);
  if (!read.has(path)) {
    const isThere = existsSync(path);
    const plain = () => ({ file, text: readFileSync(path, "utf8"), sure: true });
    read.set(path, !isThere ? undefined : file.endsWith(".nix") ? ofAgenix(dir, file) : plain());
  }
  return read.get(path);
}

/** The lists of a flake that a host's key may stand in. */
export const recipientLists = (dir: string, host: string): readonly List[] =>
  ["secrets.nix", "secrets/secrets.nix", `hosts/${host}/secrets/secrets.nix`, `hosts/${host}/secrets.nix`, ".sops.yaml"].flatMap(
    (file) => listIn(dir, file) ?? [],
  );
