// Whether this very login would still work under the new system, asked of its own programs before it is activated.
import { calling, type Part, stage } from "../script/part.ts";
import type { Access } from "../target/access.ts";
import type { Action } from "./way.ts";

/** What a line says of a lock-out. */
export interface LockoutGiven {
  /** It is meant. */
  readonly forceLockout: boolean;
}

/** The new system is there, and nothing of it runs. */
export const judging = (
  { access, action }: { readonly access: Access; readonly action: Action },
  { forceLockout }: LockoutGiven,
): Part => ({
  ...calling(
    "judge_there",
    [access.asks ? "secret" : (access.by ?? "none"), action],
    "would this login still work?",
    stage("would this login still work? the new system's own programs say so", "there", 17),
  ),
  given: { force_lockout: forceLockout ? "yes" : "" },
});
