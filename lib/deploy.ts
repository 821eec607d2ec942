// A deployment with nix and ssh alone: what nixos-rebuild does, for machines that have none, and under guard what it can't do.
import { spelled } from "./called.ts";
import { type Flake, toplevel } from "./flake.ts";
import { deploymentScript, type Guard, guarded } from "./guard.ts";
import { nix } from "./nix.ts";
import { define, fragment, joined, type Plan, step, variable } from "./step.ts";
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

export interface Deployment {
  readonly flake: Flake;
  readonly host: string;
  readonly target: string;
  readonly action: Action;
  readonly debug: boolean;
  readonly useSubstitutes: boolean;
  /** Also where someone else has changed what runs. */
  readonly force: boolean;
  /** Undone unless this machine proves that it can still get in. */
  readonly guard: Guard | undefined;
  /** Words for nix build. */
  readonly passed: readonly string[];
  readonly sshGiven: SshGiven;
}

/** Asks the target first, as a build can be long; then builds here, copies what is missing there, and activates. */
export function deployByNix(about: Deployment): Plan {
  const { flake, host, target, action, debug, useSubstitutes, guard, passed } = about;
  const to = login(target);
  const ssh = [...plainWords, ...sshWords(about.sshGiven)];
  const words = [...ssh, ...(guard === undefined ? [] : alertWords), ...masterWords];
  const system = variable("system");
  const link = joined(variable("tmp"), "/system");
  // What runs already is no one else's change where nothing is changed.
  const force = about.force || action === "dry-activate" ? "force" : "keep";
  const known = [force, variable("expected")];
  return {
    evaluates: { dir: flake.dir, host },
    lines: [
      fragment("local/private-place.sh"),
      fragment("local/private-tmp.sh", { target: to }),
      fragment("local/heard.sh", { deployment: joined(farText("deployment")) }),
      fragment("local/record.sh", { host }),
      define("reach", step("ssh", words)),
      // -S in the caller's NIX_SSHOPTS would win over ControlPath.
      ...(guard === undefined ? [] : [define("fresh", step("ssh", [...freshWords, ...ssh, "-S", "none"]))]),
      // Under guard this machine must get in without a question, so that is tried before anything else.
      define(
        "ask",
        remotely(
          guard === undefined ? ["reach"] : ["reach", "-o", "BatchMode=yes"],
          to,
          farScript(deploymentScript("ask"), ...known),
        ),
      ),
      fragment("local/ask-target.sh"),
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
      {
        ...step(nix, "copy", useSubstitutes && "--substitute-on-destination", "--to", `ssh://${storeHost(to)}`, system),
        env: {
          NIX_SSHOPTS: joined(...words.flatMap((word, at) => (at === 0 ? [word] : [" ", word]))),
        },
        note: `copy to ${to}`,
      },
      ...(guard === undefined
        ? [
            define(
              "activate",
              remotely(["reach"], to, farScript(deploymentScript("activate"), system, action, variable("by"), ...known)),
            ),
            fragment("local/activate-there.sh", { action, where: target, shell: spelled("ops-ssh") }),
          ]
        : guarded({ guard, to, target, known, system, commits: action === "switch" })),
    ],
  };
}

/** nix wants an IPv6 address in brackets, where ssh wants none. */
const storeHost = (to: string) => to.replace(/^(.*@)(.*:.*)$/, "$1[$2]");
