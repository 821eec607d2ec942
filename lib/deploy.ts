// A deployment with nix and ssh alone: what nixos-rebuild does, for machines that have none.
import { spelled } from "./called.ts";
import { type Flake, toplevel } from "./flake.ts";
import { nix } from "./nix.ts";
import { define, fragment, joined, type Plan, step, variable } from "./step.ts";
import { farScript, login, masterWords, plainWords, remotely, type SshGiven, sshWords } from "./target.ts";

/** What switch-to-configuration is asked for. */
export type Action = "switch" | "boot" | "test" | "dry-activate";

export interface Deployment {
  readonly flake: Flake;
  readonly host: string;
  readonly target: string;
  readonly action: Action;
  readonly debug: boolean;
  readonly useSubstitutes: boolean;
  /** Words for nix build. */
  readonly passed: readonly string[];
  readonly sshGiven: SshGiven;
}

/** Asks the target first, as a build can be long; then builds here, copies what is missing there, and activates. */
export function deployByNix({ flake, host, target, action, debug, useSubstitutes, passed, sshGiven }: Deployment): Plan {
  const to = login(target);
  const words = [...plainWords, ...sshWords(sshGiven), ...masterWords];
  const system = variable("system");
  const link = joined(variable("tmp"), "/system");
  return {
    evaluates: { dir: flake.dir, host },
    lines: [
      fragment("local/private-place.sh"),
      fragment("local/private-tmp.sh", { target: to }),
      define("reach", step("ssh", words)),
      {
        ...remotely(["reach"], to, farScript("ask")),
        stdin: "none",
        note: `ask ${to}`,
      },
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
      define("activate", remotely(["reach"], to, farScript("activate", system, action))),
      fragment("local/activate-there.sh", { action, look: `${spelled("ops-ssh")} ${target} readlink /run/current-system` }),
    ],
  };
}

/** nix wants an IPv6 address in brackets, where ssh wants none. */
const storeHost = (to: string) => to.replace(/^(.*@)(.*:.*)$/, "$1[$2]");
