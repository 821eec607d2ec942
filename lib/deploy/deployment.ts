// A deployment with nix and ssh alone: what nixos-rebuild does, for machines that have none, and under guard what it can't do. And the
// way back to a generation that is there already, which differs only in where the system comes from. Each is a list of parts.
import { nix, nixLooks } from "../here/backends.ts";
import { spelled } from "../here/called.ts";
import { type Flake, toplevel } from "../here/flake.ts";
import { call, calling, nothing, type Part, type Plan, parts, stage } from "../script/part.ts";
import { joined, step, variable } from "../script/step.ts";
import { type Access, asRootInAddress, requireAlone } from "../target/access.ts";
import { ifMachine, requireMachine, requireMachineOf } from "../target/identity.ts";
import { judging, type LockoutGiven } from "./judge.ts";
import { type Preview, previewing } from "./preview.ts";
import { type Reboot, rebooting } from "./reboot.ts";
import type { Turn } from "./turn.ts";
import type { Activation, Way } from "./way.ts";

/** A machine that is reached: who it is, and how. */
export interface Reached {
  readonly host: string;
  readonly target: string;
  readonly access: Access;
  readonly turn: Turn;
}

/** How what a host runs is changed, whatever it is changed to. */
export interface Change extends Reached, Activation {
  readonly installBootloader: boolean;
  /** Also where someone else has changed what runs. */
  readonly force: boolean;
  /** Also a machine of another name. */
  readonly rename: boolean;
  readonly way: Way;
  readonly reboot: Reboot | undefined;
  readonly preview: Preview;
  readonly lockout: LockoutGiven;
}

export interface Deployment extends Change {
  /** Activated instead of the system that it is one of. Not with guard. */
  readonly specialisation: string | undefined;
  readonly flake: Flake;
  /** A path of the store that is taken instead of building one. */
  readonly storePath: string | undefined;
  readonly debug: boolean;
  readonly useSubstitutes: boolean;
  /** Words for nix build. */
  readonly passed: readonly string[];
  /** Words for nix eval: those that change what is evaluated. */
  readonly evaluated: readonly string[];
}

/** What a script says of the machine in lines to type. */
const naming = ({ host, target, access }: Reached): Part => ({
  main: [],
  given: {
    host,
    where: target,
    type_shell: `${spelled("ops-ssh")}${access.typedShell}`,
    type_reboot: `${spelled("ops-reboot")}${access.typed} ${host} ${target}`,
    type_deploy: `${spelled("ops-deploy")}${access.typed}`,
    type_rollback: `${spelled("ops-rollback")}${access.typed} ${host} ${target}`,
    type_become: access.by === undefined ? "" : `${access.by} `,
    with_tty: access.by === undefined ? "" : " -t",
  },
});

/**
 * What every script that changes a host begins with: a private place, the connection, and root.
 * @param byProgram whether another program logs in as well
 */
export function connected(about: Reached, { unattended, alert }: Pick<Way, "unattended" | "alert">, byProgram = false): Part {
  const { access, turn } = about;
  requireAlone(access, turn.alone);
  return parts(naming(about), turn.begins, access.connect({ unattended: unattended || !turn.alone, alert, byProgram }));
}

/** Asks the target whether it is there, may be changed, and by nobody else now. @param more further questions, functions of lib/shell/there */
export function asking({ force, action }: Pick<Change, "force" | "action">, about: string, ...more: readonly string[]): Part {
  return {
    ...calling("ask_target", more, about, stage(about, "there", 1, 13)),
    // What runs already is no one else's change where nothing is changed.
    given: { force: force || action === "dry-activate" ? "yes" : "" },
  };
}

/** The facts of which each must be the new system, where the host is already what it would become. */
const already = { switch: ["runs", "boots"], test: ["runs"], boot: ["boots"], "dry-activate": [] } as const;

/** `$system`, built here and now for this host alone; or the one that was built before. */
function building({ flake, host, debug, passed, storePath }: Deployment): Part {
  if (storePath !== undefined)
    return {
      main: [call("take_given_system", [storePath], "$system")],
      stages: [stage(`take ${storePath}`, "here", 1)],
      programs: ["nix-store"],
    };
  const build = step(
    nix,
    "build",
    "--show-trace",
    debug && ["--verbose", "--print-build-logs"],
    "--out-link",
    joined(variable("tmp"), "/system"),
    toplevel(flake, host),
    passed,
  );
  return {
    main: [{ ...build, note: `build ${host}` }, call("take_built_system", [], "$system")],
    stages: [stage(`build ${host}`, "here", 1, "or nix's")],
  };
}

const specialised = ({ specialisation }: Deployment): Part =>
  specialisation === undefined
    ? nothing
    : calling(
        "take_specialisation",
        [specialisation],
        "what runs",
        stage(`take its specialisation ${specialisation}`, "here", 1),
      );

/** What a change gives the activation. */
const activation = ({ installBootloader }: Change): Part => ({ main: [], given: { bootloader: installBootloader ? "1" : "0" } });

