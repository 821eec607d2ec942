// The options that several verbs share, by group, and the exit statuses of a group. They are only declared here: who reads hey.toml loads
// nothing that deploys. Which of them leave out which is in conflicts.ts.
import { flag, group, option, options, pairs, type Statuses, type Takes } from "./spec.ts";

// Every verb

/** The options that every verb has. */
export const common = {
  print: option(
    "FORM",
    "print the exact shell script instead of running it",
    { script: "all of it", plan: "what it does, in one screen" },
    { bare: "script" },
  ),
  help: flag("show this help", { short: "h" }),
} satisfies Takes;

/** Of every verb; one of its own says it better. */
export const statuses: Statuses = {
  0: "done",
  1: "refused, as things are not so that it could be done; nothing was touched",
  2: "the words are wrong; nothing was touched",
};

/** The option of every verb that uses a flake. */
export const flakeOption = option("REF", "the flake that holds the machines: a directory or a flake reference", "flakes");

// Several hosts

/** The options of verbs that can be for several hosts. */
export const fleetOptions = group("Several hosts", {
  on: option("HOSTS", "several hosts: names with '*', '@tag', and '!' before what is left out, with commas between", "machines"),
  all: flag("all hosts of the flake"),
  jobs: option("N", "how many hosts at once, if not 10", "number", { short: "j" }),
  canary: option("HOST|N", "this host, or so many, first; the others only if it holds", "text"),
  serial: flag("one host after another, and none after one that failed"),
  batch: option("N|N%", "so many hosts at a time, or that share of them; the next ones only if these hold", "share"),
  pause: option("SECONDS", "how long to wait between two batches", "seconds"),
  "stop-after": option("N", "no host is begun any more after so many have failed (1 with --batch)", "number"),
  "require-all": flag("nothing is built or changed unless all hosts answer"),
  json: flag("events as JSON on stdout, one a line"),
});

export const fleetStatuses = {
  20: "of several hosts some failed, or were not begun",
  21: "of several hosts some were skipped, as they don't answer, and no more",
} satisfies Statuses;

export interface FleetGiven {
  readonly on: string | undefined;
  readonly all: boolean;
  readonly jobs: string | undefined;
  readonly canary: string | undefined;
  readonly serial: boolean;
  readonly batch: string | undefined;
  readonly pause: string | undefined;
  readonly stopAfter: string | undefined;
  readonly requireAll: boolean;
  readonly json: boolean;
}

/** What stands in the place of a host's name. */
export const inHostsPlace = ["on", "all"] as const;

/** Whether a line is for several hosts. */
export const several = (given: object): given is FleetGiven => {
  const { on, all } = given as Partial<FleetGiven>;
  return on !== undefined || all === true;
};

/** What a plan of one among several hosts is given beside what was typed. */
export interface Laned {
  /** Its directory in the run. */
  readonly lane?: string;
}

/** The options by which machines are chosen beside `HOST [TARGET]`. */
export const askedOptions = { on: fleetOptions.on, all: fleetOptions.all };

// Ssh

/** The options of every verb that reaches a target. */
export const sshOptions = group("Connection", {
  "ssh-option": options("KEY=VALUE", "an ssh option, for every ssh of the run and for nix", "pairs", {
    kept: "always",
    trust: "by value",
  }),
  "ssh-config": option("FILE", "an ssh config instead of ~/.ssh/config", "files"),
});

/** The options of verbs that run something on a host: what it may take, and how what it says is shown. */
export const limitOptions = group("Connection", {
  "lane-timeout": option(
    "SECONDS",
    "the longest that one step on a host may take, and of several hosts each from its turn on (3600)",
    "seconds",
    { kept: "always", range: [10, 86400] },
  ),
  raw: flag("show what hosts say beside their answers as it came, with all that moves a cursor"),
});

// Root

/** How to become root on a machine; `none` when the caller is root already or wants no elevation. */
export type Elevation = "sudo" | "doas" | "run0" | "none";

export const elevations = {
  sudo: "sudo (the default)",
  doas: "OpenDoas",
  run0: "systemd's run0",
  none: "run it as the user that calls",
} as const satisfies Readonly<Record<Elevation, string>>;

const programs = { sudo: "sudo", doas: "OpenDoas", run0: "systemd's run0" } as const;

/** What makes a login root on a target. */
export type Program = keyof typeof programs;

/** The option of every verb that needs root on a target. */
export const elevateOption = group("Connection", {
  elevate: option("PROGRAM", "how the target's user becomes root there, if it isn't root", programs, { kept: "always" }),
});

/** The same, and for what runs there without a terminal. The spelling is that of nixos-rebuild. */
export const elevateOptions = group("Connection", {
  ...elevateOption,
  "ask-elevate-password": flag("ask here, once, for the password that sudo wants there (implies --elevate sudo)", {
    kept: "always",
  }),
});

// Build

/** The options of a deployment that hold for a host whatever is deployed. */
export const buildOptions = group("Build", {
  "build-on": option(
    "WHERE",
    "where the system is built",
    { here: "on this machine (the default)", target: "on the target itself" },
    { kept: "always" },
  ),
  "use-substitutes": flag("let the target fetch what it can from its binary caches", { kept: "always" }),
  backend: option(
    "PROGRAM",
    "the program that does it",
    {
      "nixos-rebuild": "nixos-rebuild (the default)",
      nix: "nix and ssh alone (the default with any setting in hey.toml, and without nixos-rebuild on PATH)",
    },
    { kept: "always" },
  ),
});

