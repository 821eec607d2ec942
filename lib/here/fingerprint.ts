// Whether a flake is as it was.
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Flake } from "./flake.ts";
import { below, unlinked, workTree } from "./tree.ts";

/** What may say which hosts there are: Nix's own files, and data that these read. What hey itself reads is none. */
const counts = (name: string) => /\.(?:nix|json|toml|ya?ml|csv|lock)$/.test(name) && name !== "hey.toml";

/** When a file was last changed, and its size; "" for one that isn't there. */
function changed(path: string): string {
  try {
    const { ctimeMs, size } = statSync(path);
    return `${ctimeMs} ${size}`;
  } catch {
    return "";
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

/** The commit that is checked out, and what is staged beside it: as git keeps both, without a question to it. */
function commit(top: string): readonly string[] {
  const link = /^gitdir: (.*)$/.exec(text(join(top, ".git")))?.[1];
  const own = link === undefined ? join(top, ".git") : resolve(top, link);
  const shared = resolve(own, text(join(own, "commondir")));
  const head = text(join(own, "HEAD"));
  const branch = /^ref: (.*)$/.exec(head)?.[1];
  const at = branch === undefined ? "" : text(join(shared, branch)) || changed(join(shared, "packed-refs"));
  // Git writes its index anew when it is asked something. What is staged beside what was is another size of it.
  return [head, at, changed(join(own, "index")).replace(/.* /, "")];
}

/** 64 bits of a text: two hashes of 32 (FNV-1a, over other primes). To load node's own costs more than all else here. */
function hashed(text: string): string {
  let [one, other] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x85ebca6b) ^ (other >>> 13);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** @returns undefined where it can't be told: of a flake that is too large, and of one elsewhere */
export function fingerprint({ ref, dir }: Flake): string | undefined {
  if (dir === undefined) return undefined;
  const own = unlinked(dir);
  const repository = ref.startsWith("path:") ? undefined : workTree(own);
  const top = repository ?? own;
  const files = below(top)?.filter(({ kind }) => !kind.isDirectory() && counts(kind.name));
  if (files === undefined) return undefined;
  const lines = files.map(({ path }) => `${path} ${changed(path)}`).sort();
  return hashed([...lines, ...(repository === undefined ? [] : commit(repository))].join("\n"));
}
