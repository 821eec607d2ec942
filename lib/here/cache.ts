// Which hosts a flake had when nix was last asked, in files that the shells' completions read: they never evaluate anything themselves.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Flake } from "./flake.ts";
import { textIfPlain } from "./plain-file.ts";
import { cacheHome, makeDirectory } from "./state.ts";
import { unlinked } from "./tree.ts";

/** What nix said. */
export interface Named {
  /** Hosts that can be typed. */
  readonly names: readonly string[];
  /** Names of the others. */
  readonly odd: readonly string[];
}

/** One answer. A flake has several where it is asked in several ways: with another query, or other words. */
export interface Remembered extends Named {
  /** How it was asked. */
  readonly way: string;
  /** The flake's fingerprint then. */
  readonly stamp: string;
}

/** How many answers are kept of one flake. */
const most = 8;

/** Nowhere where this user has no directory for it. */
const folder = () => {
  const place = cacheHome();
  return place === undefined ? undefined : join(place, "hosts");
};

/** Its directory without links, with `%` as `%25` and `/` as `%2F`; of a flake elsewhere its reference, which never starts with %2F. */
const nameOf = ({ ref, dir }: Flake) =>
  dir === undefined ? encodeURIComponent(ref) : unlinked(dir).replaceAll("%", "%25").replaceAll("/", "%2F");

const head = /^# ([0-9a-f]+) (\S*)$/;
const strange = /^#! (".*")$/;

/** All answers that are remembered of a flake, the newest first. */
export function remembered(flake: Flake): readonly Remembered[] {
  const place = folder();
  const text = place === undefined ? undefined : textIfPlain(join(place, nameOf(flake)), most << 20);
  const lines = (text ?? "").split("\n").filter(Boolean);
  const found: { way: string; stamp: string; names: string[]; odd: string[] }[] = [];
  for (const line of lines) {
    const [, stamp, way] = head.exec(line) ?? [];
    const last = found.at(-1);
    const odd = strange.exec(line)?.[1];
    if (stamp !== undefined && way !== undefined) found.push({ way, stamp, names: [], odd: [] });
    else if (odd !== undefined) last?.odd.push(unquoted(odd));
    else if (!line.startsWith("#")) last?.names.push(line);
  }
  return found;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Notes an answer. Nothing comes of it where that can't be written: completions have fewer hosts to offer then, and nix is asked again. */
export function remember(flake: Flake, answer: Remembered): void {
  const others = remembered(flake).filter(({ way }) => way !== answer.way);
  const lines = [answer, ...others].slice(0, most).flatMap(({ way, stamp, names, odd }) => [
    `# ${stamp} ${way}`,
    ...names,
    // Of these completions offer none.
    ...odd.map((name) => `#! ${JSON.stringify(name)}`),
  ]);
  const place = folder();
  if (place === undefined) return;
  // A name with a dot is no flake's: theirs start with %2F, or a letter.
  const fresh = join(place, `.${process.pid}`);
  try {
    makeDirectory(place);
    // Of a process that was killed.
    rmSync(fresh, { force: true });
    try {
      writeFileSync(fresh, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
      // A shell may be reading it: it has the old list or the new.
      renameSync(fresh, join(place, nameOf(flake)));
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch {
    // As said.
  }
}
