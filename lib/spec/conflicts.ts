// Which words of a line can't stand beside each other, or need another one, and the sentence that says so: one table. Parsing refuses by
// it, hey.toml's settings give way by it, help shows it, and completions leave out by it what does not fit any more.
import { shown, Usage } from "./errors.ts";
import { quote } from "./quote.ts";
import { camel, isOption, type Param, type Takes } from "./spec.ts";

/**
 * What may be on a line: an option (`guard`), an option with that value (`backend=nix`; of several with commas, one of them), an argument
 * (`HOST`, `ACTION=build`), or the words after the two dashes (`--`).
 */
type Term = string;

/**
 * Refused is a line that has one of `of`, and one of `not`, and none of `needs`; where `not` or `needs` is left out it asks for nothing. It
 * holds for every verb that takes one of each.
 */
export interface Conflict {
  readonly of: readonly Term[];
  readonly not?: readonly Term[];
  readonly needs?: readonly Term[];
  /** Only beside all of these. */
  readonly when?: readonly Term[];
  /** Not beside one of these. */
  readonly moot?: readonly Term[];
  /** Only for verbs that take this option too. */
  readonly at?: string;
  /** {of} and {not} are what was found, as it is typed; {typed} is the verb, and any other name the value of that parameter. */
  readonly says: string;
  /** A setting of hey.toml counts for nothing where it would break this beside what is nearer; without this it is refused too. */
  readonly yields?: true;
}

const either = "{of} and {not} can't go together; type one of them";
const several = "{of} is for several hosts; leave it out, or type --on and the hosts";
const builders = "{of} is nixos-rebuild's; with {not} type --builders 'ssh://HOST'";
const password = "{elevate} takes a password on a terminal only; give it a rule without a password there, or type --elevate sudo";

const guarding = ["guard", "confirm-timeout"];
const fleet = ["on", "all"];
/** How a system is built, and which. */
const building = [
  ...["host", "backend", "force", "specialisation", "install-bootloader"],
  ...["impure", "offline", "override-input", "update-input", "builders"],
];
const actions = (...names: readonly string[]) => names.map((name) => `ACTION=${name}`);

