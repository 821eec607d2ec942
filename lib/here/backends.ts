// One table: which words each wrapped program takes for what is meant. They differ by version, and a program is asked which one
// it is: once a run, while planning, so that the printed script has final words; and only where a word depends on the answer.
import { Usage } from "../spec/errors.ts";
import type { Flake } from "./flake.ts";
import { systemHere } from "./machine.ts";

/** nix's own command line. The features are given every time: where flakes aren't enabled globally it refuses otherwise. */
export const nix: readonly string[] = ["nix", "--extra-experimental-features", "nix-command flakes"];

/**
 * Words by which nix evaluates an attribute of the flake's own outputs. Before these it would look into packages.SYSTEM and legacyPackages.SYSTEM,
 * so no flake may have anything for the system that is named here; what an evaluation builds is built all the same. (Since nix 2.19
 * `REF#.ATTRIBUTE` means that too. An older one has no word for it.)
 */
export const ownOutput: readonly string[] = ["--system", "none", "--option", "extra-extra-platforms", systemHere];

/** nix, for what only looks at a flake: nothing of its repository is run (lib/shell/here/harmless.sh). */
export const nixLooks = ({ ref, dir }: Flake): readonly string[] => ["harmlessly", ref === "." ? "." : (dir ?? ""), ...nix];

/** A flake's program; the words after it are the program's. */
export const nixRun = (ref: string): readonly string[] => [...nix, "run", ref, "--"];

export type Program = "nixos-rebuild" | "nh" | "nix";

/**
 * What is meant, whatever it is called. `dry…` is for dry-activate; `reexec` is of nixos-rebuild, which starts itself anew. nh activates the
 * specialisation that runs, unless it is told another (`other…`) or none; and it refuses to be started by root, unless that is meant.
 */
export type Meaning =
  | "noReexec"
  | "elevateSudo"
  | "elevateRun0"
  | "elevateOther"
  | "elevateNone"
  | "byRoot"
  | "askPassword"
  | "specialisation"
  | "otherSpecialisation"
  | "noSpecialisation"
  | "installBootloader"
  | "impure"
  | "offline"
  | "overrideInput"
  | "updateInput"
  | "builders"
  | "buildHost"
  | "quotedSshopts";

type Words = readonly string[];

/** The words before a value, by meaning: none where nothing need be said. A meaning that isn't there can't be said at all. */
type Takes = Readonly<Partial<Record<Meaning, Words>>>;

interface Row {
  /** How messages call it. */
  readonly name: string;
  /** Whether the program that gave this answer is of this kind. */
  is(answer: string): boolean;
  readonly takes: Takes;
  /** What it takes but keeps the last of, without a word, when it is given more than once. */
  readonly once?: readonly Meaning[];
}

interface Backend {
  /** The words that it is asked with. They change nothing and start nothing. */
  readonly ask: Words;
  /** What to do where it hasn't what is meant. */
  readonly instead: string;
  /** The newest first: it also stands for a program that isn't here, or gives no answer that is known. */
  readonly rows: readonly [Row, ...Row[]];
}

const ofNix: Takes = {
  impure: ["--impure"],
  offline: ["--offline"],
  overrideInput: ["--override-input"],
  updateInput: ["--update-input"],
  builders: ["--builders"],
};

const ofRebuild: Takes = {
  ...ofNix,
  specialisation: ["--specialisation"],
  installBootloader: ["--install-bootloader"],
  buildHost: ["--build-host"],
};

const ofRebuildNg: Takes = {
  ...ofRebuild,
  // The one in bash splits NIX_SSHOPTS at blanks.
  quotedSshopts: [],
  elevateSudo: ["--sudo"],
  askPassword: ["--ask-sudo-password"],
};

/** The same, less these. */
const without = (takes: Takes, ...meanings: readonly Meaning[]): Takes =>
  Object.fromEntries(Object.entries(takes).filter(([meaning]) => !meanings.includes(meaning as Meaning)));

const ofNh: Takes = {
  // After nh's own `--`: in all versions these words are nix build's.
  impure: ["--impure"],
  offline: ["--offline"],
  overrideInput: ["--override-input"],
  builders: ["--builders"],
  specialisation: ["--specialisation"],
};

