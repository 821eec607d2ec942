// What a line means that is typed as other programs take it: a flake with its host in one word, several hosts in one, and options that are
// called otherwise here. Asked only where a line is refused.
import { asked, shown } from "./errors.ts";
import { dashed, isOption, type Takes } from "./spec.ts";
import { addressIn, isName, isTargetSays, nameInTarget, zoned } from "./words.ts";

/** What is said of a line, and the line that was meant, where there is but one. */
export interface Meant {
  readonly says: string;
  /** "usage" where a word is missing. */
  readonly line?: readonly string[] | "usage";
}

/** Options of nixos-rebuild, nh, colmena, deploy-rs and nixos-anywhere, and those of ours that do it. The verb may have some of these. */
const flags: readonly { readonly typed: readonly string[]; readonly ours: readonly string[] }[] = [
  { typed: ["--dry-run", "--dry", "--dry-build", "--dry-activate"], ours: ["dry-activate", "diff", "print"] },
  { typed: ["-v", "-vv", "-vvv", "--verbose"], ours: ["debug", "print"] },
  { typed: ["--interactive", "--confirm"], ours: ["ask"] },
  { typed: ["--no-confirm", "--assume-yes"], ours: ["yes"] },
  { typed: ["--auto-rollback", "--magic-rollback"], ours: ["guard"] },
  { typed: ["--ask-sudo-password"], ours: ["ask-elevate-password"] },
  { typed: ["--substitute-on-destination", "--substitute-on-target"], ours: ["use-substitutes"] },
  { typed: ["--no-reexec"], ours: ["fast"] },
];

/** Those that are a word of ours, or an option with another value. `VALUE` stands for theirs, which without it they haven't. */
const words: readonly {
  readonly typed: readonly string[];
  readonly says: string;
  readonly ours: readonly string[];
  /** The parameter of the verb that takes it. */
  readonly by: string;
  readonly place?: "first" | "last";
}[] = [
  {
    typed: ["--target-host", "--target"],
    says: "the target goes after the host",
    ours: ["VALUE"],
    by: "target",
    place: "last",
  },
  { typed: ["--host", "--hostname", "-H"], says: "the host is a word of its own", ours: ["VALUE"], by: "host", place: "first" },
  {
    typed: ["--sudo", "--use-remote-sudo", "--use-sudo"],
    says: "it is called --elevate",
    ours: ["--elevate", "sudo"],
    by: "elevate",
  },
  { typed: ["--parallel"], says: "it is called --jobs", ours: ["--jobs", "VALUE"], by: "jobs" },
  {
    typed: ["--ssh-port", "--port", "-p"],
    says: "ssh takes it as an option",
    ours: ["--ssh-option", "Port=VALUE"],
    by: "ssh-option",
  },
  {
    typed: ["--identity", "-i"],
    says: "ssh takes it as an option",
    ours: ["--ssh-option", "IdentityFile=VALUE"],
    by: "ssh-option",
  },
];

/** The host in a flake's fragment, as nix and nixos-rebuild take one. */
const hostIn = (fragment: string) =>
  fragment
    .replace(/^nixosConfigurations\./, "")
    .replace(/\.config\.system\.build\..*$/, "")
    .replace(/^"(.*)"$/, "$1");

/** A line while it is put right. */
interface Line {
  readonly first: string[];
  readonly own: string[];
  readonly last: string[];
  readonly says: string[];
  /** --print, which is typed last. */
  readonly printed: string[];
  /** Positional words. */
  readonly names: string[];
  /** What is typed behind --on. */
  on: string | undefined;
  /** The host behind the # of --flake. */
  fragment: string | undefined;
}

/** A word that stands for a host, where it is more than its name. */
function host(takes: Takes, word: string, line: Line, hasFlake: boolean): void {
  const hash = word.indexOf("#");
  const name = hostIn(word.slice(hash + 1));
  const [, folder = "", inFolder = ""] = /^(.*\bhosts\/)([^/]+?)(?:\.nix|\/|\/default\.nix)?$/.exec(word) ?? [];
  const machine = nameInTarget(word);
  if (hash >= 0 && isName(name)) {
    const ref = word.slice(0, hash);
    line.says.push(`${shown(name)} is enough, without ${shown(word.slice(0, hash + 1))}`);
    line.names.push(name);
    if (ref !== "" && ref !== "." && !hasFlake) line.own.push("--flake", ref);
  } else if (isName(inFolder)) {
    line.says.push(`${shown(inFolder)} is enough, without ${shown(folder)}`);
    line.names.push(inFolder);
  } else if (machine !== undefined && isName(machine) && takes["target"]?.kind === "arg") {
    line.says.push(isTargetSays(word));
    line.names.push(machine, word);
  } else line.names.push(word);
}