/** Words that are at odds whatever else is on the line. */
const always: readonly Conflict[] = [
  // Several hosts
  { of: ["all"], not: ["on"], says: either },
  { of: ["HOST"], not: fleet, says: either },
  { of: ["jobs", "canary", "batch", "stop-after"], not: ["serial"], says: either },
  { of: ["jobs", "canary", "serial", "require-all", "batch", "pause", "stop-after"], needs: fleet, says: several },
  { of: ["json"], needs: ["list", ...fleet], at: "list", says: "--json is a way to list; add --list" },
  { of: ["json"], needs: ["list", ...fleet], at: "jobs", says: several },
  { of: ["TARGET"], not: fleet, at: "tty", says: "{not} takes no target; leave that out, and type the command after --" },
  { of: ["tty"], not: fleet, says: "--tty works for one host only; leave it, or {not}, out" },
  { of: ["json", "timeout"], needs: fleet, at: "timeout", says: several },
  { of: ["key-cmd"], not: fleet, says: "--key-cmd writes one host's key; leave {not} out" },
  {
    of: ["to"],
    not: fleet,
    says: "--to is a generation of one host; without it each host rolls back to the one before what it boots",
  },
  // When and how it is activated
  { of: ["boot"], not: ["test", "dry-activate", "specialisation"], says: either },
  { of: ["test"], not: ["dry-activate"], says: either },
  { of: ["install-bootloader"], not: ["test", "dry-activate"], says: either },
  { of: ["or-boot"], not: ["boot", "test", "dry-activate", "status", "cancel", "list"], says: either, yields: true },
  {
    of: ["or-boot"],
    not: guarding,
    says: "nothing can undo {of}; leave {not} out, or type --boot --reboot --guard for a trial boot",
    yields: true,
  },
  { of: ["build-on"], not: ["build-host"], says: either, yields: true },
  {
    of: ["store-path"],
    not: ["impure", "override-input", "update-input", "builders", "build-on", "build-host", "fast", "status", "cancel", "--"],
    says: "--store-path builds nothing; leave {not} out",
  },
  { of: ["store-path"], not: fleet, says: "--store-path is the system of one host; leave {not} out" },
  // Preview
  { of: ["diff"], not: ["no-diff", "status", "cancel", "list"], says: either, yields: true },
  { of: ["ask"], not: ["no-ask", "dry-activate", "status", "cancel", "list"], says: either, yields: true },
  // Guard
  { of: guarding, not: ["no-guard", "dry-activate", "list"], says: either, yields: true },
  { of: ["settle", "activation-timeout", "no-last-reboot"], not: ["dry-activate", "list"], says: either, yields: true },
  { of: [...guarding, "settle", "activation-timeout"], not: ["build-host"], says: either },
  { of: ["status"], not: ["cancel"], says: either },
  {
    of: ["status", "cancel"],
    not: [
      ...["boot", "test", "dry-activate", "specialisation", "install-bootloader", "force", "yes"],
      ...["build-on", "build-host", "builders", "use-substitutes", "offline", "fast"],
      ...[
        ...guarding,
        "settle",
        "activation-timeout",
        "check",
        "check-remote",
        "on-unit-failure",
        "no-last-reboot",
        "reboot",
        "wait",
      ],
    ],
    says: "{of} deploys nothing; leave {not} out",
    yields: true,
  },
  // Reboot
  { of: ["reboot"], not: ["no-reboot", "test", "dry-activate", "list"], says: either, yields: true },
  // The right machine
  { of: ["rename", "force-lockout", "then-port"], not: ["list", "status", "cancel"], says: either },
  { of: ["rename"], not: ["check"], at: "keep-known-hosts", says: either },
  { of: ["extra-files"], not: ["vm-test"], says: either },
  // Generations
  { of: ["to"], not: ["list"], says: either },
  { of: ["boot"], not: ["list"], says: either },
  // Root
  {
    of: ["ask-elevate-password"],
    not: ["elevate=none"],
    says: "--elevate none needs no password; leave --ask-elevate-password out",
    yields: true,
  },
  { of: ["ask-elevate-password"], not: ["elevate=doas", "elevate=run0"], says: password, yields: true },
  // Keys
  { of: ["generate"], not: ["key-cmd", "no-keys"], says: either },
  { of: ["check"], not: ["generate"], says: either },
  { of: ["class"], needs: ["generate"], says: "--class is for a new key; add --generate" },
  // The first install
  { of: ["persist"], not: ["no-keys"], says: either, yields: true },
  { of: ["no-global", "key-cmd"], not: ["no-keys"], says: either },
  { of: ["wait"], not: ["no-wait", "no-keys", "no-reboot"], at: "no-keys", says: either },
  {
    of: ["wait"],
    not: ["phases"],
    needs: ["phases=reboot"],
    says: "--wait needs a reboot; add reboot to --phases",
  },
  { of: ["no-reboot"], not: ["phases"], says: either },
  { of: ["vm-test"], not: ["TARGET"], says: "--vm-test needs no target; leave out {not}" },
  {
    of: ["vm-test"],
    not: ["build-on=remote", "disk-encryption-keys"],
    says: "{of} and {not} can't go together (nixos-anywhere refuses it); leave one out",
  },
  // This machine
  { of: ["rollback"], not: ["list", ...building], says: either },
  { of: ["list"], not: ["elevate", ...building], at: "rollback", says: either },
  { of: ["list", "rollback"], not: ["--"], at: "rollback", says: "nothing is built for {of}; leave out -- and what follows" },
  { of: ["list"], not: ["ACTION"], says: "--list only looks; leave out {action}" },
  { of: ["ask", "diff"], not: actions("build", "dry-build"), says: "{action} changes nothing here; leave out {of}" },
  {
    of: ["ask"],
    not: actions("dry-activate"),
    says: "dry-activate changes nothing, so there is nothing to ask; type --diff",
  },
  {
    of: ["rollback"],
    needs: actions("boot", "switch", "test"),
    says: "{action} can't roll back; type boot, switch or test with --rollback",
  },
  {
    of: ["specialisation"],
    needs: actions("switch", "test", "dry-activate"),
    says:
      "--specialisation is for what is activated now, and {action} activates nothing; " +
      "type {typed} switch --specialisation {specialisation}",
  },
  {
    of: ["install-bootloader"],
    needs: actions("boot", "switch"),
    says: "{action} installs no boot loader; leave out --install-bootloader",
  },
  {
    of: ["backend=nh"],
    needs: actions("boot", "switch", "test"),
    says: "{action} always uses nixos-rebuild; leave out --backend nh",
  },
  // The other verbs
  { of: ["import", "yes"], not: ["on", "why", "json"], at: "import", says: either },
  { of: ["yes"], needs: ["import"], says: "--yes is for writing a hey.toml; add --import" },
  { of: ["install"], not: ["write", "check"], says: either },
  { of: ["write"], not: ["check"], says: either },
  { of: ["write", "check"], not: ["SHELL"], says: "{of} is for all shells; leave out {shell}" },
  { of: ["man"], not: ["man-dir"], says: either },
  { of: ["man-dir"], not: ["COMMAND"], says: "--man-dir is for all pages; leave out {not}, or type --man" },
];