/**
 * What is missing there. For a login that isn't root nix there runs as root all the same, so it needs no trust in that user's paths:
 * by `nix copy` where the elevation is silent; a password nix has no place for, so with one the paths are exported and imported.
 */
function copying(about: Deployment): Part {
  const { access, useSubstitutes, turn } = about;
  const { to, by, asks } = access;
  const stages = [stage(`copy what is missing there, ${ifMachine(about)}`, "both", 1, "or nix's")];
  if (asks)
    return { main: [{ ...call("copy_missing", [useSubstitutes ? "substitute" : "keep"]), note: `copy to ${to}` }], stages };
  const store = `ssh://${storeHost(to)}`;
  const { word, given } = turn.address("store", by === undefined ? store : `${store}?remote-program=${asRootInAddress(by)}%20`);
  const copy = call("copy_closure", [
    ...nix,
    "copy",
    ...(useSubstitutes ? ["--substitute-on-destination"] : []),
    "--to",
    by === undefined ? word : joined(word, variable("nix_store")),
    variable("system"),
  ]);
  const { word: name } = turn.address("target", to);
  return { main: [{ ...copy, note: joined("copy to ", name) }], ...(given && { given }), stages, programs: ["nix"] };
}

/** nix wants an IPv6 address in brackets, where ssh wants none. */
const storeHost = (to: string) => to.replace(/^(.*@)?([^@]*:.*)$/, "$1[$2]");

/** Asks the target first, as a build can be long; then builds here, copies what is missing there, and makes it run. */
export function deployment(about: Deployment): Part {
  const { way, turn, reboot, flake, host, evaluated } = about;
  const preview = previewing(about, flake, host, evaluated);
  // A reboot is agreed to at the question about the whole.
  const asks = turn.alone && reboot !== undefined && about.preview === "ask";
  const anyhow = asks || about.force || about.installBootloader || about.specialisation !== undefined;
  return parts(
    preview.begins,
    connected(about, way),
    asking(about, "ask it: may it be changed, is there room, is nobody else at it?", "has_room", ...way.asks),
    about.access.asks ? nothing : calling("expect_silence", [], "nix can copy only where the login prints nothing of its own"),
    turn.waits,
    turn.system(building(about), anyhow ? [] : already[about.action], reboot),
    requireMachine(about),
    way.requires,
    specialised(about),
    copying(about),
    judging(about, about.lockout),
    preview.question,
    { main: [], given: { generation: "new" } },
    activation(about),
    way.change(about),
    way.rebootsAfter ? rebooting(reboot) : nothing,
  );
}

/**
 * Back to a generation that the target has.
 * @param to its number, or "previous" for the one before what boots
 * @param flake what says how the host is called
 */
export function rollback(about: Change, to: string, flake: Flake | undefined): Part {
  const { way, turn, reboot } = about;
  const which = to === "previous" ? "the generation before what boots" : `generation ${to}`;
  const preview = previewing(about, undefined, about.host, []);
  return parts(
    preview.begins,
    connected(about, way),
    { main: [], given: { wanted_generation: to } },
    asking(about, `ask it: may it be changed, and has it ${which}?`, "find_generation", ...way.asks),
    turn.waits,
    calling("take_generation", [], "$system: what was found there"),
    requireMachineOf(about, flake),
    judging(about, about.lockout),
    preview.question,
    activation(about),
    way.change(about),
    way.rebootsAfter ? rebooting(reboot) : nothing,
  );
}

/**
 * `evaluate`, by which systems_of says what systems hosts of a flake have.
 * @param words for nix eval
 * @param looks whether nothing of it is built: then nothing of the repository is run
 */
export const evaluating = (flake: Flake, words: readonly string[], looks: boolean): Part => ({
  main: [],
  given: { configurations: `${flake.ref}#nixosConfigurations` },
  own: {
    evaluate: {
      about: "what nix says of the hosts of the flake.",
      lines: [step(looks ? nixLooks(flake) : nix, "eval", "--raw", "--show-trace", words)],
      passes: true,
    },
  },
});

/**
 * One evaluation and one build for several hosts.
 * @param dir of the run
 * @param evaluationWords for nix eval, as those for a build change what is evaluated too
 * @param building words for nix-store, which shows nix's own progress and takes derivations alike in all versions of nix
 */
export const buildAll = (
  flake: Flake,
  hosts: readonly string[],
  dir: string,
  evaluationWords: readonly string[],
  words: readonly string[],
): Plan =>
  parts(evaluating(flake, evaluationWords, false), {
    main: [call("build_all", hosts)],
    given: { run: dir },
    own: {
      realise: {
        about: "builds derivations.",
        lines: [step("nix-store", "--realise", "--keep-going", "--log-format", "bar", words)],
        passes: true,
      },
    },
    stages: [stage(`build ${hosts.join(", ")}`, "here", 1)],
  });