/** A word of a selection of hosts: it is more than one name. */
const isSelection = (word: string) => /[,*?![\s]|^@/.test(word);

/** What goes behind --on, where the line has more hosts than the verb takes as words. */
function several(takes: Takes, { names, says }: Line): string | undefined {
  const args = Object.values(takes).filter(({ kind }) => kind === "arg").length;
  const hosts = names.flatMap((name) => name.split(/[\s,]+/)).filter((name) => name !== "");
  if (hosts.length === 0 || !hosts.every((name) => /^!?@?[\w.*?[\]!-]+$/.test(name))) return undefined;
  const odd = names.find(isSelection);
  // Words behind a target may be a command.
  if (!("on" in takes) || Object.values(takes).some(({ kind }) => kind === "rest")) {
    if (odd !== undefined && takes["host"]?.kind === "arg")
      says.push(`${shown(odd)} is not a host's name; this is for one host at a time`);
    return undefined;
  }
  const surplus = odd === undefined ? names[args] : undefined;
  if (odd === undefined && surplus === undefined) return undefined;
  const behind =
    hosts.length > 1
      ? "several hosts are typed behind --on, with commas between"
      : `${isName(hosts[0] ?? "") ? "a host is" : "patterns and tags are"} typed behind --on here`;
  says.push(surplus === undefined ? behind : `${shown(surplus)} is one word too many; ${behind}`);
  return hosts.join(",");
}

/**
 * Puts an address where it is typed here, and as it is: behind the host, without brackets, and one with a zone as an option of ssh.
 * @returns what is said where the line can't be put right
 */
function takeAddress(takes: Takes, line: Line): Meant | undefined {
  const words = [...line.first, ...line.names, ...line.last];
  const address = words.find((word) => addressIn(word) !== undefined);
  const isHostAndTarget = takes["host"]?.kind === "arg" && takes["target"]?.kind === "arg";
  if (address === undefined || !isHostAndTarget) return undefined;
  const others = words.filter((word) => word !== address);
  const said = () => line.says.join("; ");
  const [host = ""] = others;
  if (others.length > 1 || isSelection(host) || line.on !== undefined) {
    line.says.push(`${shown(address)} is an address, and no host; each of several hosts is reached by its own target`);
    return { says: said() };
  }
  const { login, bare, zone, port } = addressIn(address) as NonNullable<ReturnType<typeof addressIn>>;
  const to = `${login}${bare}`;
  if (words[0] === address) {
    line.says.push(
      `${shown(address)} is an address, which stands behind the host${zone !== undefined ? `, its zone as --ssh-option ${zoned({ login, bare, zone, port })}` : to === address ? "" : `, as ${to}`}`,
    );
    if (!isName(host)) return { says: said(), line: "usage" };
  } else if (zone !== undefined) line.says.push(`${shown(address)} has a zone, which only ssh takes`);
  else if (address.includes("[")) line.says.push(`${shown(address)} is an address, which is typed without brackets`);
  else return undefined;
  for (const list of [line.first, line.names, line.last]) list.length = 0;
  const { target } = takes;
  const isByName = target?.kind === "arg" && target.known === "by name too" && login === "";
  line.names.push(host, ...(zone === undefined ? [to] : isByName ? [] : [`${login}${host}`]));
  if (zone !== undefined) line.own.push("--ssh-option", zoned({ login, bare, zone, port }));
  if (port !== undefined) line.own.push("--ssh-option", `Port=${port}`);
  return undefined;
}

/** An option of the verb's own, with its values, which are taken from the words that follow. */
function ownOption(
  takes: Takes,
  word: string,
  [name, inline]: readonly [string, string | undefined],
  given: string[],
  line: Line,
): boolean {
  const own = Object.entries(takes).find(([known, param]) => isOption(param) && dashed(known, param).includes(name));
  if (own === undefined) return false;
  const [known, param] = own;
  const takesNext = param.kind === "option" && inline === undefined && param.bare === undefined;
  const value = inline ?? (takesNext ? given.shift() : undefined);
  const hash = value?.indexOf("#") ?? -1;
  if (known === "on") line.on = value;
  else if (known === "print") line.printed.push(word);
  else if (known === "flake" && value !== undefined && hash >= 0) {
    line.fragment = hostIn(value.slice(hash + 1));
    line.says.push(`--flake ${shown(value)} has a ${shown(value.slice(hash))} suffix; the host is a word of its own`);
    if (value.slice(0, hash) !== "" && value.slice(0, hash) !== ".") line.own.push("--flake", value.slice(0, hash));
  } else if (param.kind === "option" && param.from === "hosts" && value?.includes("#")) {
    const plain = hostIn(value.slice(hash + 1));
    line.says.push(`${shown(plain)} is enough, without ${shown(value.slice(0, hash + 1))}`);
    line.own.push(name, plain);
  } else {
    line.own.push(word, ...(takesNext && value !== undefined ? [value] : []));
    if (param.kind === "option" && param.second !== undefined) line.own.push(...given.splice(0, 1));
  }
  return true;
}

/** What an option of another program means here; "go on" where the rest of the line is still to be looked at. */
function theirOption(
  takes: Takes,
  [name, inline]: readonly [string, string | undefined],
  given: string[],
  line: Line,
): Meant | undefined | "go on" {
  const said = () => ({ says: line.says.join("; ") });
  const flag = flags.find(({ typed: theirs }) => theirs.includes(name));
  const ours = flag?.ours.filter((option) => option in takes) ?? [];
  // What only may be meant is not typed for anybody.
  if (ours.length > 1 || ours.includes("print"))
    return { says: `unknown option ${shown(name)}${asked(ours.map((option) => `--${option}`))}` };
  if (ours.length === 1) {
    line.says.push(`unknown option ${shown(name)}; it is called --${ours[0]}`);
    line.own.push(`--${ours[0]}`);
    return "go on";
  }
  const other = words.find(({ typed: theirs, by }) => theirs.includes(name) && by in takes);
  if (other === undefined) return line.says.length === 0 ? undefined : said();
  const isValued = other.ours.some((word) => word.includes("VALUE"));
  const value = isValued ? (inline ?? given.shift()) : "";
  // As an option of ours it is asked for by that name.
  const isArg = takes[other.by]?.kind === "arg";
  line.says.push(
    `unknown option ${shown(name)}; ${isArg || other.place === undefined ? other.says : `it is called --${other.by}`}`,
  );
  if (value === undefined || value.startsWith("-")) return said();
  const instead = other.ours.map((word) => word.replace("VALUE", () => value));
  if (other.place === undefined) line.own.push(...instead);
  else if (isArg) line[other.place].push(...instead);
  else line.own.push(`--${other.by}`, ...instead);
  return "go on";
}

/** Puts the host of the flake's fragment where hosts stand. @returns whether that is clear: another name may be a target, or a host of its own */
function takeFragment(takes: Takes, { fragment, first, names, own, on }: Line): boolean {
  if (fragment === undefined || !isName(fragment)) return true;
  const hasHost = takes["host"]?.kind === "arg";
  const [typed] = names;
  if (hasHost && typed !== undefined && typed !== fragment && !isSelection(typed)) return false;
  const isNamed = names.length > 0 || on !== undefined || own.includes("--all");
  if (hasHost && !isNamed && first.length === 0) first.push(fragment);
  if (takes["host"]?.kind === "option" && !own.some((word) => /^--host(?:=|$)/.test(word))) own.push("--host", fragment);
  return true;
}

/** The line as it is typed here. @param rest from `--` on */
function together(takes: Takes, line: Line, rest: readonly string[]): Meant | undefined {
  const wrong = takeAddress(takes, line);
  if (wrong !== undefined) return wrong;
  // Words beside an --on are refused as such (lib/spec/conflicts.ts).
  const selection = line.on === undefined ? several(takes, line) : undefined;
  const says = line.says.join("; ");
  if (says === "") return undefined;
  const isHostless = takes["host"]?.kind === "arg" && line.names.length + line.first.length === 0 && line.on === undefined;
  if (isHostless && line.last.length > 0) return { says, line: "usage" };
  const names = selection === undefined ? line.names : ["--on", selection];
  const kept = line.on === undefined ? [] : ["--on", line.on];
  return { says, line: [...line.first, ...names, ...line.last, ...kept, ...line.own, ...line.printed, ...rest] };
}

/** What a refused line means, if it is one of these. @param typed the words behind the verb */
export function meant(takes: Takes, typed: readonly string[]): Meant | undefined {
  const end = typed.indexOf("--");
  const given = end < 0 ? [...typed] : typed.slice(0, end);
  const line: Line = { first: [], own: [], last: [], says: [], printed: [], names: [], on: undefined, fragment: undefined };
  const hasHost = takes["host"]?.kind === "arg";
  const hasRest = Object.values(takes).some(({ kind }) => kind === "rest");
  const has = (options: RegExp) => given.some((word) => options.test(word));
  const hasFlake = has(/^--flake(?:=|$)/);
  // Then the first word is no host, but what follows one.
  const isNamedElsewhere = has(/^(?:--host|--hostname|-H)(?:=|$)/);
  while (given.length > 0) {
    const word = given.shift() as string;
    if (!word.startsWith("-") || word === "-") {
      // A command of a person's own begins, with options of its own.
      if (hasRest && line.names.length > 0) return undefined;
      if (hasHost && line.names.length === 0 && !isNamedElsewhere) host(takes, word, line, hasFlake);
      else line.names.push(word);
      continue;
    }
    const [, long = word, inline] = /^(--[^=]*)=(.*)$/s.exec(word) ?? [];
    if (ownOption(takes, word, [long, inline], given, line)) continue;
    const answer = theirOption(takes, [long, inline], given, line);
    if (answer !== "go on") return answer;
  }
  if (!takeFragment(takes, line)) return { says: line.says.join("; ") };
  return together(takes, line, end < 0 ? [] : typed.slice(end));
}
