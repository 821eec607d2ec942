// A deployment with nix and ssh alone: what nixos-rebuild does, for machines that have none, and under guard what it can't do. And the
// way back to a generation that is there already, which differs only in where the system comes from.
import { spelled } from "./called.ts";
import { type Flake, toplevel } from "./flake.ts";
import { deploymentScript, type Guard, guarded } from "./guard.ts";
import { nix } from "./nix.ts";
import { afterwards, type Reboot } from "./reboot.ts";
import { define, fragment, joined, type Line, type Plan, step, variable, type Word } from "./step.ts";
import {
  alertWords,
  farScript,
  farText,
  freshWords,
  login,
  masterWords,
  plainWords,
  remotely,
  type SshGiven,
  sshWords,
} from "./target.ts";

/** What switch-to-configuration is asked for. */
export type Action = "switch" | "boot" | "test" | "dry-activate";

/** How what a host runs is changed, whatever it is changed to. */
export interface Change {
  readonly host: string;
  readonly target: string;
  readonly action: Action;
  /** Activated instead of the system that it is one of. Not with guard. */
  readonly specialisation: string | undefined;
  readonly installBootloader: boolean;
  /** Also where someone else has changed what runs. */
  readonly force: boolean;
  /** Undone unless this machine proves that it can still get in. */
  readonly guard: Guard | undefined;
  readonly reboot: Reboot | undefined;
  readonly sshGiven: SshGiven;
}

export interface Deployment extends Change {
  readonly flake: Flake;
  readonly debug: boolean;
  readonly useSubstitutes: boolean;
  /** Words for nix build. */
  readonly passed: readonly string[];
}

/** ssh's words for the one connection that all of a run share. */
const sharedWords = ({ sshGiven, guard }: Pick<Change, "sshGiven" | "guard">): readonly Word[] => [
  ...plainWords,
  ...sshWords(sshGiven),
  ...(guard === undefined ? [] : alertWords),
  ...masterWords,
];

/** What every script that changes a host begins with: a private place, and `reach` and `fresh` for the connections. */
export function connected(about: Pick<Change, "host" | "target" | "guard" | "reboot" | "sshGiven">): readonly Line[] {
  const ssh = [...plainWords, ...sshWords(about.sshGiven)];
  const proves = about.guard !== undefined || about.reboot !== undefined;
  return [
    fragment("local/private-place.sh"),
    fragment("local/private-tmp.sh", { target: login(about.target) }),
    fragment("local/heard.sh", {
      deployment: joined(farText("deployment")),
      where: about.target,
      ...{ shell: spelled("ops-ssh"), reboot: spelled("ops-reboot") },
    }),
    fragment("local/record.sh", { host: about.host }),
    define("reach", step("ssh", sharedWords(about))),
    // -S in the caller's NIX_SSHOPTS would win over ControlPath. By exec, so that who ends the function's process ends ssh.
    ...(proves ? [define("fresh", step("exec", "ssh", [...freshWords, ...ssh, "-S", "none"]))] : []),
  ];
}

/** What tells whether someone else has changed what runs there. What runs already is no one else's change where nothing is changed. */
const known = ({ force, action }: Change): readonly Word[] => [
  force || action === "dry-activate" ? "force" : "keep",
  variable("expected"),
];

/**
 * Asks the target whether it is there, may be changed, and by nobody else now.
 * @param more scripts of lib/remote that ask for more, with their data after the two of ask.sh
 */
function asked(about: Change, more: readonly string[] = [], ...data: readonly Word[]): readonly Line[] {
  // Under guard this machine must get in without a question, so that is tried before anything else.
  const by = about.guard === undefined ? ["reach"] : ["reach", "-o", "BatchMode=yes"];
  return [
    fragment("local/expected.sh"),
    define("ask", remotely(by, login(about.target), farScript(deploymentScript("ask", ...more), ...known(about), ...data))),
    fragment("local/ask-target.sh"),
  ];
}

/** Activates `$system`, which is there. @param generation its number, or "new" */
function activated(about: Change, generation: Word): readonly Line[] {
  const { target, action, specialisation, guard } = about;
  const to = login(target);
  const system = variable("system");
  const runs = specialisation === undefined ? system : joined(system, `/specialisation/${specialisation}`);
  const bootloader = about.installBootloader ? "1" : "0";
  const rest = [variable("by"), ...known(about), runs, bootloader, generation];
  return [
    ...afterwards(about),
    ...(guard === undefined
      ? [
          define(
            "activate",
            remotely(["reach"], to, farScript(deploymentScript("activate"), system, variable("action"), ...rest)),
          ),
          fragment("local/activate-there.sh", {
            ...{ action, reboots: about.reboot === undefined ? "" : "yes" },
            runs: specialisation === undefined ? system : variable("specialised"),
          }),
        ]
      : guarded({ guard, to, known: known(about), system, generation, bootloader, commits: action === "switch" })),
  ];
}

/** Asks the target first, as a build can be long; then builds here, copies what is missing there, and activates. */
export function deployByNix(about: Deployment): Plan {
  const { flake, host, target, specialisation, debug, useSubstitutes, passed } = about;
  const to = login(target);
  const link = joined(variable("tmp"), "/system");
  return {
    evaluates: { dir: flake.dir, host },
    lines: [
      ...connected(about),
      ...asked(about),
      {
        ...step(
          nix,
          "build",
          "--show-trace",
          debug && ["--verbose", "--print-build-logs"],
          "--out-link",
          link,
          toplevel(flake, host),
          passed,
        ),
        note: `build ${host}`,
      },
      fragment("local/built-system.sh"),
      ...(specialisation === undefined ? [] : [fragment("local/built-specialisation.sh", { specialisation })]),
      {
        ...step(
          nix,
          "copy",
          useSubstitutes && "--substitute-on-destination",
          "--to",
          `ssh://${storeHost(to)}`,
          variable("system"),
        ),
        env: {
          NIX_SSHOPTS: joined(...sharedWords(about).flatMap((word, at) => (at === 0 ? [word] : [" ", word]))),
        },
        note: `copy to ${to}`,
      },
      ...activated(about, "new"),
    ],
  };
}

/**
 * Back to a generation that the target has.
 * @param to its number, or "previous" for the one before what boots
 */
export function rollBack(about: Change, to: string): Plan {
  return {
    lines: [
      ...connected(about),
      ...asked(about, ["generation"], to),
      fragment("local/back-to.sh"),
      ...activated(about, variable("generation")),
    ],
  };
}

/** nix wants an IPv6 address in brackets, where ssh wants none. */
const storeHost = (to: string) => to.replace(/^(.*@)(.*:.*)$/, "$1[$2]");
