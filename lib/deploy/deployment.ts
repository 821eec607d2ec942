// A deployment with nix and ssh alone: what nixos-rebuild does, for machines that have none, and under guard what it can't do. And the
// way back to a generation that is there already, which differs only in where the system comes from.
import { nix } from "../here/backends.ts";
import { spelled } from "../here/called.ts";
import { type Flake, toplevel } from "../here/flake.ts";
import { define, fragment, joined, type Line, type Plan, type Step, step, variable, type Word } from "../script/step.ts";
import { type Access, askingSecret, asRoot, asRootInAddress, provingRoot } from "../target/access.ts";
import {
  alertWords,
  deploymentScript,
  farScript,
  farText,
  freshWords,
  masterWords,
  newWords,
  plainWords,
  type SshGiven,
  sshWords,
} from "../target/ssh.ts";
import { type Guard, guarded, trialMeans } from "./guard.ts";
import { type Preview, previewing, requireTerminal } from "./preview.ts";
import { afterwards, type Reboot } from "./reboot.ts";

/** What switch-to-configuration is asked for. */
export type Action = "switch" | "boot" | "test" | "dry-activate";

/** How what a host runs is changed, whatever it is changed to. */
export interface Change {
  readonly host: string;
  readonly target: string;
  readonly access: Access;
  readonly action: Action;
  /** Activated instead of the system that it is one of. Not with guard. */
  readonly specialisation: string | undefined;
  readonly installBootloader: boolean;
  /** Also where someone else has changed what runs. */
  readonly force: boolean;
  /** Undone unless this machine proves that it can still get in. */
  readonly guard: Guard | undefined;
  readonly reboot: Reboot | undefined;
  readonly preview: Preview;
  readonly sshGiven: SshGiven;
  /** The directory of this host in a run of several. */
  readonly lane: string | undefined;
}

/** Whether the system is tried by a boot, which goes back unless it is confirmed. */
const triedByBoot = ({ action, guard }: Pick<Change, "action" | "guard">) => action === "boot" && guard !== undefined;

export interface Deployment extends Change {
  readonly flake: Flake;
  readonly debug: boolean;
  readonly useSubstitutes: boolean;
  /** Words for nix build. */
  readonly passed: readonly string[];
  /** Words for nix eval: those that change what is evaluated. */
  readonly evaluated: readonly string[];
}

/** ssh's words for the one connection that all of a run share. */
const sharedWords = ({ sshGiven, guard }: Pick<Change, "sshGiven" | "guard">): readonly Word[] => [
  ...plainWords,
  ...sshWords(sshGiven),
  ...(guard === undefined ? [] : alertWords),
  ...masterWords,
];

/** Under guard, and beside other hosts, this machine must get in without a question, so that is tried before anything else. */
const first = ({ guard, lane }: Pick<Change, "guard" | "lane">): readonly Word[] =>
  guard === undefined && lane === undefined ? ["reach"] : ["reach", "-o", "BatchMode=yes"];

/**
 * What every script that changes a host begins with: a private place, `reach` and `fresh` for the connections, and root.
 * @param copies whether nix there must take unsigned paths from the login itself
 */
export function connected(
  about: Pick<Change, "host" | "target" | "access" | "guard" | "reboot" | "sshGiven" | "lane"> & Partial<Pick<Change, "preview">>,
  copies = false,
): readonly Line[] {
  const { access, guard, reboot } = about;
  const ssh = [...plainWords, ...sshWords(about.sshGiven)];
  const proves = guard !== undefined || reboot !== undefined;
  return [
    ...askingSecret(access, about.lane === undefined),
    fragment("here/private-place.sh"),
    fragment("here/private-tmp.sh", { target: access.to }),
    fragment("here/heard.sh"),
    fragment("here/standing.sh", {
      deployment: joined(farText("deployment")),
      where: about.target,
      shell: `${spelled("ops-ssh")}${access.typedShell}`,
      reboot: `${spelled("ops-reboot")}${access.typed} ${about.host} ${about.target}`,
    }),
    fragment("here/record.sh", { host: about.host }),
    ...(about.lane === undefined ? [] : [fragment("here/lane.sh", { lane: about.lane })]),
    ...requireTerminal(about.preview),
    define("reach", step("ssh", sharedWords(about))),
    // -S in the caller's NIX_SSHOPTS would win over ControlPath. By exec, so that who ends the function's process ends ssh.
    ...(proves ? [define("fresh", step("exec", "ssh", [...freshWords, ...ssh, "-S", "none"]))] : []),
    ...provingRoot(access, first(about), copies),
  ];
}

