// What the last run of several hosts has left, for --on: the hosts that failed (@failed), did not answer (@skipped), or all that are not as they
// should be (@left), those that were never begun among them. It is read from the run's events (lib/fleet/events.ts).
import { readdirSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { speaker } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import { textIfPlain } from "../here/plain-file.ts";
import { runsHome } from "../here/state.ts";
import { Usage } from "../spec/errors.ts";
import { partsOf } from "./selection.ts";
import type { Inventory } from "./setting.ts";

const words = ["failed", "skipped", "left"] as const;
type Word = (typeof words)[number];

/** The hosts that a word means, of the last run. */
export type Left = ReadonlyMap<Word, readonly string[]>;

/** Verbs of one meaning. */
const sameVerb = (verb: string) => (verb === "ops-sync" ? "ops-deploy" : verb);

/** The verbs that make such runs: for one of them its own last run counts. */
const running = ["ops-deploy", "ops-rollback", "ops-reboot", "ops-push-keys"];

/** What a run notes of its flake. */
export function flakeName({ ref, dir }: Flake): string {
  try {
    return dir === undefined ? ref : realpathSync(dir);
  } catch {
    return ref;
  }
}

interface Noted {
  readonly time: string;
  readonly step: string;
  readonly host: string | null;
  readonly argv: readonly string[] | null;
  readonly hosts?: readonly string[];
  readonly flake?: string;
  readonly looks?: boolean;
  readonly outcome?: string;
}

/** The events of a run; none where they can't be read. */
function eventsOf(dir: string): readonly Noted[] {
  try {
    const lines = (textIfPlain(join(dir, ".events"), 16 << 20) ?? "").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Noted);
  } catch {
    return [];
  }
}

/** The events of the last run that changed hosts of a flake, by the verb that is typed, if it makes such runs. */
function lastRun(flake: Flake): readonly Noted[] | undefined {
  const verb = sameVerb(speaker());
  const name = flakeName(flake);
  const home = runsHome();
  let dirs: readonly string[] = [];
  try {
    dirs = home === undefined ? [] : readdirSync(home).sort().reverse();
  } catch {
    // There was none.
  }
  for (const dir of dirs) {
    const events = eventsOf(join(home ?? "", dir));
    const [first] = events;
    if (first?.step !== "run" || first.flake !== name || first.looks) continue;
    if (!running.includes(verb) || sameVerb(basename(first.argv?.[0] ?? "", ".ts")) === verb) return events;
  }
  return undefined;
}

/** The words of the last run that a selection has, where no tag of hey.toml is called so. */
const wordsIn = (selection: string, tags: readonly string[]): readonly Word[] => {
  const parts = partsOf(selection).map((part) => part.replace(/^!\s*/, ""));
  return words.filter((word) => parts.includes(`@${word}`) && !tags.includes(word));
};

/**
 * What the words of a selection mean that are of the last run; undefined where it has none.
 * @param tags of hey.toml
 * @throws Usage where there was no run, or where it has left none of those
 */
export function leftMeant(flake: Flake, selection: string, tags: readonly string[]): Left | undefined {
  const meant = wordsIn(selection, tags);
  const [word] = meant;
  if (word === undefined) return undefined;
  const events = lastRun(flake);
  if (events === undefined) throw new Usage(`@${word} means hosts of the last run, and there was none here; type the hosts`);
  const outcomes = new Map(
    events.flatMap(({ step, host, outcome }) => (step === "ended" ? [[host ?? "", outcome] as const] : [])),
  );
  const hosts = events[0]?.hosts ?? [];
  const of: Readonly<Record<Word, (outcome: string | undefined) => boolean>> = {
    failed: (outcome) => outcome === "failed",
    skipped: (outcome) => outcome === "skipped",
    left: (outcome) => outcome !== "done" && outcome !== "current",
  };
  const left = new Map(meant.map((one) => [one, hosts.filter((host) => of[one](outcomes.get(host)))] as const));
  if ([...left.values()].flat().length === 0)
    throw new Usage(`the last run (${events[0]?.time.slice(0, 16).replace("T", " ")} UTC) has left no host for @${word}`);
  return left;
}

/** Machines with these words as further tags. */
export const tagged = (inventory: Inventory, left: Left | undefined): Inventory =>
  left === undefined
    ? inventory
    : inventory.map((machine) => ({
        ...machine,
        tags: [...machine.tags, ...[...left].flatMap(([word, hosts]) => (hosts.includes(machine.host) ? [word] : []))],
      }));
