// Who logs in to a target, and how that becomes root there: a value, so that nothing else knows how.
import { elevateWords } from "../here/backends.ts";
import { call, type Part, stage } from "../script/part.ts";
import type { Word } from "../script/step.ts";
import { Usage } from "../spec/errors.ts";
import type { Program } from "../spec/options.ts";
import { asSshopts } from "./nix-sshopts.ts";
import {
  alertWords,
  asOptions,
  farWords,
  freshWords,
  login,
  masterWords,
  newWords,
  plainWords,
  type SshGiven,
  sshFacts,
  sshWords,
  unattendedWords,
} from "./ssh.ts";

/** What makes a login root. `asking`: also where it asks for a password, at a terminal. */
interface Becoming {
  readonly silent: readonly string[];
  readonly asking: readonly string[];
  /** Opens a shell at a terminal. */
  readonly shell: readonly string[];
}

/** A PATH as it was: doas has one of its own, in which a NixOS has nothing. Words for any login shell, fish's too. */
const keepingPath = (by: string) => ["sh", "-c", `exec ${by} env "PATH=$PATH" "$@"`, "sh"];

const ways = {
  sudo: { silent: ["sudo", "-n", "--"], asking: ["sudo", "--"], shell: ["sudo", "-i"] },
  doas: { silent: keepingPath("doas -n --"), asking: keepingPath("doas --"), shell: ["doas", "-s"] },
  run0: {
    silent: ["run0", "--no-ask-password", "--setenv=PATH", "--"],
    asking: ["run0", "--setenv=PATH", "--"],
    shell: ["run0"],
  },
} as const satisfies Readonly<Record<Program, Becoming>>;

/** How long a host may take, and how what it says is shown. */
export interface LimitGiven extends SshGiven {
  readonly laneTimeout?: string | undefined;
  /** Where sshd answers afterwards, if not where it does now. */
  readonly thenPort?: string | undefined;
  readonly raw?: boolean;
}

/** The same for a script. */
export const limits = ({ laneTimeout = "3600", raw = false }: Pick<LimitGiven, "laneTimeout" | "raw">) => ({
  lane_timeout: laneTimeout,
  raw: raw ? "yes" : "",
});

export interface ElevateGiven extends LimitGiven {
  readonly elevate: string | undefined;
  readonly askElevatePassword?: boolean;
}

/** What a connection is for. */
export interface Connecting {
  /** A login must work without a question, as nobody is there. */
  readonly unattended: boolean;
  /** A dead connection must end soon. */
  readonly alert: boolean;
  /** Whether another program logs in as well: nix there must take unsigned paths from the login itself, and it asks for a password by itself. */
  readonly byProgram?: boolean;
}

/** Who logs in to a target, and how that becomes root there. */
export interface Access {
  /** What ssh is given. */
  readonly to: string;
  /** Undefined for root itself. */
  readonly by: Program | undefined;
  /** Whether sudo gets a password. */
  readonly asks: boolean;
  /** Its options in lines to type: for ops-deploy, and for ops-ssh. */
  readonly typed: string;
  readonly typedShell: string;
  /** Gives a script `there` and `there_anew`, and proves root before anything is done. */
  connect(how: Connecting): Part;
  /** A function of lib/shell/there that only asks, as words for `ask_alone`: as root where that needs no password, else as the login itself. */
  silently(name: string): readonly string[];
}

/** @throws Usage for a password where there is no terminal to ask on: several hosts go side by side, without one */
export function requireAlone({ asks }: Access, alone: boolean): void {
  if (asks && !alone)
    throw new Usage(
      "--ask-elevate-password works for one host only; give sudo NOPASSWD there, or deploy to each host by its name",
    );
}

/** What a script is given to reach the target. */
const reaching = (to: string, given: LimitGiven, { unattended, alert }: Connecting): Readonly<Record<string, Word>> => {
  const own = [...plainWords(), ...sshWords(given)];
  const shared = [
    ...plainWords(),
    ...(unattended ? unattendedWords : []),
    ...sshWords(given),
    ...(alert ? alertWords : []),
    ...masterWords,
  ];
  const [options, forNix] = [asOptions(shared), asSshopts(shared)];
  return {
    target: to,
    then_port: given.thenPort ?? "",
    ...limits(given),
    ssh_options: options,
    nix_options: forNix === options ? "" : forNix,
    fresh_options: asOptions([...freshWords, ...own]),
    // Who sits at a terminal may be asked once more.
    new_options: asOptions([...(unattended ? unattendedWords : []), ...newWords, ...own]),
  };
};

