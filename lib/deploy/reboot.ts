// Reboots of a target, proven by its boot_id over a new connection: an open port says nothing, as a machine may be back in a second.
import { define, fragment, type Line, step, variable } from "../script/step.ts";
import { Usage } from "../spec/errors.ts";
import { type Access, asRoot } from "../target/access.ts";
import { deploymentScript, farScript, remotely } from "../target/ssh.ts";
import { mending } from "./guard.ts";

export interface Reboot {
  /** `if-needed`: only where what boots has another kernel, initrd, kernel modules or systemd than what was booted. */
  readonly when: string;
  /** Seconds to wait for it to come back. */
  readonly limit: string;
}

/** The reboot that a line asks for, if it does. @throws Usage for a time to wait for nothing */
export function askedReboot({
  reboot,
  wait,
}: {
  readonly reboot: string | undefined;
  readonly wait: string | undefined;
}): Reboot | undefined {
  if (reboot !== undefined) return { when: reboot, limit: wait ?? "300" };
  if (wait !== undefined) throw new Usage("--wait is for a machine that reboots; add --reboot");
  return undefined;
}

/** @throws Usage where a boot is to be guarded that is not to come, or only perhaps */
export function requireTrial(boot: boolean, guard: object | undefined, reboot: Reboot | undefined): void {
  if (!boot || guard === undefined) return;
  if (reboot === undefined) throw new Usage("--boot --guard: a boot that nobody watches can't be confirmed; add --reboot");
  if (reboot.when !== "always")
    throw new Usage(
      `--boot --guard tries the system by a boot, and --reboot=${reboot.when} may leave it out; type --reboot alone`,
    );
}

/** What a script does when all else is done, as its function `afterwards`: nothing, or the reboot. */
export function afterwards({
  access,
  reboot,
}: {
  readonly access: Access;
  readonly reboot: Reboot | undefined;
}): readonly Line[] {
  if (reboot === undefined) return [define("afterwards", step("true"))];
  return [
    define(
      "reboot_there",
      asRoot(access, ["reach"], farScript(deploymentScript(...mending, "reboot"), variable("by"), reboot.when)),
    ),
    define("booted", remotely(["fresh"], access.to, farScript(deploymentScript("apart", "booted")))),
    fragment("here/reboot.sh", { limit: reboot.limit }),
  ];
}