/** Words that are at odds where a host is changed. */
const changing: readonly Conflict[] = [
  {
    of: guarding,
    not: ["boot"],
    needs: ["reboot"],
    says: "--boot {of}: hey can't confirm a boot that it doesn't watch; add --reboot",
    yields: true,
  },
  {
    of: guarding,
    not: ["reboot=if-needed"],
    when: ["boot"],
    says: "--boot {of} boots the system for a trial, and {not} may skip that boot; type --reboot alone",
  },
  { of: ["settle"], needs: guarding, says: "--settle is the time between the two test logins of a guard; add --guard" },
  {
    of: ["activation-timeout"],
    needs: guarding,
    says: "--activation-timeout limits a guarded activation; add --guard",
  },
  { of: ["check", "check-remote"], needs: guarding, says: "{of} decides whether a guard keeps the new system; add --guard" },
  { of: ["on-unit-failure=rollback"], needs: guarding, says: "{of} needs something that rolls back; add --guard" },
  { of: ["no-last-reboot"], needs: guarding, says: "{of} is for a rollback; add --guard" },
  { of: ["wait"], needs: ["reboot"], says: "--wait needs a reboot; add --reboot" },
  // nixos-rebuild activates in a unit and over a connection of its own, which nothing on the target could end in time.
  { of: guarding, not: ["backend=nixos-rebuild"], says: "{of} uses nix and ssh only; leave {not} out" },
  {
    of: ["force-lockout", "then-port"],
    not: ["backend=nixos-rebuild"],
    says: "{of} works with nix and ssh only; leave {not} out",
  },
  {
    of: fleet,
    not: ["backend=nixos-rebuild"],
    says: "several hosts need nix and ssh only; leave {not} out",
  },
  {
    of: ["ask", "diff"],
    not: ["backend=nixos-rebuild"],
    at: "build-on",
    says: "{of} compares with the target, and nixos-rebuild compares with this machine; leave {not} out",
  },
  {
    of: ["lane-timeout", "raw", "or-boot", "store-path"],
    not: ["backend=nixos-rebuild"],
    says: "{of} works with nix and ssh only; leave {not} out",
    yields: true,
  },
  { of: ["build-on=target", "build-host"], not: fleet, says: builders },
  { of: ["build-on=target"], not: guarding, says: builders },
  {
    of: ["build-on=target", "build-host"],
    not: ["diff", "ask"],
    says: "{of} is nixos-rebuild's; with --diff and --ask type --builders 'ssh://HOST'",
  },
  { of: ["build-on=target", "build-host"], not: ["backend=nix"], says: builders },
  {
    of: guarding,
    not: ["specialisation"],
    says: "{of} checks the system itself, and --specialisation runs another one; leave out one of them",
  },
];

