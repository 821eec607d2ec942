// Root on a target for a login that isn't root: every command that needs it goes through `asRoot`, and nothing else knows how.
import { elevateWords } from "../here/backends.ts";
import { define, type Fragment, fragment, joined, type Line, type Step, step, variable, type Word } from "../script/step.ts";
import { Usage } from "../spec/errors.ts";
import type { Program } from "../spec/options.ts";
import { farScript, farText, login, plainWords, remotely, type SshGiven, sshFacts, sshWords } from "./ssh.ts";

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

export interface ElevateGiven extends SshGiven {
  readonly elevate: string | undefined;
  readonly askElevatePassword?: boolean;
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
}

/**
 * With --elevate the user is the one that the target names, else that of ssh's configuration; without it root, as ever. Who is root
 * already needs no elevation.
 * @throws Usage where a password can't be given to the program
 */
export function accessTo(target: string, given: ElevateGiven): Access {
  const asks = given.askElevatePassword === true;
  const by = (given.elevate ?? (asks ? "sudo" : "none")) as Program | "none";
  if (asks && by === "none") throw new Usage("--elevate none needs no password; leave --ask-elevate-password out");
  if (asks && by !== "sudo")
    throw new Usage(
      `${by} takes a password at a terminal only, never from --ask-elevate-password; let it need none there, or type --elevate sudo`,
    );
  if (by === "none" || sshFacts(sshWords(given), target)("user") === "root")
    return { to: login(target), by: undefined, asks: false, typed: "", typedShell: "" };
  const typed = ` --elevate ${by}`;
  return {
    ...{ to: target, by, asks },
    ...(asks ? { typed: `${typed} --ask-elevate-password`, typedShell: `${typed} --tty` } : { typed, typedShell: typed }),
  };
}

/**
 * A command on the target as root.
 * @param by as for `remotely`
 * @param fed the command whose output it reads
 */
export function asRoot({ to, by: program, asks }: Access, by: readonly Word[], far: Step, fed?: Step): Step {
  if (program === undefined) return { ...remotely(by, to, far), ...(fed && { stdin: fed }) };
  if (!asks) {
    const quiet = remotely(by, to, { ...far, argv: [...ways[program].silent, ...far.argv] });
    return { ...quiet, ...(fed && { stdin: fed }) };
  }
  // sudo takes the password off stdin, a byte at a time and only where it needs it; what is left of it before $secret_end is skipped.
  const skipping = farScript({ ...variable("skip_secret"), script: true }, variable("secret_end"), far.argv);
  return {
    ...remotely(by, to, { ...far, argv: ["sudo", "-S", "-p", "", "--", ...skipping.argv] }),
    stdin: step("with_secret", fed?.argv ?? []),
  };
}

/**
 * A script of lib/shell/there that only asks, as root where the login becomes that without a password, else as itself.
 * @param names like `facts`
 */
export function asRootIfSilent({ to, by: program }: Access, by: readonly Word[], ...names: readonly string[]): Step {
  const asking = ["apart", ...names];
  if (program === undefined) return remotely(by, to, farScript(asking));
  return remotely(by, to, farScript("as-root", { ...joined(farText(...asking)), script: true }, ways[program].silent));
}

/** A command of a person's own, or a shell where there is none: at a terminal the program may ask for a password. */
export function commandAsRoot({ by: program }: Access, command: readonly string[], atTerminal: boolean): readonly string[] {
  if (program === undefined) return command;
  const { shell, asking, silent } = ways[program];
  return command.length === 0 ? shell : [...(atTerminal ? asking : silent), ...command];
}

/** The words before nix-store there, as one word of a store's address (nix splits it at blanks). */
export const asRootInAddress = (program: Program): string =>
  (program === "doas" ? ["doas", "-n", "--"] : ways[program].silent).map(encodeURIComponent).join("%20");

/**
 * Asks for the password, before anything else of the script.
 * @param alone whether there is a terminal to ask on: several hosts go side by side, without one
 * @throws Usage where there is none
 */
export function askingSecret({ to, asks }: Access, alone = true): readonly Fragment[] {
  if (asks && !alone)
    throw new Usage(
      "--ask-elevate-password asks for one host; let sudo need no password there (NOPASSWD), or deploy to it by its name",
    );
  return asks
    ? [
        fragment("here/ask-secret.sh", {
          who: to,
          secret_end: "the password ends here",
          skip_secret: joined(farText("skip-secret")),
        }),
      ]
    : [];
}

/**
 * Finds out whether the login becomes root there, before anything is done: what is wrong is said in a line with its remedy.
 * @param by as for `remotely`
 * @param copies whether nix there must take unsigned paths from the login itself
 * @param password "later" where the program asks for it itself, at a terminal
 */
export function provingRoot(
  { to, by: program, asks }: Access,
  by: readonly Word[],
  copies = false,
  password: "secret" | "later" | "none" = asks ? "secret" : "none",
): readonly Line[] {
  if (program === undefined) return [];
  const prove = remotely(by, to, farScript(["apart", "become-root", ...(copies ? ["trusted"] : [])], program, password));
  return [
    define("prove_root", password === "secret" ? { ...prove, stdin: step("say_secret") } : prove),
    fragment("here/prove-root.sh", { program }),
  ];
}

/** The words of the nixos-rebuild that is here. It asks for the password itself. @throws Usage where it has none */
export function rebuildWords({ by: program, asks }: Access): readonly string[] {
  if (program === undefined) return [];
  if (program === "doas") throw new Usage("nixos-rebuild knows sudo and run0 only; type --backend nix for --elevate doas");
  return elevateWords(program, asks);
}

/**
 * What nixos-rebuild would find out only after the build: whether the login becomes root there, and whether nix there takes paths from
 * the login itself, as whom nixos-rebuild copies.
 */
export function provingRebuild(access: Access, given: SshGiven): readonly Line[] {
  if (access.by === undefined) return [];
  return [
    define("reach", step("ssh", plainWords, sshWords(given), "-o", "ConnectTimeout=10")),
    fragment("here/heard.sh", { target: access.to }),
    ...provingRoot(access, ["reach"], true, access.asks ? "later" : "none"),
  ];
}
