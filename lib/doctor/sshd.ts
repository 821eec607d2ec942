// Whom sshd would let in, and with which key, with the configuration that the flake has for it (sshd_config(5), sshd(8)).
import { globbed, isGlob } from "../here/glob.ts";
import type { Level } from "./finding.ts";
import { fingerprint, type Offered } from "./offered.ts";

/** What evaluated.nix says of sshd. */
export interface Sshd {
  /** Values as words; null where sshd's own default holds. */
  readonly settings: Readonly<Partial<Record<Setting, readonly string[] | null>>>;
  /** Where it looks for keys; none for its default. */
  readonly keyFiles: readonly string[];
  /** What it asks for keys; "none" for nothing. */
  readonly keyCommand: string;
}

type Setting =
  | "PermitRootLogin"
  | "AllowUsers"
  | "DenyUsers"
  | "AllowGroups"
  | "DenyGroups"
  | "PubkeyAuthentication"
  | "AuthenticationMethods";

/** What evaluated.nix says of somebody who is to be let in. */
export interface Entrant {
  readonly name: string;
  readonly groups: readonly string[];
  /** Lines of authorized_keys. */
  readonly keys: readonly string[];
  /** A path; "" where it is not known. */
  readonly shell: string;
}

/** Why somebody is not let in; as a warning where that is not certain. */
export interface Bar {
  readonly level: Exclude<Level, "note">;
  readonly why: string;
}

type Matching = "yes" | "maybe" | "no";

/** Whether a list of patterns means one of these names. Which host somebody comes from (USER@HOST) is not known. */
function means(patterns: readonly string[], names: readonly string[]): Matching {
  const found = patterns.flatMap((pattern): readonly Matching[] => {
    const [name = "", ...host] = pattern.split("@");
    if (/[![\]]/.test(name)) return ["maybe"];
    const fits = names.some((one) => (isGlob(name) ? globbed(name, one) : name === one));
    return fits ? [host.length === 0 ? "yes" : "maybe"] : [];
  });
  return found.includes("yes") ? "yes" : (found[0] ?? "no");
}

/** By the lists of users and groups. */
function listed({ settings }: Sshd, { name, groups }: Entrant): readonly Bar[] {
  const lists = [
    ["DenyUsers", "yes", [name]],
    ["AllowUsers", "no", [name]],
    ["DenyGroups", "yes", groups],
    ["AllowGroups", "no", groups],
  ] as const;
  return lists.flatMap(([setting, barring, names]): readonly Bar[] => {
    const patterns = settings[setting] ?? [];
    const meant = patterns.length === 0 ? undefined : means(patterns, names);
    const why = `${setting} is ${patterns.join(" ")}`;
    return meant === barring ? [{ level: "error", why }] : meant === "maybe" ? [{ level: "warning", why }] : [];
  });
}

/** By the ways in which somebody proves who it is, for who has a key. */
function proven({ settings }: Sshd): readonly Bar[] {
  const methods = settings.AuthenticationMethods ?? [];
  const why = `AuthenticationMethods is ${methods.join(" ")}`;
  const without = methods.every((list) => !/\bpublickey\b/.test(list));
  return [
    ...(settings.PubkeyAuthentication?.[0] === "no" ? [{ level: "error", why: "PubkeyAuthentication is no" } as const] : []),
    ...(methods.length === 0 || methods.some((list) => list === "publickey" || list === "any")
      ? []
      : [{ level: without ? "error" : "warning", why } as const]),
  ];
}

/** What stands before the key in a line of authorized_keys, and may keep out who has it. */
function conditions(line: string): readonly string[] {
  const [options = ""] = line.replace(/"(?:\\.|[^"\\])*"/g, "").split(/\s/, 1);
  return ["command", "from", "expiry-time"].filter((name) => options.split(",").includes(`${name}=`));
}

/** A user's lines that have one of my keys. By an authority's key it is certificates that are let in. */
const linesOf = ({ keys }: Entrant, mine: Offered): readonly string[] =>
  keys.filter((line) => !/^[^\s"]*\bcert-authority\b/.test(line) && mine.keys.has(fingerprint(line) ?? ""));

/** By the keys: those of users.users and no others are known. */
function keyed({ keyFiles, keyCommand }: Sshd, user: Entrant, mine: Offered): readonly Bar[] {
  const reads = keyFiles.length === 0 || keyFiles.includes("/etc/ssh/authorized_keys.d/%u");
  const lines = reads ? linesOf(user, mine) : [];
  const [held = []] = lines.map(conditions);
  if (lines.length > 0)
    return lines.some((line) => conditions(line).length === 0)
      ? []
      : [{ level: "warning", why: `my key has ${held.join(", ")} before it` }];
  const beside = [
    ...(mine.beside === undefined ? [] : [mine.beside]),
    ...(reads ? [] : [`keys in ${keyFiles.join(" ")}`]),
    ...(keyCommand === "none" ? [] : ["keys of services.openssh.authorizedKeysCommand"]),
  ];
  const why = `${mine.keys.size === 1 ? "your one key" : `each of your ${mine.keys.size} keys`} is missing in users.users.NAME.openssh.authorizedKeys.keys`;
  return [
    beside.length === 0 ? { level: "error", why } : { level: "warning", why: `${why}; not looked at: ${beside.join(", ")}` },
  ];
}

/** Why a user is not let in with my keys, the certain ones first. Who offers no key gets in by something else. */
export function bars(sshd: Sshd, user: Entrant, mine: Offered): readonly Bar[] {
  const root = sshd.settings.PermitRootLogin?.[0] ?? "";
  const found = [
    ...(user.name === "root" && ["no", "forced-commands-only"].includes(root)
      ? [{ level: "error", why: `PermitRootLogin is ${root}` } as const]
      : []),
    ...(/\/(?:nologin|false)$/.test(user.shell) ? [{ level: "error", why: `the shell is ${user.shell}` } as const] : []),
    ...listed(sshd, user),
    ...(mine.keys.size === 0 ? [] : [...proven(sshd), ...keyed(sshd, user, mine)]),
  ];
  return [...found.filter(({ level }) => level === "error"), ...found.filter(({ level }) => level === "warning")];
}

/** Whether a user has one of my keys, and nothing is known that would keep it out. */
export const isLetIn = (sshd: Sshd, user: Entrant, mine: Offered): boolean =>
  linesOf(user, mine).length > 0 && bars(sshd, user, mine).every(({ level }) => level !== "error");
