// The machine at the other end: how ssh is called for it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Step, step, type Word } from "../script/step.ts";
import { shown, Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import { unsplit } from "../spec/words.ts";
import { environmentWords, forRebuild } from "./nix-sshopts.ts";
import { sshSays } from "./ssh-says.ts";

export interface SshGiven {
  readonly sshOption: readonly string[];
  readonly sshConfig: string | undefined;
}

/** `root@` is added only where the target names no user: a second one would double it, and an alias's User is overridden on purpose. */
export const login = (target: string) => (target.includes("@") ? target : `root@${target}`);

function optionWords(...pairs: readonly string[]): string[] {
  return pairs.flatMap((pair) => ["-o", pair]);
}

/** What the options given on the line add to ssh's words. @throws Usage for what NIX_SSHOPTS can't carry */
export function givenWords({ sshOption, sshConfig }: SshGiven): string[] {
  if (sshConfig !== undefined && !existsSync(sshConfig)) throw new Usage(`--ssh-config: there is no file ${shown(sshConfig)}`);
  if (sshConfig !== undefined) unsplit(sshConfig);
  return [...(sshConfig === undefined ? [] : ["-F", sshConfig]), ...sshOption.flatMap((pair) => ["-o", pair])];
}

/** ssh's options for this run: the caller's $NIX_SSHOPTS, then what stands on the line. */
export const sshWords = (given: SshGiven) => [...environmentWords(), ...givenWords(given)];

/** ssh's words as a script has them in a value, for eval: bare where no shell sees anything special. */
export const asOptions = (words: readonly string[]): string =>
  words.map((word) => (/^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+:,./=-]*$/.test(word) ? word : quote(word))).join(" ");

/**
 * Words for a shell of the other side, as they stand here. Not for data: what is in them is quoted as POSIX has it, which a csh takes for
 * something else where it is a line end or a "!".
 */
export const farWords = (words: readonly string[]): string => words.map(quote).join(" ");

/**
 * A command on the target. Its words arrive there as they stand here.
 * @param by ssh with its options
 */
export const remotely = (by: readonly Word[], to: string, words: readonly string[]): Step => step(by, to, "--", farWords(words));

/** What ssh would do with a name, of `ssh -G`: reads the configuration only. Names of options are in lower case. */
export interface SshFacts {
  /** An option's value; of one that is there several times the last. */
  (name: string): string | undefined;
  /** Of an option that is there several times, as IdentityFile, in their order. */
  all(name: string): readonly string[];
}

const askSsh = (words: readonly string[], to: string) =>
  spawnSync("ssh", ["-G", ...words, "--", to], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 10_000 });

/**
 * Asks ssh how it would reach a target. CanonicalizeHostname is off here, as it would ask the name servers.
 * @param canonical with it, where that is set and the name servers answer: the name under which ssh knows the target
 * @throws Usage where ssh refuses the name or its configuration, with ssh's own words
 */
export function sshFacts(words: readonly string[], to: string, canonical = false): SshFacts {
  const first = canonical ? askSsh(words, to) : undefined;
  const asked = first?.status === 0 ? first : askSsh([...words, "-o", "CanonicalizeHostname=no"], to);
  if (asked.status !== 0)
    throw new Usage(`ssh does not take ${shown(to)}: ${(asked.error?.message ?? asked.stderr).trim().split("\n").at(-1)}`);
  const lines = asked.stdout.split("\n");
  const all = (name: string) => lines.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  return Object.assign((name: string) => all(name).at(-1), { all });
}

/** Options that ssh has since 8.7. */
const newer: readonly string[] = ["SessionType=default", "StdinNull=no", "ForkAfterAuthentication=no"];

/** Whether the ssh here knows options. It reads no configuration for that. */
const knows = (some: readonly string[]) =>
  sshSays([{ words: ["-F", "/dev/null", ...optionWords(...some)], to: "localhost" }])[0] !== "";

let plain: readonly string[] | undefined;

/**
 * ssh's words for a connection that carries data. What the user's configuration may set for a shell must not hold for it: other commands than
 * ours, here or there; what is lent to a host, as the agent, the display and Kerberos' tickets (-a, -x, -k); and what changes what ssh reads and
 * says. A far terminal would even echo the keys that are sent (seen with RequestTTY force). They go first, as ssh takes the first of two.
 */
export function plainWords(): readonly string[] {
  plain ??= [
    ...["-T", "-a", "-x", "-k"],
    ...optionWords("RemoteCommand=none", "PermitLocalCommand=no", "ClearAllForwardings=yes", "Tunnel=no"),
    ...optionWords("LogLevel=INFO", "VisualHostKey=no", "EscapeChar=none"),
    // An older one refuses names that it does not know.
    ...(knows(newer) ? optionWords(...newer) : []),
  ];
  return plain;
}

/**
 * The same for a program that calls ssh itself: whether that has a terminal, which sudo there may need, is its own matter.
 */
export const pinnedPairs: readonly string[] = [
  ...["ForwardAgent=no", "ForwardX11=no", "GSSAPIDelegateCredentials=no", "RequestTTY=auto", "RemoteCommand=none"],
  ...["PermitLocalCommand=no", "ClearAllForwardings=yes", "Tunnel=no", "LogLevel=INFO", "VisualHostKey=no"],
];

