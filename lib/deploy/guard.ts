// The guarded part of a deployment: armed, activated, confirmed over new connections, and only then made to last. The order is that
// of security.md: nothing that outlives a reboot changes before the confirmation, so a power cut is a way back too.
import { call, type Plan, parts, stage } from "../script/part.ts";
import { Usage } from "../spec/errors.ts";
import type { unitFailures } from "../spec/options.ts";
import { accessTo, type ElevateGiven } from "../target/access.ts";

export interface Guard {
  /** Seconds from the end of the activation to the way back. */
  readonly timeout: string;
  /** Seconds that the activation may take. */
  readonly activation: string;
  /** Seconds between the two connections that confirm. */
  readonly settle: string;
  readonly onUnitFailure: keyof typeof unitFailures;
  /** The host may reboot, where the old system can't be made to run otherwise. */
  readonly lastReboot: boolean;
  /** Shell commands that must succeed here. */
  readonly checks: readonly string[];
  /** Shell commands that must succeed on the target. */
  readonly checksRemote: readonly string[];
}

interface Given {
  readonly guard: boolean;
  readonly confirmTimeout: string | undefined;
  readonly activationTimeout: string | undefined;
  readonly settle: string | undefined;
  readonly onUnitFailure: string | undefined;
  readonly noLastReboot: boolean;
  readonly check: readonly string[];
  readonly checkRemote: readonly string[];
}

/** The guard that a line asks for, if it does. @throws Usage for a time that is too short to confirm in */
export function askedGuard(given: Given): Guard | undefined {
  const {
    confirmTimeout: timeout = "180",
    activationTimeout: activation = "600",
    settle = "5",
    onUnitFailure = "rollback",
    check: checks,
    checkRemote: checksRemote,
  } = given;
  if (!given.guard && given.confirmTimeout === undefined) return undefined;
  const seconds = Number(timeout);
  if (Number(settle) > seconds / 2)
    throw new Usage(
      `--settle is ${settle}, and all must be over within ${timeout} seconds; type 0 to ${Math.floor(seconds / 2)}`,
    );
  return {
    timeout,
    activation,
    settle,
    onUnitFailure: onUnitFailure as keyof typeof unitFailures,
    lastReboot: !given.noLastReboot,
    checks,
    checksRemote,
  };
}

/** What is armed on a target (`status`), or "go back now" (`cancel`), whoever has armed it. */
export function armedThere(action: "status" | "cancel", target: string, given: ElevateGiven): Plan {
  const access = accessTo(target, given);
  const [words, about]: readonly [readonly string[], string] =
    action === "status"
      ? [["say_armed"], "what is armed there, what runs and boots"]
      : [["cancel_any", "asked to"], "end a guarded deployment: back to what ran before"];
  return parts(access.connect({ unattended: false, alert: false }), {
    main: [call("show_there", words, about)],
    stages: [stage(about, "there", 1, 255)],
  });
}
