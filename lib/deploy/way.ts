// A way to make a system run on a target: plainly, guarded, or tried by a boot. One of three; nothing else asks whether there is a guard.
import { call, calling, nothing, type Part, stage } from "../script/part.ts";
import type { Access } from "../target/access.ts";
import type { Guard } from "./guard.ts";
import { limitOf, type Reboot } from "./reboot.ts";

/** What switch-to-configuration is asked for. */
export type Action = "switch" | "boot" | "test" | "dry-activate";

/** A system that is to run: how, and by whose login. */
export interface Activation {
  readonly action: Action;
  readonly access: Access;
}

export interface Way {
  /** A login must work without a question. */
  readonly unattended: boolean;
  /** A dead connection must end soon. */
  readonly alert: boolean;
  /** What the target must have, asked before the build: functions of lib/shell/there. */
  readonly asks: readonly string[];
  /** What the system that was built must have. */
  readonly requires: Part;
  /** The reboot that was asked for is behind it; else it is part of it. */
  readonly rebootsAfter: boolean;
  /** From a system that is there to one that runs. It returns then, or ends the script. */
  change(about: Activation): Part;
}

/** @param orBoot whether a system that can't be switched to becomes what boots: it was asked for, or a reboot follows */
const plainly = (orBoot: boolean): Way => ({
  unattended: false,
  alert: false,
  asks: [],
  requires: nothing,
  rebootsAfter: true,
  change: ({ action }) =>
    calling(
      "activate_there",
      orBoot ? [action, "or-boot"] : [action],
      says[action],
      stage(`${action} it: ${says[action]}`, "there", 1, 4, 13),
      ...(action === "switch" || action === "test" ? [stage("log in once more: it must not be locked out", "both", 16)] : []),
    ),
});

/** What an activation does, in a few words. */
const says = {
  switch: "profile, boot menu, switch-to-configuration switch",
  boot: "profile, boot menu, switch-to-configuration boot",
  test: "switch-to-configuration test; the next boot is as it was",
  "dry-activate": "switch-to-configuration dry-activate, which changes nothing",
} as const;

/** How long it is waited for a host that does not answer, behind the deadline, in seconds. */
const patience = "60";

/** What both ways give that can go back. */
function guarding({ timeout, activation, settle, onUnitFailure, checks, checksRemote }: Guard, { access }: Activation): Part {
  const here = checks.map((check) => call("check_here", [check]));
  const there = checksRemote.length === 0 ? [] : [call("check_there", checksRemote)];
  const all = [...here, ...there];
  return {
    main: [],
    given: {
      seconds: timeout,
      activation_timeout: activation,
      settle: Number(settle) === 0 ? "" : settle,
      on_unit_failure: onUnitFailure,
      checks: all.length === 0 ? "" : "yes",
      fed: access.asks ? "yes" : "",
    },
    own: {
      run_checks: {
        about: all.length === 0 ? "there are none." : "the checks of this run, until one fails.",
        lines: all.length === 0 ? [call(":")] : all,
        orFails: true,
      },
    },
  };
}

/** Whether it becomes what boots. */
const lasts = ({ action }: Activation) => (action === "test" ? "keep" : "commit");

const confirmed = (about: Activation) =>
  `confirmed over new connections, else back to what ran before${lasts(about) === "keep" ? "" : "; only then it boots as well"}`;

const guarded = (guard: Guard, limit: string): Way => ({
  unattended: true,
  alert: true,
  asks: [],
  requires: nothing,
  rebootsAfter: true,
  change: (about) => {
    const base = guarding(guard, about);
    const { timeout, activation } = guard;
    return {
      ...base,
      given: { ...base.given, patience, limit, last_reboot: guard.lastReboot ? "yes" : "" },
      main: [
        call("arm_there", [], "from here on it goes back by itself, unless confirmed in time"),
        call("activate_and_confirm", [lasts(about)], confirmed(about)),
      ],
      from: ["guard-boot"],
      stages: [
        stage(
          `arm it: unless confirmed ${timeout} s after its activation it goes back by itself, whatever happens here`,
          "there",
          1,
          13,
        ),
        stage(`activate it until the next boot (switch-to-configuration test), in ${activation} s at most`, "there", 12, 13),
        stage(
          `confirm it over new connections, ${guard.settle} s apart${base.given?.["checks"] === "" ? "" : ", and by the checks"}`,
          "both",
          10,
          11,
          13,
          15,
        ),
        ...(lasts(about) === "keep" ? [] : [stage("only then: profile and boot menu", "there", 14)]),
      ],
    };
  },
});

const byTrialBoot = (guard: Guard, limit: string): Way => ({
  unattended: true,
  alert: true,
  asks: ["can_try"],
  requires: calling(
    "require_trial_unit",
    [],
    "the new system ends a trial boot by itself",
    stage("the system must have the unit that ends a trial boot", "here", 1),
  ),
  rebootsAfter: false,
  change: (about) => {
    const base = guarding(guard, about);
    return {
      ...base,
      given: { ...base.given, patience: limit, limit },
      main: [
        call(
          "boot_for_a_trial",
          [],
          `once; unless confirmed within ${guard.timeout} s of that boot it reboots into what boots now`,
        ),
        call("await_and_confirm", ["commit"], confirmed(about)),
      ],
      from: ["trial-boot"],
      stages: [
        stage(
          `boot it once: unless confirmed within ${guard.timeout} s of that boot it reboots into the old one`,
          "there",
          1,
          13,
        ),
        stage(`wait for it, confirm it over new connections, ${guard.settle} s apart`, "both", 10, 11, 12, 13, 15),
        stage("only then: profile and boot menu", "there", 14),
      ],
    };
  },
});

/** What a line says of the next boot. */
interface Lasting {
  readonly boot: boolean;
  readonly orBoot: boolean;
}

/** The way that a line asks for. */
export function wayOf({ boot, orBoot }: Lasting, guard: Guard | undefined, reboot: Reboot | undefined): Way {
  if (guard === undefined) return plainly(orBoot || reboot !== undefined);
  return boot && reboot !== undefined ? byTrialBoot(guard, reboot.limit) : guarded(guard, limitOf(reboot));
}
