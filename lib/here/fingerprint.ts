// Whether a flake is as it was.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Flake } from "./flake.ts";
import { readPlain, textIfPlain } from "./plain-file.ts";
import { below, gitDirectories, unlinked, workTree } from "./tree.ts";

/** What may say which hosts there are: Nix's own files, and whatever these read. What people and hey itself read is none. */
const counts = (name: string) => !/^(?:hey\.toml|README.*|LICENSE.*|.*\.md|.*\.sw[a-p]|.*~)$/.test(name);

/** When a file was last changed, and its size; "" for one that isn't there. */
function changed(path: string): string {
  try {
    const { ctimeMs, size } = statSync(path);
    return `${ctimeMs} ${size}`;
  } catch {
    return "";
  }
}

const text = (path: string) => (textIfPlain(path) ?? "").trim();

/** The commit that is checked out, and what is staged beside it: as git keeps both, without a question to it. */
function commit(top: string): readonly string[] {
  const { own, shared } = gitDirectories(top);
  const head = text(join(own, "HEAD"));
  const branch = /^ref: (.*)$/.exec(head)?.[1];
  const at = branch === undefined ? "" : text(join(shared, branch)) || changed(join(shared, "packed-refs"));
  return [head, at, staged(join(own, "index"))];
}

/** Of an index: one of a million files has a hundred megabytes. */
const largest = 128 << 20;

/**
 * The names in git's index, as git writes the rest of it anew when it is asked something (gitformat-index(5), versions 2 and 3). Of another
 * version its size.
 */
function staged(path: string): string {
  let index: Buffer;
  try {
    index = readPlain(path, largest);
  } catch {
    return "";
  }
  const version = index.length < 12 ? 0 : index.readUInt32BE(4);
  if (version !== 2 && version !== 3) return String(index.length);
  const names: string[] = [];
  let at = 12;
  for (let left = index.readUInt32BE(8); left > 0 && at + 62 < index.length; left--) {
    const start = at + (index.readUInt16BE(at + 60) & 0x4000 ? 64 : 62);
    const end = index.indexOf(0, start);
    names.push(index.toString("latin1", start, end));
    // An entry ends with one to eight NULs.
    at += ((end - at) & ~7) + 8;
  }
  return names.join("\n");
}

/** Whether what lies outside of the files may say which hosts there are: another commit, submodules, an input that no lock file holds still. */
function isElsewhere(ref: string, own: string, top: string): boolean {
  if (/[?&](?:ref|rev)=/.test(ref)) return true;
  if (/[?&]submodules=1/.test(ref) && changed(join(top, ".gitmodules")) !== "") return true;
  return changed(join(own, "flake.lock")) === "" && /\binputs\s*[.=]/.test(text(join(own, "flake.nix")));
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
  if (isElsewhere(ref, own, top)) return undefined;
  const entries = below(top)?.filter(({ kind }) => kind.isDirectory() || counts(kind.name));
  if (entries === undefined) return undefined;
  // Of a folder its name counts, as a flake may read which there are.
  const lines = entries.map(({ path, kind }) => (kind.isDirectory() ? path : `${path} ${changed(path)}`)).sort();
  return hashed([...lines, ...(repository === undefined ? [] : commit(repository))].join("\n"));
}