/** The options of every verb that builds a system and makes it run. */
export const passing = group("Build", {
  specialisation: option("NAME", "activate that specialisation of the system", "specialisations"),
  "install-bootloader": flag("install the boot loader anew"),
  impure: flag("let the flake read the environment, and files outside of it"),
  offline: flag("build from what is here, without the network"),
  "override-input": pairs(["INPUT", "inputs"], ["REF", "flakes"], "take an input of the flake from there", {
    trust: "runs",
  }),
  "update-input": options("INPUT", "update an input of the flake first", "inputs"),
  builders: option("MACHINES", "machines that nix builds on, like 'ssh://builder x86_64-linux'; '' for none", "text", {
    empty: true,
  }),
});

/** The options of every other verb that evaluates. */
export const evaluationOptions = { impure: passing.impure, "override-input": passing["override-input"] };

export interface Evaluated {
  readonly impure?: boolean;
  readonly offline?: boolean;
  readonly overrideInput?: readonly (readonly [string, string])[];
  /** Words after `--`. */
  readonly passed?: readonly string[];
}

/** The words of a line that decide which hosts there are, for nix. */
export function nixWords({ impure, offline, overrideInput = [], passed = [] }: Evaluated): readonly string[] {
  const behind = passed.flatMap((word, at) =>
    word === "--override-input" ? [[passed[at + 1] ?? "", passed[at + 2] ?? ""] as const] : [],
  );
  return [
    ...(impure || passed.includes("--impure") ? ["--impure"] : []),
    ...(offline || passed.includes("--offline") ? ["--offline"] : []),
    ...[...overrideInput, ...behind].flatMap((pair) => ["--override-input", ...pair]),
  ];
}

// The right machine

/** The option of every verb that changes a machine. */
export const renameOption = {
  rename: flag("also where the machine is another one, by the name that it gives itself or by its host key"),
};

// Preview

/** The options of verbs that change what a machine runs. */
export const previewOptions = group("Look first", {
  diff: flag("show first what will change: packages, size, units, whether a reboot is needed, secrets that it can't read", {
    kept: "always",
    negated: true,
  }),
  ask: flag("show that, and ask before anything is changed", { kept: "always", negated: true }),
  yes: flag("with --ask: show that, and go on without the question", { short: "y" }),
});

// Guard

/** What a unit that fails in the activation means. */
export const unitFailures = {
  warn: "say so and go on (without --guard always)",
  rollback: "go back (the default with --guard)",
} as const;

const guarding = ["guard", "confirm-timeout"];

/** The options of verbs whose change can go back by itself. */
export const guardOptions = group("Guard", {
  guard: flag("go back by itself unless this machine can still log in afterwards", { kept: "always", negated: true }),
  "confirm-timeout": option("SECONDS", "time to confirm after the activation (180; implies --guard)", "seconds", {
    kept: "always",
    range: [30, 3600],
  }),
  "activation-timeout": option("SECONDS", "the longest that a guarded activation may take (600)", "seconds", {
    kept: guarding,
    range: [30, 7200],
  }),
  settle: option("SECONDS", "time between the two logins that confirm (5)", "seconds", { kept: guarding }),
  check: options("CMD", "a command that must succeed here before a guarded deployment stays", "text", {
    kept: guarding,
    trust: "runs",
  }),
  "check-remote": options("CMD", "a command that must succeed on the host before a guarded deployment stays", "text", {
    kept: guarding,
    trust: "runs",
  }),
  "on-unit-failure": option("ACTION", "what failed units mean", unitFailures, { kept: guarding }),
  "no-last-reboot": flag("never reboot the host into the old system, where that can't be made to run otherwise", {
    kept: guarding,
  }),
});

export const guardStatuses = {
  0: "done, and confirmed where a guard was asked for",
  1: "failed before anything was changed there, or it can't be reached",
  10: "rolled back; the host was seen to run the old system",
  11: "the host is unreachable; it rolls back by its own clock, or has confirmed: the last line says so",
  12: "the activation failed or hung, or units failed; rolled back",
  13:
    "another deployment or program has the host, and the last line says which: it holds a lock, and nothing was activated; " +
    "or it has switched the host, and nothing is rolled back",
  14: "confirmed and running, but not committed (a full disk): a reboot brings the old system",
  15: "not confirmed, and not rolled back: that failed, or still waits for another program, as the last line says",
  16: "activated without a guard, and this machine can't log in any more: the last line says how to go on",
} satisfies Statuses;

// Reboot

/** The options of verbs that reboot a target when all else is done. */
export const rebootOptions = group("Reboot", {
  reboot: option(
    "WHEN",
    "then reboot it, and wait until it is back",
    { always: "in any case", "if-needed": "only for another kernel, initrd or systemd" },
    {
      bare: "always",
      kept: "always",
      negated: true,
    },
  ),
  wait: option("SECONDS", "how long to wait for it to come back, if not 300", "seconds", { kept: ["reboot"] }),
});

export const rebootStatuses = {
  30: "rebooted, but not seen back within --wait, or not gone down",
  32: "rebooted, but it runs another system than the one that should boot",
} satisfies Statuses;

// Keys

/** The folders of ~/.ssh/keys.homelab. */
export const classes = {
  vps: "rented machines",
  pc: "workstations",
  server: "machines at home",
} as const;

/** The options of verbs that bring a host its keys. */
export const keyOptions = group("Keys", {
  generate: flag("make the host's key if there is none"),
  class: option("CLASS", "the folder of keys.homelab for a key that is made, if not vps", classes, { kept: ["generate"] }),
  persist: flag("put the keys into /persist/etc/ssh, for a root that is wiped at boot", { kept: "always" }),
});