/** What tells whether someone else has changed what runs there. What runs already is no one else's change where nothing is changed. */
const known = ({ force, action }: Change): readonly Word[] => [
  joined(force || action === "dry-activate" ? "force" : "keep", variable("shown")),
  variable("expected"),
];

/**
 * Asks the target whether it is there, may be changed, and by nobody else now.
 * @param more scripts of lib/shell/there that ask for more, with their data after the two of ask.sh
 */
function asked(about: Change, more: readonly string[] = [], ...data: readonly Word[]): readonly Line[] {
  const scripts = [...more, ...(triedByBoot(about) ? trialMeans : [])];
  return [
    fragment("here/expected.sh"),
    define(
      "ask",
      asRoot(about.access, first(about), farScript(deploymentScript("apart", "ask", ...scripts), ...known(about), ...data)),
    ),
    fragment("here/ask-target.sh"),
    ...(about.lane === undefined ? [] : [fragment("here/gate.sh")]),
  ];
}

/** The facts of which each must be the new system, where the host is already what it would become. */
const already = { switch: "runs boots", test: "runs", boot: "boots", "dry-activate": "none" } as const;

/** `$system`: built here and now for this host alone, or together with those of other hosts. */
function building({
  flake,
  host,
  action,
  lane,
  reboot,
  specialisation,
  installBootloader,
  force,
  debug,
  passed,
}: Deployment): readonly Line[] {
  if (lane !== undefined) {
    const anyhow = force || installBootloader || specialisation !== undefined;
    return [fragment("here/lane-system.sh", { already: anyhow ? "none" : already[action], reboots: reboot?.when ?? "" })];
  }
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
  return [{ ...build, note: `build ${host}` }, fragment("here/built-system.sh")];
}

/** The reboot behind all else; a trial boot is one itself. */
const rebooting = (about: Change) => afterwards(triedByBoot(about) ? { access: about.access, reboot: undefined } : about);

/** `still_in`: whether this machine can still log in, and become root, as it did at first. */
function stillIn({ host, target, access, sshGiven, lane }: Change): readonly Line[] {
  return [
    define(
      "another",
      step("exec", "ssh", lane !== undefined && ["-o", "BatchMode=yes"], newWords, plainWords, sshWords(sshGiven), "-S", "none"),
    ),
    define("first_connection", asRoot(access, ["reach"], step("true"))),
    define("again", asRoot(access, ["anew"], farScript(deploymentScript("apart", "booted")))),
    fragment("here/still-in.sh", {
      ...(access.by === undefined ? { tty: "", root: "" } : { tty: " -t", root: `${access.by} ` }),
      back: `${spelled("ops-rollback")}${access.typed} ${host} ${target}`,
    }),
  ];
}

/** Activates `$system`, which is there. @param generation its number, or "new" */
function activated(about: Change, generation: Word): readonly Line[] {
  const { access, action, specialisation, guard } = about;
  const system = variable("system");
  const runs = specialisation === undefined ? system : joined(system, `/specialisation/${specialisation}`);
  const bootloader = about.installBootloader ? "1" : "0";
  const rest = [variable("by"), ...known(about), runs, bootloader, generation];
  if (guard !== undefined) {
    const what = { guard, access, known: known(about), system, generation, bootloader, commits: action !== "test" };
    return guarded(what, triedByBoot(about) ? about.reboot?.limit : undefined);
  }
  const scripts = deploymentScript("apart", "one-shot", "committing", "activate");
  const activating = action === "switch" || action === "test";
  return [
    define("activate", asRoot(access, ["reach"], farScript(scripts, system, variable("action"), ...rest))),
    fragment("here/activated.sh"),
    ...(activating ? stillIn(about) : []),
    fragment("here/activate-there.sh", {
      ...{ action, reboots: about.reboot === undefined ? "" : "yes" },
      runs: specialisation === undefined ? system : variable("specialised"),
    }),
  ];
}

/**
 * `systems_of`, which says what systems hosts of a flake have.
 * @param words for nix eval
 */