/** Whether the answer's version is at least that one. A word before a release (4.3.0-beta1) has what the release has. */
const since = (major: number, minor: number) => (answer: string) => {
  const found = /^nh (\d+)\.(\d+)/m.exec(answer);
  const [a, b] = [Number(found?.[1]), Number(found?.[2])];
  return found !== null && (a > major || (a === major && b >= minor));
};

/** The answer of the parser that nixos-rebuild-ng is made with: its usage, with every option. */
const usageWith = (option: string) => (answer: string) =>
  /^usage:/m.test(answer) && answer.replace(/\s+/g, " ").includes(`[${option}`);

export const backends: Readonly<Record<Program, Backend>> = {
  // By a word that none of them knows: --help is the manual's page, which may be missing, or be another version's, and opens a
  // pager; and they have no --version. The bash one names the first word that it doesn't know.
  "nixos-rebuild": {
    ask: ["--offline", "--specialisation", "none", "--hey-asks-which"],
    instead: "type --backend nix, or build with a newer one",
    rows: [
      {
        name: "nixos-rebuild-ng with --elevate",
        is: usageWith("--elevate "),
        takes: {
          ...ofRebuildNg,
          noReexec: ["--no-reexec"],
          elevateSudo: ["--elevate", "sudo"],
          elevateRun0: ["--elevate", "run0"],
          askPassword: ["--ask-elevate-password"],
        },
      },
      {
        name: "nixos-rebuild-ng with --sudo",
        is: usageWith("--no-reexec]"),
        takes: { ...ofRebuildNg, noReexec: ["--no-reexec"] },
      },
      {
        name: "nixos-rebuild-ng with --fast",
        is: usageWith("--fast]"),
        takes: { ...ofRebuildNg, noReexec: ["--fast"] },
        once: ["overrideInput", "updateInput"],
      },
      {
        // It never starts itself anew.
        name: "the first nixos-rebuild-ng",
        is: usageWith(""),
        takes: { ...without(ofRebuildNg, "buildHost", "builders"), noReexec: [] },
        once: ["overrideInput", "updateInput"],
      },
      {
        name: "nixos-rebuild in bash",
        is: (answer) => /unknown option `--hey-asks-which'/.test(answer),
        takes: { ...ofRebuild, noReexec: ["--fast"], elevateSudo: ["--use-remote-sudo"] },
      },
      {
        // Since when it has had the others is not known.
        name: "an old nixos-rebuild in bash",
        is: (answer) => /unknown option `--(?:offline|specialisation)'/.test(answer),
        takes: { noReexec: ["--fast"] },
      },
    ],
  },
  nh: {
    ask: ["--version"],
    instead: "type --backend nixos-rebuild",
    rows: [
      {
        name: "nh 4.3 or newer",
        is: since(4, 3),
        takes: {
          ...ofNh,
          otherSpecialisation: ["--specialisation"],
          noSpecialisation: ["--no-specialisation"],
          elevateSudo: ["--elevation-strategy", "sudo"],
          elevateOther: ["--elevation-strategy"],
          elevateNone: ["--elevation-strategy", "none"],
          byRoot: ["--elevation-strategy", "none"],
          updateInput: ["--update-input"],
          installBootloader: ["--install-bootloader"],
        },
      },
      {
        name: "nh 4.2",
        is: since(4, 2),
        takes: {
          ...ofNh,
          noSpecialisation: ["--no-specialisation"],
          elevateSudo: ["--elevation-program", "sudo"],
          elevateOther: ["--elevation-program"],
          byRoot: ["--bypass-root-check"],
          updateInput: ["--update-input"],
        },
      },
      // It knows sudo alone. Its --update-input is not one without --update.
      {
        name: "nh before 4.2",
        is: since(4, 0),
        takes: { ...ofNh, noSpecialisation: ["--no-specialisation"], elevateSudo: [], byRoot: ["--bypass-root-check"] },
      },
      { name: "nh before 4.0", is: since(3, 5), takes: { ...ofNh, noSpecialisation: ["--no-specialisation"], elevateSudo: [] } },
      { name: "nh before 3.5", is: since(0, 0), takes: { ...ofNh, elevateSudo: [] } },
    ],
  },
  // Without its value, so that nothing is built: "requires 1 argument" where nix knows it.
  nix: {
    ask: [...nix.slice(1), "build", "--update-input"],
    instead: "type nix flake update INPUT first",
    rows: [
      { name: "nix with --update-input", is: (answer) => /'--update-input' requires/.test(answer), takes: ofNix },
      {
        name: "nix without --update-input",
        is: (answer) => /unrecognised flag/.test(answer),
        takes: without(ofNix, "updateInput"),
      },
    ],
  },
};

