// Whether a host goes alone or as one of several: who is asked, who builds, when it goes on.
import { type Act, call, calling, nothing, type Part, parts, stage } from "../script/part.ts";
import type { Step } from "../script/step.ts";
import { type Reboot, rebootSteps } from "./reboot.ts";

export interface Turn {
  /** Nobody can be asked anything. */
  readonly alone: boolean;
  /** Notes what is known, for whoever looks after all. */
  readonly begins: Part;
  /** Behind the question: nothing, or until it is its turn. */
  readonly waits: Part;
  /**
   * The new system: built here, or what was built for all.
   * @param already the facts of which each is that, where nothing is left to do
   * @param reboot what is asked for all the same, where it is so
   */
  system(build: Part, already: readonly string[], reboot: Reboot | undefined): Part;
  /** Who is there to be asked, before anything is done. */
  readonly terminal: Step;
  /** A question at the terminal, or by whoever looks after all. */
  holds(question: string): Step;
  /** What an address of the host is in main: itself, or the value of this host. */
  address(name: string, value: string): { readonly word: Step["argv"][number]; readonly given: Part["given"] };
}

/** The end, where nothing is left to do but what is owed. */
const unlessSo = (already: readonly string[], owed: readonly Step[]): Part => {
  const so: Act = { when: call("already_so", already), acts: owed };
  return { main: already.length === 0 ? [] : [so] };
};

const alone: Turn = {
  alone: true,
  begins: nothing,
  waits: nothing,
  system: (build, already, reboot) => parts(build, unlessSo(already, rebootSteps(reboot))),
  terminal: call("require_terminal", [], "who is asked must be there"),
  holds: (question) => call(question),
  address: (_, value) => ({ word: value, given: {} }),
};

const among = (lane: string): Turn => ({
  alone: false,
  begins: { main: [call("join_run", [], "one of several hosts")], given: { lane } },
  waits: calling("wait_for_turn", [], "until it is this host's turn", stage("wait until it is this host's turn", "here", 1)),
  system: (_, already, reboot) => {
    const take = calling(
      "take_system_of_run",
      [],
      "$system: what was built for it",
      stage("take what was built for it", "here", 1),
    );
    return parts(take, unlessSo(already, rebootSteps(reboot, true)));
  },
  terminal: call("require_terminal_alone", [], "who is asked must be there"),
  holds: (question) => call("hold_or", [question]),
  address: (name, value) => ({ word: { parts: [{ name }] }, given: { [name]: value } }),
});

/** @param lane the directory of this host in a run of several */
export const turnOf = (lane: string | undefined): Turn => (lane === undefined ? alone : among(lane));
