// The options that several verbs share, by group, and the exit statuses of a group. They are only declared here: who reads hey.toml loads
// nothing that deploys. Which of them leave out which is in conflicts.ts.
import { flag, group, option, options, pairs, type Statuses, type Takes } from "./spec.ts";

/** The headings that verbs have options of their own under, too. */
export const headings = {
  activation: "When to activate",
  build: "Build",
  flake: "Flake",
  guard: "Guard: roll back automatically",
  right: "The right machine",
} as const;

// Every verb

/** The options that every verb has. */
export const common = group("Every command", {
  print: option(
    "FORM",
    "show the shell script; run nothing",
    { script: "all of it (default)", plan: "its steps, in one screen" },
    { bare: "script" },
  ),
  help: flag("show all options; -h shows the most used", { short: "h" }),
} satisfies Takes);

/** Of every verb; one of its own says it better. */
export const statuses: Statuses = {
  0: "done",
  1: "the command is right, but it can't be done as things are; nothing was changed",
  2: "the command is wrong; nothing was changed",
};

/** The option of every verb that uses a flake. */
export const flakeOption = {
  ...option("REF", "a directory, or a flake reference (default: the nearest flake.nix upward)", "flakes"),
  group: headings.flake,
};

// Several hosts

/** The options of verbs that can be for several hosts. */
export const fleetOptions = group("Several hosts", {
  on: option("HOSTS", "these hosts: names, 'web*', @tag, !except, with commas between", "machines"),
  all: flag("every host of the flake"),
  jobs: option("N", "this many hosts at once (default: 10)", "number", { short: "j" }),
  canary: option("HOST|N", "deploy to this host (or the first N) first; go on only if that works", "text"),
  serial: flag("one host at a time; stop at the first failure"),
  batch: option("N|N%", "this many hosts at a time; go on only if they succeed", "share"),
  pause: option("SECONDS", "wait this long between two batches, or turns of hey.toml", "seconds"),
  "stop-after": option("N", "begin no more hosts after N failures (default with --batch: 1)", "number"),
  "require-all": flag("build and change nothing unless every host answers"),
  json: flag("events on stdout, one JSON object a line"),
});

export const fleetStatuses = {
  20: "some hosts failed, or were not started",
  21: "some hosts were unreachable and skipped; all others succeeded",
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

/** What `HOST` and `TARGET` are, in every verb's help. */
export const hostHelp = "a host of the flake";
export const targetHelp = "ssh destination (default: from hey.toml, an ssh alias, or the host's name)";

// Ssh

/** The options of every verb that reaches a target. */
export const sshOptions = group("Connection", {
  "ssh-option": options("KEY=VALUE", "an ssh option, for every ssh call and for nix", "pairs", {
    kept: "always",
    trust: "by value",
  }),
  "ssh-config": option("FILE", "read this instead of ~/.ssh/config", "files"),
});

/** The options of verbs that run something on a host: what it may take, and how what it says is shown. */
export const limitOptions = group("Connection", {
  "lane-timeout": option(
    "SECONDS",
    "stop a step on a host after this time, or with several hosts a host's whole turn (default: 3600)",
    "seconds",
    { kept: "always", range: [10, 86400] },
  ),
  raw: flag("show a host's output unfiltered, terminal control codes included"),
});

// Root

/** How to become root on a machine; `none` when the caller is root already or wants no elevation. */
export type Elevation = "sudo" | "doas" | "run0" | "none";

export const elevations = {
  sudo: "sudo (default)",
  doas: "OpenDoas",
  run0: "systemd's run0",
  none: "stay the user you are",
} as const satisfies Readonly<Record<Elevation, string>>;

const programs = { sudo: "sudo", doas: "OpenDoas", run0: "systemd's run0" } as const;

/** What makes a login root on a target. */
export type Program = keyof typeof programs;

/** The option of every verb that needs root on a target. */
export const elevateOption = group("Connection", {
  elevate: option("PROGRAM", "become root on the host by this program", programs, { kept: "always" }),
});

/** The same, and for what runs there without a terminal. The spelling is that of nixos-rebuild. */
export const elevateOptions = group("Connection", {
  ...elevateOption,
  "ask-elevate-password": flag("ask once for sudo's password there (implies --elevate sudo)", {
    kept: "always",
  }),
});

// Build

/** The options of a deployment that hold for a host whatever is deployed. */
export const buildOptions = group(headings.build, {
  "build-on": option(
    "WHERE",
    "build here, or on the target itself",
    { here: "on this machine (default)", target: "on the target itself" },
    { kept: "always" },
  ),
  "use-substitutes": flag("the target downloads what it can from its own binary caches", { kept: "always" }),
  backend: option(
    "PROGRAM",
    "deploy with this program",
    {
      "nixos-rebuild": "nixos-rebuild (default)",
      nix: "nix and ssh alone (default with any setting in hey.toml, and without nixos-rebuild on PATH)",
    },
    { kept: "always" },
  ),
});

/** The options of every verb that builds a system and makes it run. */
export const passing = {
  ...group(headings.activation, {
    specialisation: option("NAME", "activate this specialisation", "specialisations"),
    "install-bootloader": flag("reinstall the boot loader"),
  }),
  ...group(headings.flake, {
    impure: flag("let the flake read the environment, and files outside of it"),
    "override-input": pairs(["INPUT", "inputs"], ["REF", "flakes"], "replace an input of the flake", {
      trust: "runs",
    }),
    "update-input": options("INPUT", "update an input of the flake first", "inputs"),
  }),
  ...group(headings.build, {
    offline: flag("don't use the network for the build"),
    builders: option("MACHINES", "nix's remote builders, like 'ssh://builder x86_64-linux'; '' for none", "text", {
      empty: true,
    }),
  }),
};

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
  rename: {
    ...flag("go on although the machine's name or host key says that it is another host"),
    group: headings.right,
  },
};

