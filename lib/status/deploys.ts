// What was deployed to a host, of all that was noted.
import type { Entry } from "../log/log.ts";
import { meaning } from "../text/outcome.ts";

/** `back`: the host runs an older system again, because somebody wanted it or because the new one did not hold. */
export type Outcome = "done" | "back" | "failed";

export interface Deploy extends Entry {
  readonly outcome: Outcome;
  readonly result: string;
}

const verbs: readonly string[] = ["ops-deploy", "ops-sync", "ops-rollback", "ops-bootstrap"];

/** Statuses of what has gone back by itself (docs/exit-codes.md has the list). */
const wentBack: readonly number[] = [10, 12];

/** Whose machine it was that was changed: one that called itself another host is that one's. */
const machineOf = ({ host, reached }: Entry, hosts: readonly string[]) =>
  reached !== undefined && hosts.includes(reached) ? reached : host;

/**
 * Those that were to change what the host runs, and have begun to, as far as that is known; oldest first.
 * @param hosts all that are known
 */
export const deploysOf = (host: string, noted: readonly Entry[], hosts: readonly string[]): readonly Deploy[] =>
  noted
    .filter((entry) => machineOf(entry, hosts) === host && verbs.includes(entry.verb) && !entry.untouched)
    .map((entry) => {
      const { status, verb } = entry;
      const back = wentBack.includes(status) || (status === 0 && verb === "ops-rollback");
      const outcome = back ? "back" : status === 0 ? "done" : "failed";
      return { ...entry, outcome, result: status === 0 && back ? "went back, as asked" : meaning(status) };
    });

export const counted = (deploys: readonly Deploy[], outcome: Outcome) =>
  deploys.filter((deploy) => deploy.outcome === outcome).length;
