// The guarded part of a deployment: armed, activated, confirmed over new connections, and only then made to last. The order is that
// of security.md: nothing that outlives a reboot changes before the confirmation, so a power cut is a way back too.
import { spelled } from "../here/called.ts";
import { define, fragment, type Line, type Plan, step, variable, type Word } from "../script/step.ts";
import { Usage } from "../spec/errors.ts";
import type { unitFailures } from "../spec/options.ts";
import { type Access, accessTo, askingSecret, asRoot, type ElevateGiven, provingRoot } from "../target/access.ts";
import { deploymentScript, farScript, plainWords, sshWords } from "../target/ssh.ts";

/** Scripts of lib/shell/there that say, before anything is done, whether a trial boot can be made there. */
export const trialMeans = ["one-shot", "boot-loader", "trial-means"] as const;

export interface Guard {
  /** Seconds from the arming to the way back. */
  readonly timeout: string;
  /** Seconds between the two connections that confirm. */
  readonly settle: string;
  readonly onUnitFailure: keyof typeof unitFailures;
  /** Shell commands that must succeed here. */
  readonly checks: readonly string[];
  /** Shell commands that must succeed on the target. */
  readonly checksRemote: readonly string[];
}

interface Given {
  readonly guard: boolean;
  readonly confirmTimeout: string | undefined;
  readonly settle: string | undefined;
  readonly onUnitFailure: string | undefined;
  readonly check: readonly string[];
  readonly checkRemote: readonly string[];
}

/** The guard that a line asks for, if it does. @throws Usage for a time that is too short to confirm in */
export function askedGuard(given: Given): Guard | undefined {
  const {
    confirmTimeout: timeout = "180",
    settle = "5",
    onUnitFailure = "rollback",
    check: checks,
    checkRemote: checksRemote,
  } = given;
  if (given.guard || given.confirmTimeout !== undefined) {
    const seconds = Number(timeout);
    if (Number(settle) > seconds / 2)
      throw new Usage(
        `--settle is ${settle}, and all must be over within ${timeout} seconds; type 0 to ${Math.floor(seconds / 2)}`,
      );
    return { timeout, settle, onUnitFailure: onUnitFailure as keyof typeof unitFailures, checks, checksRemote };
  }
  if (given.settle !== undefined) throw new Usage("--settle is time between two proofs of a guarded deployment; add --guard");
  const needing = checks.length > 0 ? "--check" : checksRemote.length > 0 ? "--check-remote" : undefined;
  if (needing !== undefined) throw new Usage(`${needing} decides whether a guarded deployment stays; add --guard`);
  if (given.onUnitFailure === "rollback")
    throw new Usage("--on-unit-failure rollback needs something that goes back; add --guard");
  return undefined;
}

interface Guarded {
  readonly guard: Guard;
  readonly access: Access;
  /** What tells whether someone else has changed what runs there. */
  readonly known: readonly Word[];
  readonly system: Word;
  /** Of the system profile: a number, or "new". */
  readonly generation: Word;
  /** Whether it becomes what boots. */
  readonly commits: boolean;
  /** Whether the commit installs the boot loader anew: 1 or 0. */
  readonly bootloader: Word;
}

/** Scripts of lib/shell/there that put right what a deployment that was cut short has left. */
export const mending = ["one-shot", "committing"] as const;

/**
 * From a system that has been copied to the end. The script has `reach` (one connection for all) and `fresh` (a new one each time).
 * @param trial seconds that a reboot may take, where the system is tried by a boot; else it is activated
 */
export function guarded(
  { guard, access, known, system, generation, bootloader, commits }: Guarded,
  trial: string | undefined,
): readonly Line[] {
  const id = variable("id");
  const far = (name: string, by: string, parts: readonly string[], ...data: readonly Word[]) =>
    define(name, asRoot(access, [by], farScript(deploymentScript(...parts), ...data)));
  const what = [id, system, variable("seconds"), variable("by"), ...known, guard.onUnitFailure];
  const commit = deploymentScript(...mending, "commit");
  return [
    ...(trial === undefined
      ? [
          far(
            ...(["arm", "reach", [...mending, "arm"], ...what] as const),
            ...[deploymentScript("bus", "rollback"), deploymentScript("activation"), commit, generation, bootloader],
          ),
        ]
      : [far("arm", "reach", [...mending, "boot-loader", "trial"], ...what, commit, generation, bootloader)]),
    define("via", step(variable("way"))),
    ...(trial === undefined ? [far("begin", "via", ["start"], id)] : []),
    far("look", "fresh", ["ready", "look"], id),
    far("confirm", "fresh", ["ready", "confirm"], id, commits ? "commit" : "keep"),
    far("cancel", "via", [...mending, "cancel"], id, "the deployment was interrupted"),
    far("recover", "fresh", [...mending, "recover"], id, variable("by")),
    guard.checksRemote.length === 0 ? define("check", step("true")) : far("check", "fresh", ["check"], id, ...guard.checksRemote),
    define("passes", step("each_check", guard.checks)),
    fragment("here/confirming.sh", {
      fed: access.asks ? "yes" : "",
      pause: Number(guard.settle) === 0 ? "" : guard.settle,
      checks: guard.checks.length + guard.checksRemote.length === 0 ? "" : "yes",
      deploy: `${spelled("ops-deploy")}${access.typed}`,
    }),
    trial === undefined
      ? fragment("here/guard.sh", { seconds: guard.timeout })
      : fragment("here/trial.sh", { seconds: guard.timeout, limit: trial }),
  ];
}

/** What is armed on a target (`status`), or "go back now" (`cancel`), whoever has armed it. */
export function armedThere(action: "status" | "cancel", target: string, given: ElevateGiven): Plan {
  const access = accessTo(target, given);
  const ssh = ["ssh", ...plainWords, ...sshWords(given), "-o", "ConnectTimeout=10"];
  const script =
    action === "status" ? farScript(["deployment", "armed"]) : farScript(["deployment", ...mending, "cancel"], "any", "asked to");
  const line = asRoot(access, ssh, script);
  return {
    lines: [
      ...askingSecret(access),
      ...(access.by === undefined ? [] : [fragment("here/heard.sh", { target: access.to })]),
      ...provingRoot(access, ssh),
      access.asks ? line : { ...line, stdin: "none" },
    ],
  };
}