export const evaluating = (flake: Flake, words: readonly string[]): readonly Line[] => [
  define("evaluate", step(nix, "eval", "--raw", "--show-trace", `${flake.ref}#nixosConfigurations`, words)),
  fragment("here/systems-of.sh"),
];

/**
 * One evaluation and one build for several hosts: see build-all.sh.
 * @param dir of the run
 * @param evaluationWords for nix eval, as those for a build change what is evaluated too
 * @param building words for nix-store, which shows nix's own progress and takes derivations alike in all versions of nix
 */
export function buildAll(
  flake: Flake,
  hosts: readonly string[],
  dir: string,
  evaluationWords: readonly string[],
  building: readonly string[],
): Plan {
  return {
    lines: [
      ...evaluating(flake, evaluationWords),
      define("realise", step("nix-store", "--realise", "--keep-going", "--log-format", "bar", building)),
      fragment("here/build-all.sh", { hosts: hosts.join(" "), run: dir }),
    ],
  };
}

/** Whether the host is there, for what asks it nothing else before its turn. */
export const present = (about: Pick<Change, "access" | "guard" | "lane">): readonly Line[] => [
  define("ask", asRoot(about.access, first(about), farScript(deploymentScript("apart", "booted")))),
  fragment("here/ask-target.sh"),
  fragment("here/gate.sh"),
];

/** A look over the connection that there is. */
const lookingAt =
  ({ access }: Pick<Change, "access">) =>
  (script: Step): Step => ({ stdin: "none", ...asRoot(access, ["reach"], script) });

/** Asks the target first, as a build can be long; then builds here, copies what is missing there, and activates. */
export function deployByNix(about: Deployment): Plan {
  const { flake, host, action, specialisation, lane } = about;
  return {
    ...(lane === undefined && { evaluates: { dir: flake.dir, host } }),
    logged: about,
    lines: [
      ...(action === "dry-activate" ? [fragment("here/unnoted.sh")] : []),
      ...connected(about),
      ...(about.access.by !== undefined && !about.access.asks ? [fragment("here/nix-store-there.sh")] : []),
      ...asked(about, ["room"]),
      ...rebooting(about),
      ...building(about),
      ...(triedByBoot(about) ? [fragment("here/built-trial.sh")] : []),
      ...(specialisation === undefined ? [] : [fragment("here/built-specialisation.sh", { specialisation })]),
      ...copying(about, sharedWords(about)),
      ...previewing(
        about,
        lookingAt(about),
        specialisation === undefined ? variable("system") : variable("specialised"),
        flake,
        about.evaluated,
      ),
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
    logged: about,
    lines: [
      ...connected(about),
      ...asked(about, ["generation"], to),
      fragment("here/back-to.sh"),
      ...rebooting(about),
      ...previewing(about, lookingAt(about), variable("system"), undefined, []),
      ...activated(about, variable("generation")),
    ],
  };
}

/**
 * What is missing there. For a login that isn't root nix there runs as root all the same, so it needs no trust in that user's paths:
 * by `nix copy` where the elevation is silent; a password nix has no place for, so with one the paths are exported and imported.
 */
function copying({ access, useSubstitutes }: Deployment, words: readonly Word[]): readonly Line[] {
  const { to, by, asks } = access;
  const note = `copy to ${to}`;
  if (asks) {
    const closure = step("cat", joined(variable("tmp"), "/closure"));
    return [
      define(
        "ask_missing",
        asRoot(access, ["reach"], farScript("missing-paths", useSubstitutes ? "substitute" : "keep"), closure),
      ),
      define("send_missing", asRoot(access, ["reach"], step("nix-store", "--import"), step("export_missing"))),
      fragment("here/copy-as-root.sh", { note }),
    ];
  }
  const store = `ssh://${storeHost(to)}`;
  const address = by === undefined ? store : joined(`${store}?remote-program=${asRootInAddress(by)}%20`, variable("nix_store"));
  return [
    {
      ...step(nix, "copy", useSubstitutes && "--substitute-on-destination", "--to", address, variable("system")),
      env: {
        NIX_SSHOPTS: joined(...words.flatMap((word, at) => (at === 0 ? [word] : [" ", word]))),
      },
      note,
    },
  ];
}

/** nix wants an IPv6 address in brackets, where ssh wants none. */
const storeHost = (to: string) => to.replace(/^(.*@)?([^@]*:.*)$/, "$1[$2]");
