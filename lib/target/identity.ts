// That the machine which was reached is the one that is meant, before anything is sent to it or changed on it.
import { nixLooks } from "../here/backends.ts";
import { type Flake, machine } from "../here/flake.ts";
import { keysHome } from "../here/state.ts";
import { call, calling, type Part, stage } from "../script/part.ts";
import { type Step, step } from "../script/step.ts";

/** Which host is meant. */
export interface Meant {
  readonly host: string;
  /** Also where the machine is another one by its name or its host key. */
  readonly rename: boolean;
}

const required = ({ host, rename }: Meant, check: Step, more: Part["given"]): Part => ({
  main: [{ ...check, about: "is it the host that is meant? else nothing is sent" }],
  given: { host, rename: rename ? "yes" : "", kept_keys: keysHome(), ...more },
});

/** What a script's head says of it. */
export const ifMachine = ({ rename }: Pick<Meant, "rename">) =>
  `if it is the right machine by name and host key${rename ? ", or not" : " (--rename: or not)"}`;

/** The question, where nothing else is asked first. */
export const askingIdentity = calling(
  "ask_there",
  ["tell_identity"],
  "is it there, and who is it?",
  stage("ask it who it is", "there", 1),
);

/** By the name of the system that was built. Its stage is that of the copy. */
export const requireMachine = (meant: Meant): Part => required(meant, call("require_machine_of_system"), {});

/**
 * By the name that the flake has for the host, where nothing is built.
 * @param flake undefined where there is none: then by its key alone
 * @param strictly also where the machine has the name of the attribute, which may be another host's in the flake
 */
export const requireMachineOf = (meant: Meant, flake: Flake | undefined, strictly = false): Part => ({
  ...required(meant, call("require_machine_of_host", strictly ? ["strictly"] : []), {
    evaluated_host: flake === undefined ? "" : machine(flake, meant.host),
  }),
  own: {
    evaluate_name: {
      about: "what nix says of a host's name.",
      lines: [flake === undefined ? step("false") : step(nixLooks(flake), "eval", "--raw", flake.words ?? [])],
      passes: true,
    },
  },
  stages: [stage(`go on ${ifMachine(meant)}`, "both", 1)],
});