/** Beside these nothing is built or changed, and what says how goes unused. */
const looking = ["status", "cancel", "list"];

/** The table. The first that a line breaks is said. */
export const conflicts: readonly Conflict[] = [...always, ...changing.map((row) => ({ ...row, moot: looking }))];

/** The value of a parameter on a line, by its name; the words after the two dashes by `--`. */
type Read = (name: string) => unknown;

const reading =
  (given: Readonly<Record<string, unknown>>): Read =>
  (name) =>
    given[name === "--" ? "passed" : camel(name)];

const isThere = (value: unknown) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);

/** The name of a term's parameter, the value that it is to have, and whether it is an argument. */
function partsOf(term: Term): { readonly name: string; readonly value: string | undefined; readonly isArgument: boolean } {
  const [word = "", value] = term.split("=");
  return { name: word.toLowerCase(), value, isArgument: /^[A-Z]/.test(word) };
}

/** The option of a term, if it is one, whatever its value. */
const optionOf = (term: Term): string | undefined => {
  const { name, value, isArgument } = partsOf(term);
  return isArgument || value !== undefined || term === "--" ? undefined : name;
};

function isTaken(takes: Takes, term: Term): boolean {
  const { name, value, isArgument } = partsOf(term);
  const param = takes[name];
  if (term === "--") return true;
  if (param === undefined || isOption(param) === isArgument) return false;
  return value === undefined || !("from" in param) || typeof param.from !== "object" || value in param.from;
}

/** What an argument is where it is left out. */
const otherwise = (param: Param | undefined) => (param?.kind === "arg" ? param.otherwise : undefined);

function holds(takes: Takes, term: Term, read: Read): boolean {
  if (!isTaken(takes, term)) return false;
  const { name, value } = partsOf(term);
  const found = read(name);
  if (value === undefined) return isThere(found);
  return String(found ?? otherwise(takes[name]))
    .split(",")
    .includes(value);
}

/** The rows that hold for a verb. */
export const conflictsOf = (takes: Takes): readonly Conflict[] =>
  conflicts.filter(({ of, not, needs, when = [], at }) => {
    const some = (terms: readonly Term[] | undefined) => terms === undefined || terms.some((term) => isTaken(takes, term));
    return (
      some(of) && some(not) && some(needs) && when.every((term) => isTaken(takes, term)) && (at === undefined || at in takes)
    );
  });

/** What of a row is on a line that breaks it; undefined for one that keeps to it. */
function broken({ of, not, needs = [], when = [], moot = [] }: Conflict, takes: Takes, read: Read) {
  const is = (term: Term) => holds(takes, term, read);
  const found = { of: of.find(is), not: not?.find(is) };
  if (found.of === undefined || (not !== undefined && found.not === undefined)) return undefined;
  return needs.some(is) || moot.some(is) || !when.every(is) ? undefined : { of: found.of, not: found.not };
}

/** A term as it is typed: `--build-on target`, `--reboot=if-needed`; of an argument its word. */
function asTyped(takes: Takes, term: Term, read: Read): string {
  const { name, value, isArgument } = partsOf(term);
  if (isArgument) return shown([read(name)].flat().join(" "));
  if (value === undefined) return `--${name}`;
  const param = takes[name];
  return `--${name}${param?.kind === "option" && param.bare !== undefined ? "=" : " "}${value}`;
}

/** Whether a row can't be judged before hey.toml has been read: what it needs may stand there. */
const isOpen = (takes: Takes, { needs = [] }: Conflict) =>
  needs.some((term) => {
    const param = takes[partsOf(term).name];
    return param !== undefined && isOption(param) && param.kept !== undefined;
  });

/**
 * Refuses a line that breaks a row of the table.
 * @param given what is on the line, by camelCase name
 * @param typed the verb as it is typed; undefined where hey.toml's settings are in `given` already
 * @throws Usage
 */
