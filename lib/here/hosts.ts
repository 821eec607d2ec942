// Which hosts a flake has. Nix says it, and that is remembered until the flake has changed.
import { didYouMean, shown, some } from "../spec/errors.ts";
import { isHost } from "../spec/words.ts";
import { nix, ownOutput } from "./backends.ts";
import { type Named, remember, remembered } from "./cache.ts";
import { speaker } from "./called.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Flake } from "./flake.ts";
import { gitEnvironment } from "./git.ts";
import { onPath } from "./machine.ts";
import { unlinked } from "./tree.ts";

/** The names, or why nix can't tell them: one line. */
export type Hosts = Named | { readonly why: string };

/** What is asked of a flake elsewhere may be another tomorrow. Nix itself looks again after an hour (tarball-ttl). */
const hour = 3_600_000;

/** How it is asked: two ways may have two answers. */
export function wayOf({ ref, dir, words = [] }: Flake): string {
  const kind = dir === undefined ? "" : (/^[a-z+]+:/.exec(ref)?.[0] ?? "");
  const query = dir === undefined ? "" : ref.slice(ref.indexOf("?") + 1 || ref.length);
  return encodeURIComponent([kind, query, ...words].filter(Boolean).join(" "));
}

/**
 * How the flake is now; of one elsewhere when that is: what was remembered holds for an hour, or for ever where the commit is typed. ""
 * where it can't be told: of what lies outside of the flake nothing is known.
 */
export function stampOf(flake: Flake): string {
  if (flake.words?.some((word) => ["--impure", "--override-input"].includes(word))) return "";
  if (flake.dir !== undefined) return fingerprint(flake) ?? "";
  return /\b[0-9a-f]{40}\b/.test(flake.ref) ? "0" : Math.floor(Date.now() / hour).toString(16);
}

/** Runs the words behind the first, which it says on the descriptor 3 once they have taken a second. */
const patiently = `said=$1
shift
(trap 'kill "$!"; exit' TERM; sleep 1 & wait "$!"; if kill -0 "$$"; then printf '%s\\n' "$said" >&3; fi) >/dev/null 2>&1 &
late=$!
"$@" 3>&-
status=$?
kill "$late" 2>/dev/null
exit "$status"`;

/** The reason in what nix says on stderr: the last line that is one, as those before it say where that was. */
function reason(said: string, status: number): string {
  const lines = said.replace(/\x1b\[[0-9;]*m/g, "").split("\n");
  const errors = lines.flatMap((line) => /^\s*error: +(.*\S)/.exec(line)?.[1] ?? []);
  const [last] = errors.slice(-1);
  const text = (last ?? lines.filter((line) => line.trim() !== "").at(-1) ?? "").replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return text === "" ? `nix ended with status ${status}` : [...text].slice(0, 200).join("");
}

/**
 * The question as it is put to nix, and in other words where it has no answer to that: from 2.19 on nix looks at no packages where a dot stands
 * before the attribute. An impure evaluation may ask which system this is, so it is not told another.
 */
function questions({ ref, words = [] }: Flake): readonly [readonly string[], readonly string[]] {
  // A look writes no flake.lock.
  const start = [...nix, "eval", "--json", "--no-write-lock-file"];
  const end = ["--apply", "builtins.attrNames"];
  const plain = [...words, `${ref}#nixosConfigurations`, ...end];
  const dotted = [...start, ...words, `${ref}#.nixosConfigurations`, ...end];
  return words.includes("--impure") ? [dotted, [...start, ...plain]] : [[...start, ...ownOutput, ...plain], dotted];
}

const lacks = /does not provide attribute/;

/** Asks nix. Names only: that works where a host itself does not evaluate. */
function ask(flake: Flake): Hosts {
  if (!onPath("nix")) return { why: "nix is not on PATH" };
  // Loaded only where something is asked: a list that is remembered must not pay for it.
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  const line = `${speaker()}: nix evaluates which hosts the flake has`;
  const put = (question: readonly string[]) =>
    spawnSync("/bin/sh", ["-c", patiently, "sh", line, ...question], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe", 2],
      maxBuffer: 64 << 20,
      env: gitEnvironment(flake.ref.startsWith("path:") ? undefined : flake.dir),
    });
  const [first, other] = questions(flake);
  let asked = put(first);
  // A nix before 2.19 takes the dot for a part of the name.
  const isOld = ({ stderr }: typeof asked) => stderr?.includes("'.nixosConfigurations'");
  if (asked.error === undefined && asked.status !== 0 && (isOld(asked) || !lacks.test(asked.stderr))) {
    const again = put(other);
    if (again.status === 0 || (isOld(asked) && !isOld(again))) asked = again;
  }
  if (asked.error !== undefined) return { why: `/bin/sh can't be started: ${(asked.error as NodeJS.ErrnoException).code}` };
  if (asked.status !== 0) {
    if (lacks.test(asked.stderr)) return { names: [], odd: [] };
    return { why: reason(asked.stderr, asked.status ?? 1) };
  }
  try {
    const all = (JSON.parse(asked.stdout) as readonly unknown[]).map(String).sort();
    return { names: all.filter(isHost), odd: all.filter((name) => !isHost(name)) };
  } catch {
    return { why: "nix has said no list of names" };
  }
}

/** A flake in words for a message. */
export const called = ({ ref, dir }: Flake) => `the flake ${dir === undefined ? shown(ref) : `in ${shown(dir)}`}`;

/** What to say of a host that isn't there, of a flake that has these. */
export const noSuchHost = (flake: Flake, host: string, names: readonly string[]): string =>
  `${called(flake)} has no host ${shown(host)}${didYouMean(host, names) || `; it has ${some(names)}`}`;

/** What nix has said in this run. */
const answers = new Map<string, Hosts>();

const keyOf = (flake: Flake) => `${flake.dir === undefined ? flake.ref : unlinked(flake.dir)} ${wayOf(flake)}`;

/** What is remembered of a flake that is still as it was then; undefined where nix must be asked. */
export function freshHosts(flake: Flake): Named | undefined {
  const answer = answers.get(keyOf(flake));
  if (answer !== undefined && !("why" in answer)) return answer;
  const way = wayOf(flake);
  const same = remembered(flake).find((one) => one.way === way);
  return same !== undefined && same.stamp !== "" && same.stamp === stampOf(flake) ? same : undefined;
}

/** Asks nix, once a run, whatever is remembered. */
export function askedHosts(flake: Flake): Hosts {
  const key = keyOf(flake);
  const before = answers.get(key);
  if (before !== undefined) return before;
  // Of how it was before nix began to read it.
  const stamp = stampOf(flake);
  const answer = ask(flake);
  answers.set(key, answer);
  if (!("why" in answer)) {
    remember(flake, { ...answer, way: wayOf(flake), stamp: stamp || "0" });
  }
  return answer;
}

/** The hosts of a flake: remembered where it is as it was then, else asked of nix. */
export const hostsOf = (flake: Flake): Hosts => freshHosts(flake) ?? askedHosts(flake);

/** The names that were remembered last, whatever has become of the flake since; undefined where none were. */
export function lastHosts(flake: Flake): readonly string[] | undefined {
  const all = remembered(flake);
  const way = wayOf(flake);
  return (all.find((one) => one.way === way) ?? all[0])?.names;
}