/** The kind of a program that gives this answer. */
export function recognized(program: Program, answer: string): Row {
  const { rows } = backends[program];
  return rows.find((row) => row.is(answer)) ?? rows[0];
}

let shellLike: boolean | undefined;

/**
 * Whether the nix here reads NIX_SSHOPTS as a shell reads words (since 2.26), and does not split it at blanks. Lix has numbers of its own, and
 * has not said that it does. One that isn't here is the newest.
 */
export function nixSplitsLikeShell(): boolean {
  if (shellLike !== undefined) return shellLike;
  // Loaded only where something is asked: most lines ask nothing.
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  const { stdout } = spawnSync("nix", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 });
  const [, lix, major, minor] = /^nix \((Lix)?.*\) (\d+)\.(\d+)/m.exec(stdout ?? "") ?? [];
  shellLike = lix === undefined && (major === undefined || Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 26));
  return shellLike;
}

const known = new Map<Program, Row>();

/** The kind of the program that is on PATH, by its own answer: asked once. */
function here(program: Program): Row {
  const already = known.get(program);
  if (already !== undefined) return already;
  // Loaded only where something is asked: most lines ask nothing.
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  const asked = spawnSync(program, backends[program].ask, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
    env: { ...process.env, LC_ALL: "C", NO_COLOR: "1", PYTHON_COLORS: "0" },
  });
  const row = recognized(program, asked.error === undefined ? `${asked.stdout}${asked.stderr}` : "");
  known.set(program, row);
  return row;
}

/** The kind of the program, where that makes a difference to what is read off it; else any. */
function where(program: Program, read: (row: Row) => unknown): Row {
  const { rows } = backends[program];
  const differ = rows.some((row) => JSON.stringify(read(row)) !== JSON.stringify(read(rows[0])));
  return differ ? here(program) : rows[0];
}

/**
 * The words by which the program here is told what is meant, with each of the values.
 * @param option what was typed for it, for the message
 * @param values of each time that it is given; [[]] for one without a value
 * @throws Usage where it has no such thing
 */
export function wordsFor(program: Program, meaning: Meaning, option: string, values: readonly Words[] = [[]]): Words {
  if (values.length === 0) return [];
  const { name, takes } = where(program, (row) => row.takes[meaning]);
  const said = takes[meaning];
  if (said === undefined) throw new Usage(`the ${program} here (${name}) has no ${option}; ${backends[program].instead}`);
  if (values.length > 1 && where(program, (row) => row.once?.includes(meaning) === true).once?.includes(meaning))
    throw new Usage(`the ${program} here (${name}) takes one ${option} and forgets the others; type one`);
  return values.flatMap((value) => [...said, ...value]);
}

/** Whether the program here can be told that. */
export const canSay = (program: Program, meaning: Meaning): boolean =>
  where(program, (row) => row.takes[meaning]).takes[meaning] !== undefined;

/** The words for nixos-rebuild to become root on the target by another program than ssh's user, and to ask for its password here. @throws Usage */
export function elevateWords(by: "sudo" | "run0" | "none", askPassword: boolean): Words {
  if (by === "none") return [];
  return [
    ...wordsFor("nixos-rebuild", by === "sudo" ? "elevateSudo" : "elevateRun0", `--elevate ${by}`),
    ...(askPassword ? wordsFor("nixos-rebuild", "askPassword", "--ask-elevate-password") : []),
  ];
}