export function requireTogether(takes: Takes, given: object, typed?: string): void {
  const read = reading(given as Readonly<Record<string, unknown>>);
  for (const row of conflictsOf(takes)) {
    const found = typed !== undefined && isOpen(takes, row) ? undefined : broken(row, takes, read);
    if (found === undefined) continue;
    const word = (name: string): string => {
      if (name === "of" || name === "not") return asTyped(takes, found[name] ?? "", read);
      return name === "typed" ? (typed ?? "") : quote([read(name) ?? otherwise(takes[name])].flat().join(" "));
    };
    throw new Usage(row.says.replace(/\{([a-z-]+)\}/g, (_, name: string) => word(name)));
  }
}

/**
 * Whether a setting of hey.toml counts for nothing beside what else counts.
 * @param option the option that it comes to
 * @param given what else counts, by camelCase name
 * @param isNear whether that option stands nearer to the person than the setting
 * @param mayCome whether that option may still come to count
 */
export function givesWay(
  takes: Takes,
  option: string,
  given: object,
  isNear: (option: string) => boolean,
  mayCome: (option: string) => boolean,
): boolean {
  const read = reading(given as Readonly<Record<string, unknown>>);
  const isIt = (term: Term) => optionOf(term) === option;
  const meets = (term: Term) => holds(takes, term, read) && isNear(partsOf(term).name);
  return conflictsOf(takes).some(({ of, not = [], needs = [], yields }) => {
    if (yields === undefined || needs.some((term) => mayCome(partsOf(term).name))) return false;
    return (of.some(isIt) && not.some(meets)) || (not.some(isIt) && of.some(meets));
  });
}

/** The options that can't stand beside an option, whatever their values are. */
export function apartFrom(takes: Takes, option: string): readonly string[] {
  const rows = conflictsOf(takes).filter(({ needs, when }) => needs === undefined && when === undefined);
  const options = (terms: readonly Term[]) => terms.flatMap((term) => (isTaken(takes, term) ? (optionOf(term) ?? []) : []));
  const found = rows.flatMap(({ of, not = [] }) => [
    ...(options(of).includes(option) ? options(not) : []),
    ...(options(not).includes(option) ? options(of) : []),
  ]);
  return Object.keys(takes).filter((name) => found.includes(name));
}

/** What a verb's words can't stand beside, and what they need, for people: a line for each, or for several that are alike. */
export function together(takes: Takes): readonly string[] {
  const isSaid = (term: Term) => isTaken(takes, term) && !("negates" in (takes[partsOf(term).name] ?? {}));
  const typed = (term: Term) => {
    const { name, value, isArgument } = partsOf(term);
    if (term === "--") return "words after --";
    return isArgument ? (value ?? name.toUpperCase()) : asTyped(takes, term, () => undefined);
  };
  const listed = (terms: readonly Term[], between = ", ") => terms.filter(isSaid).map(typed).join(between);
  const beside = new Map<string, Set<string>>();
  const rules = new Map<string, Set<string>>();
  for (const { of, not, needs, when = [] } of conflictsOf(takes)) {
    for (const own of of.filter(isSaid).map(typed)) {
      const [nots, others] = [beside.get(own) ?? new Set<string>(), rules.get(own) ?? new Set<string>()];
      beside.set(own, nots);
      rules.set(own, others);
      const place = when.length === 0 ? "" : `with ${listed(when)} `;
      if (needs !== undefined) others.add(`${not === undefined ? "" : `with ${listed(not)} `}only with ${listed(needs, " or ")}`);
      else if (place !== "") others.add(`${place}not with ${listed(not ?? [])}`);
      else for (const other of (not ?? []).filter(isSaid).map(typed)) nots.add(other);
    }
  }
  const alike = new Map<string, string[]>();
  for (const [own, nots] of beside) {
    const all = [...(nots.size === 0 ? [] : [`not with ${[...nots].join(", ")}`]), ...(rules.get(own) ?? [])].join("; ");
    if (all !== "") alike.set(all, [...(alike.get(all) ?? []), own]);
  }
  return [...alike].map(([all, own]) => `${own.join(", ")}: ${all}`);
}