/** When ssh gives up: a machine that does not answer, and after half a minute a connection that is dead. */
const limitWords: readonly string[] = optionWords("ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=6");

/** NIX_SSHOPTS for it. The user's own limits win. */
export const pinnedSshopts = (given: SshGiven): string =>
  forRebuild([...optionWords(...pinnedPairs), ...sshWords(given), ...limitWords]);

/**
 * One connection for all ssh and nix of a run: the first opens it, in the script's private $tmp, by -S, as that wins over one in the caller's
 * $NIX_SSHOPTS, whose connection is not ours to end. It ends with the script, and by itself when the script is killed.
 */
export const masterWords: readonly string[] = [...optionWords("ControlMaster=auto", "ControlPersist=15m"), ...limitWords];

/** ssh options for a login that must work without a question. */
export const unattendedWords: readonly string[] = optionWords("BatchMode=yes");

/** ssh options under which a dead connection ends after 15 s: where time is short. They go before those of masterWords. */
export const alertWords: readonly string[] = optionWords("ServerAliveInterval=5", "ServerAliveCountMax=3");

/**
 * All of ssh's words for a connection of its own that may ask its user, and gives up a silent machine soon.
 * @param given the user's, which win
 */
export const ownWords = (given: readonly string[]): readonly string[] => [
  ...plainWords(),
  ...given,
  ...optionWords("ConnectTimeout=8"),
];

/** ssh options for a question that a person waits for: it asks nobody anything, and gives up soon. */
export const askingWords = (): readonly string[] => [...plainWords(), ...optionWords("BatchMode=yes", "ConnectTimeout=2")];

/** ssh options for a connection of its own: it proves that this machine can get in, now. */
export const newWords: readonly string[] = [
  ...optionWords("ControlMaster=no", "ControlPath=none", "ConnectTimeout=10"),
  ...alertWords,
];

/** The same, and it asks nobody anything. */
export const freshWords: readonly string[] = [...optionWords("BatchMode=yes"), ...newWords];

/** `-p N` for nixos-anywhere where ssh's configuration gives the target another port: after kexec it would wait at 22 (source). */
export function port(given: SshGiven, target: string): string[] {
  const number = sshFacts(sshWords(given), target)("port");
  return number === undefined || number === "22" ? [] : ["-p", number];
}

/** The name under which known_hosts keeps a target, as ssh looks it up (sshconnect.c, get_hostfile_hostname_ipaddr). */
export function knownAs(facts: SshFacts): string {
  const hostname = (facts("hostname") ?? "").toLowerCase();
  const number = facts("port") ?? "22";
  return facts("hostkeyalias") ?? (number === "22" ? hostname : `[${hostname}]:${number}`);
}

/** The files in which ssh looks for a target's key, of those that there can be. */
const knownFiles = (facts: SshFacts, whose: "user" | "global"): readonly string[] =>
  (facts(`${whose}knownhostsfile`) ?? "").split(/ (?=[/~])/).filter((file) => file.startsWith("/") && file !== "/dev/null");

/** The user's file that a target's key is written to; undefined where ssh keeps none. */
export const knownHosts = (facts: SshFacts): string | undefined => knownFiles(facts, "user")[0];

/** What ssh knows a target by, for lib/shell/here/known-hosts.sh. */
export function knownGiven(facts: SshFacts): Readonly<Record<string, string>> {
  const [known_hosts = "", ...also] = knownFiles(facts, "user");
  return {
    known_as: knownAs(facts),
    known_hosts,
    known_also: also.join("|"),
    known_globally: knownFiles(facts, "global").join("|"),
    takes_any_key: /^(?:no|off|false)$/.test(facts("stricthostkeychecking") ?? "") ? "yes" : "",
    hash_known_hosts: facts("hashknownhosts") === "yes" ? "yes" : "",
    judging_options: asOptions(judgingWords),
  };
}

/**
 * ssh options for a connection of its own that takes the key in `$stage/pinned` and no other: an open port, or a connection
 * that was there before, proves nothing.
 */
export const pinnedWords: readonly string[] = optionWords(
  ...["GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes", "HostKeyAlgorithms=ssh-ed25519", "ConnectTimeout=5"],
  ...["BatchMode=yes", "ControlMaster=no", "ControlPath=none"],
);

/** ssh options for a connection that tries a key that the target presents, and logs nobody in. */
const judgingWords: readonly string[] = optionWords(
  ...["StrictHostKeyChecking=yes", "PreferredAuthentications=none", "ConnectTimeout=5", "BatchMode=yes"],
  ...["ControlMaster=no", "ControlPath=none"],
);

/** ssh options for a connection that only takes down the presented key, in `$stage/presented`, and logs nobody in. */
export const knockingWords: readonly string[] = optionWords(
  ...["GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=accept-new", "HashKnownHosts=no", "HostKeyAlgorithms=ssh-ed25519"],
  ...["PreferredAuthentications=none", "ConnectTimeout=5", "BatchMode=yes", "ControlMaster=no", "ControlPath=none"],
);