/**
 * With --elevate the user is the one that the target names, else that of ssh's configuration; without it root, as ever. Who is root
 * already needs no elevation.
 */
export function accessTo(target: string, given: ElevateGiven): Access {
  const wants = given.askElevatePassword === true;
  const named = (given.elevate ?? (wants ? "sudo" : "none")) as Program | "none";
  const isRoot = named === "none" || sshFacts(sshWords(given), target)("user") === "root";
  const to = isRoot ? login(target) : target;
  const by = isRoot ? undefined : named;
  const asks = by !== undefined && wants;
  const typed = by === undefined ? "" : ` --elevate ${by}`;
  return {
    ...{ to, by, asks },
    typed: asks ? `${typed} --ask-elevate-password` : typed,
    typedShell: asks ? `${typed} --tty` : typed,
    connect: (how) => connecting({ to, by, asks }, given, how),
    silently: (name) => (by === undefined ? [name] : ["as_root_if_silent", name, ...ways[by].silent]),
  };
}

/** The first lines of a script that reaches its target. @throws Usage where there is no terminal for the password */
function connecting({ to, by, asks }: Pick<Access, "to" | "by" | "asks">, given: LimitGiven, how: Connecting): Part {
  const about = "ssh: one connection for all that follows";
  const base = { given: reaching(to, given, how), programs: ["ssh"] };
  if (by === undefined)
    return {
      ...base,
      main: [call("connect", [], about)],
      from: ["connect-root"],
      stages: [stage("connect by ssh", "both", 1)],
    };
  const becoming = stage(`connect by ssh, become root there by ${by}`, "both", 1);
  if (asks && !how.byProgram) {
    return {
      ...base,
      given: {
        ...base.given,
        become: `${farWords(["sudo", "-S", "-p", "", "--", "sh", "-c", skippingSecret, "sh", secretEnd])} `,
        secret_end: secretEnd,
        fed: "yes",
      },
      main: [call("connect", [], about)],
      from: ["connect-password"],
      stages: [becoming],
    };
  }
  return {
    ...base,
    given: { ...base.given, become: `${farWords(ways[by].silent)} `, elevate: by },
    main: [call("connect", how.byProgram ? [asks ? "later" : "none", "trusted"] : [], about)],
    from: ["connect-elevated"],
    stages: [becoming],
  };
}

/** The line behind a password, and what skips it as sudo runs it: sudo leaves the password on stdin where it needs none. */
const secretEnd = "the password ends here";
const skippingSecret = 'while IFS= read -r line; do if [ "$line" = "$1" ]; then break; fi; done; shift; exec "$@"';

/**
 * A question over a connection of its own, and nothing else.
 * @param words a function of lib/shell/there, and words for it
 * @param options all of ssh's words
 */
export const askedOnce = (
  to: string,
  words: readonly string[],
  options: readonly string[],
  about: string,
  by: "ask_alone" | "list_there" = "ask_alone",
  given: Pick<LimitGiven, "laneTimeout" | "raw"> = {},
): Part => ({
  main: [call(by, words, about)],
  given: { target: to, own_options: asOptions(options), ...limits(given) },
  stages: [stage(about, "there", "ssh's")],
  programs: ["ssh"],
});

/** A command of a person's own, or a shell where there is none: at a terminal the program may ask for a password. */
export function commandAsRoot({ by: program }: Access, command: readonly string[], atTerminal: boolean): readonly string[] {
  if (program === undefined) return command;
  const { shell, asking, silent } = ways[program];
  return command.length === 0 ? shell : [...(atTerminal ? asking : silent), ...command];
}

/** The words before nix-store there, as one word of a store's address (nix splits it at blanks). */
export const asRootInAddress = (program: Program): string =>
  (program === "doas" ? ["doas", "-n", "--"] : ways[program].silent).map(encodeURIComponent).join("%20");

/** The words of the nixos-rebuild that is here. It asks for the password itself. @throws Usage where it has none */
export function rebuildWords({ by: program, asks }: Access): readonly string[] {
  if (program === undefined) return [];
  if (program === "doas") throw new Usage("nixos-rebuild knows sudo and run0 only; type --backend nix for --elevate doas");
  return elevateWords(program, asks);
}
