// Reboots of a target, proven by its boot_id over a new connection: an open port says nothing, as a machine may be back in a second.
import { call, type Part, stage } from "../script/part.ts";
import type { Step } from "../script/step.ts";

export interface Reboot {
  /** `if-needed`: only where what boots has another kernel, initrd, kernel modules or systemd than what was booted. */
  readonly when: string;
  /** Seconds to wait for it to come back. */
  readonly limit: string;
}

/** How long a reboot may take, in seconds. */
export const limitOf = (reboot: Reboot | undefined): string => reboot?.limit ?? "300";

/** The reboot that a line asks for, if it does. */
export const askedReboot = ({
  reboot,
  wait,
}: {
  readonly reboot: string | undefined;
  readonly wait: string | undefined;
}): Reboot | undefined => (reboot === undefined ? undefined : { when: reboot, limit: wait ?? "300" });

/** The commands of a reboot. @param held whether it is first agreed to, by whoever looks after all hosts of a run */
export const rebootSteps = (reboot: Reboot | undefined, held = false): readonly Step[] =>
  reboot === undefined
    ? []
    : [
        ...(held ? [call("agree_to_reboot", [reboot.when])] : []),
        call("reboot_there", [reboot.when, reboot.limit], "and wait until it is back, as another boot over a new connection"),
      ];

/** What a script does when all else is done: nothing, or the reboot. */
export const rebooting = (reboot: Reboot | undefined): Part => ({
  main: rebootSteps(reboot),
  stages:
    reboot === undefined
      ? []
      : [
          stage(
            `reboot it${reboot.when === "always" ? "" : ", if that is needed"}, and wait until it is back, at most ${reboot.limit} s`,
            "both",
            1,
            30,
            32,
          ),
        ],
});
