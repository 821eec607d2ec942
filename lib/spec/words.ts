// What a word from outside may look like. Refused here, it never reaches a shell, ssh or nix.
import { existsSync } from "node:fs";
import { isIP, isIPv6 } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { didYouMean, shown, Usage } from "./errors.ts";
import type { Source } from "./spec.ts";

// Correct quoting does not survive a paste: a terminal acts on control characters even in bracketed paste, and what
// can't be seen deceives the reader of a printed script. U+FFFD stands for bytes that node has already lost.
const unprintable =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each of these stands for itself
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffd\u{e0100}-\u{e01ef}]|(?! )\p{Zs}/u;

/** Refuses a word with characters that are invisible or move the cursor. @throws Usage */
export function printable(word: string, remedy = "retype it by hand"): void {
  const bad = unprintable.exec(word);
  if (bad === null) return;
  const code = (bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw new Usage(`the word ${shown(word)} has an invisible character (U+${code}); ${remedy}`);
}

const unprintables = new RegExp(unprintable, "gu");

/** A text without what `printable` refuses; a space of another kind becomes one. */
export const visible = (text: string): string => text.replace(/\p{Zs}/gu, " ").replace(unprintables, "");

/** Refuses a word that starts with a dash copied from a web page instead of a hyphen. @throws Usage */
export function hyphenated(word: string): void {
  if (/^[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/u.test(word)) {
    throw new Usage(
      `${shown(word)} starts with a typographic dash; type it with hyphens: ${shown(word.replace(/^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+/u, word.length > 2 ? "--" : "-"))}`,
    );
  }
}

const nameRule = "letters, digits, '_', '-' and '.', first a letter, digit or '_', at most 253";
/** Whether a host, a tag or an alias may be called so. */
export const isName = (word: string) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/.test(word);

const hostRule = "letters, digits, and any of _ - . @ + = : ~ ', first a letter, digit or '_', at most 253";
/**
 * Whether a host may be called so: like an attribute that nix takes, in quotes where it must, and a shell carries as one word. What ends such
 * an attribute or a reference (`"`, `\\`, `$`, `#`, `%`, `^`), stands for several (`*`, `,`, `!`), or is part of a path (`/`) is none.
 */
export const isHost = (word: string) => /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.@+=:~'-]{0,252}$/u.test(word);

/** An address, with what may stand around it. */
interface Address {
  /** `root@`, or nothing. */
  readonly login: string;
  readonly bare: string;
  readonly zone: string | undefined;
  readonly port: string | undefined;
}

/** The address that a word is: `192.0.2.1`, `root@2001:db8::1`, `[2001:db8::1]:2222`, `fe80::1%eth0`. Undefined for any other word. */
export function addressIn(word: string): Address | undefined {
  const [, login = "", bracketed, plain, port] = /^([^@]*@)?(?:\[([^\]]*)\]|([^[\]]*?))(?::(\d+))?$/.exec(word) ?? [];
  // Without brackets what follows the last colon is part of it.
  const isPart = plain?.includes("%") === false && port !== undefined && isIPv6(`${plain}:${port}`);
  const whole = bracketed ?? (isPart ? `${plain}:${port}` : plain);
  const [, bare = "", zone] = /^([^%]*)(?:%([\w.-]+))?$/.exec(whole ?? "") ?? [];
  return isIP(bare) === 0 ? undefined : { login, bare, zone, port: isPart ? undefined : port };
}

/** An address as an option of ssh, where no program takes it as a target: nix takes no zone. */
export const zoned = ({ bare, zone }: Address) => `HostName=${bare}%%${zone}`;

function host(word: string): void {
  if (isHost(word)) return;
  if (addressIn(word) !== undefined)
    throw new Usage(`${shown(word)} is an address, not a host's name; type the name that the host has in the flake`);
  throw new Usage(`${shown(word)} is not a host's name (${hostRule}); a host is an attribute of the flake's nixosConfigurations`);
}

/** The machine's name in a target with a login, `root@web01`; undefined for any other word. */
export const nameInTarget = (word: string): string | undefined => /^[^@]+@([^@]+)$/.exec(word)?.[1];

/** What is said of such a target where a host is to stand. */
export const isTargetSays = (word: string) => `${shown(word)} is a target; it goes after the host`;

function target(word: string): void {
  const at = word.lastIndexOf("@");
  const name = word.slice(at + 1);
  if (at >= 0 && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(word.slice(0, at))) {
    throw new Usage(
      `${shown(word)} is not a target: ${shown(word.slice(0, at))} is not a user's name; type user@host or an ssh alias`,
    );
  }
  if (isName(name) || (name.includes(":") && isIPv6(name) && !name.includes("%"))) return;
  const address = addressIn(word);
  if (address?.zone !== undefined)
    throw new Usage(
      `${shown(word)} is not a target, as nix takes no zone of an address; type a name, and --ssh-option ${zoned(address)} or the like in ~/.ssh/config`,
    );
  if (address !== undefined && word.includes("["))
    throw new Usage(
      `${shown(word)} is not a target: an address is typed without brackets; type ${address.login}${address.bare}${address.port === undefined ? "" : ` and --ssh-option Port=${address.port}`}`,
    );
  const port = /^([A-Za-z0-9_][A-Za-z0-9_.-]*):(\d+)$/.exec(name);
  if (port !== null) {
    throw new Usage(
      `${shown(word)} is not a target: a port goes in ~/.ssh/config ('Port ${port[2]}' under 'Host ${port[1]}'), or type --ssh-option Port=${port[2]}`,
    );
  }
  throw new Usage(
    `${shown(word)} is not a target: type [user@]name, an ssh alias (${nameRule}) or an IPv6 address without brackets`,
  );
}

function specialisation(word: string): void {
  if (!isName(word)) throw new Usage(`${shown(word)} is not a specialisation's name (${nameRule})`);
}

// What nix takes for the path of an input: nixpkgs, home-manager/nixpkgs.
function input(word: string): void {
  if (/^[A-Za-z][A-Za-z0-9_-]*(?:\/[A-Za-z][A-Za-z0-9_-]*)*$/.test(word)) return;
  throw new Usage(
    `${shown(word)} is not an input of a flake; type its name, like nixpkgs, or home-manager/nixpkgs for an input's input`,
  );
}

// One of ssh's, as its -o takes it. NIX_SSHOPTS is split at blanks.
function pair(what: string, word: string): void {
  if (!/^[A-Za-z][A-Za-z0-9]*=./.test(word))
    throw new Usage(`${what} ${shown(word)} is not KEY=VALUE; type ${what} Port=2222, for example`);
  unsplit(word);
}

/** Refuses a word of ssh's that NIX_SSHOPTS can't carry. @throws Usage */
export function unsplit(word: string): void {
  if (/\s/.test(word))
    throw new Usage(
      `${shown(word)} has a blank, where nix would split it (NIX_SSHOPTS); put it into an ssh config and type --ssh-config FILE`,
    );
}

// Of nixos-anywhere's --phases.
const phases = ["kexec", "disko", "install", "reboot"];

function path(word: string): void {
  if (word.startsWith("-")) throw new Usage(`${shown(word)} starts with '-'; type './${word}' if that is the path's name`);
}

// What follows the sign is a host there, for nix and nixos-rebuild. A directory of such a name is refused where it is looked for
// (lib/here/flake.ts).
function flake(word: string): void {
  path(word);
  const hash = word.indexOf("#");
  if (hash >= 0 && !existsSync(word))
    throw new Usage(`--flake ${shown(word)} has a ${shown(word.slice(hash))} suffix; leave it out`);
}

/** Refuses a value that its source can't have. `what` names the parameter: `--host` or `HOST`. @throws Usage */
export function fits(what: string, from: Source, word: string): void {
  if (word === "") throw new Usage(`${what} is empty; type a value`);
  if (from === "hosts") host(word);
  else if (from === "targets") target(word);
  else if (from === "specialisations") specialisation(word);
  else if (from === "inputs") input(word);
  else if (from === "pairs") pair(what, word);
  else if (from === "tags") {
    if (!isName(word)) throw new Usage(`${shown(word)} is not a tag (${nameRule})`);
  } else if (from === "flakes" && what === "--flake") flake(word);
  else if (from === "dirs" || from === "files" || from === "flakes") path(word);
  else if (from === "seconds") {
    if (!/^(?:0|[1-9]\d{0,4})$/.test(word))
      throw new Usage(`${what} takes a number of seconds, not ${shown(word)}; type one like 300`);
  } else if (from === "number") {
    if (!/^[1-9]\d{0,3}$/.test(word)) throw new Usage(`${what} takes a number from 1 to 9999, not ${shown(word)}`);
  } else if (from === "order") {
    if (!/^(?:0|-?[1-9]\d{0,3})$/.test(word)) throw new Usage(`${what} takes a number from -9999 to 9999, not ${shown(word)}`);
  } else if (from === "share") {
    if (!/^(?:[1-9]\d{0,3}|(?:[1-9]\d?|100)%)$/.test(word))
      throw new Usage(`${what} takes a number of hosts like 4, or a share like 25%, not ${shown(word)}`);
  } else if (from === "generations") {
    if (!/^(?:previous|[1-9]\d{0,5})$/.test(word))
      throw new Usage(`${what} ${shown(word)} is not a generation; type its number, like 12`);
  } else if (from === "phases") {
    const odd = word.split(",").find((phase) => !phases.includes(phase));
    if (odd !== undefined) throw new Usage(`${what} has no phase ${shown(odd)}; type some of ${phases.join(",")}`);
  } else if (typeof from === "object" && !Object.hasOwn(from, word)) {
    const names = Object.keys(from);
    throw new Usage(`${what} can't be ${shown(word)}${didYouMean(word, names) || `; type one of ${names.join(", ")}`}`);
  }
}

/** A leading `~` as the home directory: the shells leave it in `--option=~/path`. */
export const untilded = (path: string) => (path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path);
