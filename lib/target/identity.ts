// That the machine which was reached is the one that is meant, before anything is sent to it or changed on it.
import { type Flake, machine } from "../here/flake.ts";
import { keysHome } from "../here/state.ts";
import { call, calling, type Part, stage } from "../script/part.ts";
import type { Step } from "../script/step.ts";

/** Which host is meant. */
export interface Meant {
  readonly host: string;
  /** Also where the machine is another one by its name or its host key. */
  readonly rename: boolean;
}

const asking = ({ host, rename }: Meant, check: Step, more: Part["given"], source: string): Part => ({
  main: [{ ...check, about: `is it ${host}? else nothing is sent` }],
  given: { host, rename: rename ? "yes" : "", kept_keys: keysHome(), ...more },
  stages: [
    stage(
      `is the machine ${host}, by its name${source} and its host key?${rename ? "" : " (--rename to go on all the same)"}`,
      "both",
      1,
    ),
  ],
});

/** The question, where nothing else is asked first. */
export const askingIdentity = calling(
  "ask_there",
  ["tell_identity"],
  "is it there, and who is it?",
  stage("ask it who it is", "there", 1),
);

/** By the name of the system that was built. */
export const requireMachine = (meant: Meant): Part =>
  asking(meant, call("require_machine_of_system"), {}, " (that of the new system)");

/**
 * By the name that the flake has for the host, where nothing is built.
 * @param flake undefined where there is none: then by its key alone
 * @param strictly also where the machine has the name of the attribute, which may be another host's in the flake
 */
export const requireMachineOf = (meant: Meant, flake: Flake | undefined, strictly = false): Part =>
  asking(
    meant,
    call("require_machine_of_host", strictly ? ["strictly"] : []),
    { evaluated_host: flake === undefined ? "" : machine(flake, meant.host) },
    "",
  );