// A lock-out

/** The options of verbs after which this login may not work any more. */
export const lockoutOptions = group(headings.right, {
  "force-lockout": flag("activate it even if this login would not work any more (see exit code 17)"),
  "then-port": option("PORT", "sshd's port afterwards, if the new system moves it", "number", { range: [1, 65535] }),
});

// Preview

/** The options of verbs that change what a machine runs. */
export const previewOptions = group("Look first", {
  diff: flag("show what will change: packages, size, units, reboot, secrets it can't read", {
    kept: "always",
    negated: true,
  }),
  ask: flag("show what will change, then ask", { kept: "always", negated: true }),
  yes: flag("with --ask: show what will change, but don't ask", { short: "y" }),
});

// Guard

/** What a unit that fails in the activation means. */
export const unitFailures = {
  warn: "report them and go on (always so without --guard)",
  rollback: "roll back (default)",
} as const;

const guarding = ["guard", "confirm-timeout"];

/** The options of verbs whose change can go back by itself. */
export const guardOptions = group(headings.guard, {
  guard: flag("roll back unless this machine can log in again", { kept: "always", negated: true }),
  "confirm-timeout": option(
    "SECONDS",
    "time to confirm after the activation, 30 to 3600 (default: 180; implies --guard)",
    "seconds",
    {
      kept: "always",
      range: [30, 3600],
    },
  ),
  "activation-timeout": option("SECONDS", "roll back if the activation takes longer, 30 to 7200 (default: 600)", "seconds", {
    kept: guarding,
    range: [30, 7200],
  }),
  settle: option("SECONDS", "time between the two test logins (default: 5)", "seconds", { kept: guarding }),
  check: options("CMD", "keep the new system only if this succeeds here", "text", {
    kept: guarding,
    trust: "runs",
  }),
  "check-remote": options("CMD", "keep the new system only if this succeeds on the host", "text", {
    kept: guarding,
    trust: "runs",
  }),
  "on-unit-failure": option("ACTION", "when units fail", unitFailures, { kept: guarding }),
  "no-last-reboot": flag("never reboot to get the old system back, not even as the last resort", {
    kept: guarding,
  }),
});

export const guardStatuses = {
  0: "done, and confirmed where a guard was asked for",
  1: "failed before anything was changed there, or unreachable",
  10: "rolled back; hey saw the host run the old system",
  11: "unreachable; the host rolls back by its own clock, or has kept the new system: see the last line",
  12: "the activation failed or hung, or units failed; rolled back",
  13:
    "another deployment or program has the host, see the last line: it holds the lock and nothing was activated, " +
    "or it has switched the host and nothing is rolled back",
  14: "the new system runs and is confirmed, but could not be made the default (disk full?): a reboot returns to the old one",
  15: "not confirmed and not rolled back: the rollback failed, or waits for another program, see the last line",
  16: "activated without a guard, and this machine can't log in any more: see the last line for what to do",
  17: "nothing was activated: the new system would lock this login out, as its own programs say (--force-lockout activates it all the same)",
} satisfies Statuses;

// Reboot

/** The options of verbs that reboot a target when all else is done. */
export const rebootOptions = group("Reboot", {
  reboot: option(
    "WHEN",
    "reboot afterwards, and wait for the host",
    { always: "in any case (default)", "if-needed": "only for another kernel, initrd or systemd" },
    {
      bare: "always",
      kept: "always",
      negated: true,
    },
  ),
  wait: option("SECONDS", "how long the reboot may take (default: 300)", "seconds", { kept: ["reboot"] }),
});

/** For a system that NixOS refuses to switch to while the host runs. */
export const orBootOption = group(headings.activation, {
  "or-boot": flag("if NixOS refuses to switch while the host runs, activate it at the next boot", { kept: "always" }),
});

export const rebootStatuses = {
  30: "rebooted, but not back within --wait, or never went down",
  32: "rebooted, but it runs another system than it should",
} satisfies Statuses;

// Keys

/** The folders of ~/.ssh/keys.homelab. */
export const classes = {
  vps: "rented machines (default)",
  pc: "workstations",
  server: "machines at home",
} as const;

/** The options of verbs that bring a host its keys. */
export const keyOptions = group("Keys", {
  generate: flag("make the host's key if it has none"),
  class: option("CLASS", "the folder of keys.homelab for a new key", classes, { kept: ["generate"] }),
  persist: flag("put the keys into /persist/etc/ssh, for a root that is wiped at boot", { kept: "always" }),
});
