// How a host came out of a run.
import { meaning, numberOf, programStatusOf, rebootOf } from "../text/outcome.ts";
import type { RunningLane } from "./lane.ts";
import { facts } from "./transcripts.ts";

/** `current`: it was already so. `skipped`: it did not answer before anything was built. `not begun`: it was never its turn. */
export type Outcome = "done" | "current" | "failed" | "skipped" | "not begun";

export interface Result {
  readonly host: string;
  readonly outcome: Outcome;
  /** In a few words. */
  readonly text: string;
  /** The script's exit status; undefined where it was ended because it was never its turn. */
  readonly status: number | undefined;
  /** Numbers of the generations that booted before and boot now, where known. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** What only a reboot changes, as `kernel 6.6.1 → 6.6.8`; undefined where none is needed. */
  readonly reboot: string | undefined;
  /** With what NixOS's own program ended, where that failed; hey's statuses are others. */
  readonly programStatus: number | undefined;
  /** Milliseconds that it took, from its turn on. */
  readonly ms: number;
  /** The last line that it has said. */
  readonly last: string;
  /** The file of its transcript. */
  readonly transcript: string;
}

/** What became of a lane that has ended, and in a few words. */
function ending(
  { begun, silent, overdue, refusal, cramped, unmet, status = 1 }: RunningLane,
  known: ReadonlyMap<string, string>,
): readonly [Outcome, string] {
  const unasked = begun === undefined && status === 1 && !known.has("answered") && !known.has("refused");
  if (cramped) return ["failed", "no room for its files here"];
  if (unasked && refusal !== undefined) return ["failed", refusal];
  if (silent || unasked) return ["skipped", "does not answer"];
  if (begun === undefined && status > 128) return ["not begun", unmet ?? "not begun"];
  if (overdue && status > 128) return ["failed", "given up on"];
  if (status === 0) return known.has("current") ? ["current", "already so"] : ["done", meaning(status)];
  return ["failed", meaning(status)];
}

/** @param lane one that has ended */
export function resultOf(lane: RunningLane): Result {
  const { host, begun, started, over = Date.now(), last, status } = lane;
  const known = facts(lane.dir);
  const [outcome, text] = ending(lane, known);
  return {
    ...{ host, outcome, text, last, status: outcome === "not begun" ? undefined : status },
    ...{ from: numberOf(known.get("from")), to: numberOf(known.get("to")), reboot: rebootOf(known.get("reboot")) },
    ...{ programStatus: programStatusOf(known.get("program")) },
    ...{ ms: over - (begun ?? started), transcript: `${lane.dir}/log` },
  };
}

/** Whether others may follow. */
export const held = ({ outcome }: Result) => outcome === "done" || outcome === "current";
