// A plan as the text that is printed and run. Main stands first, then what the run is given, then only what main calls. Pure.
import { quote } from "../spec/quote.ts";
import { act, assigned, column, command, onlyCommand, width } from "./command.ts";
import { head, outline } from "./head.ts";
import { type Own, type Part, type Plan, steps } from "./part.ts";
import {
  alternatives,
  closure,
  type Definition,
  localsOf,
  modules,
  readsOf,
  type Shared,
  setsOf,
  shared,
  wordsOf,
} from "./shell.ts";
import type { Word } from "./step.ts";

/** A function of the script. */
const defined = (name: string, body: readonly string[]) => [`${name}() {`, ...body, "}"].join("\n");

const ownText = (name: string, { about, lines: some, passes, orFails }: Own): string =>
  `# ${name}: ${about}\n${defined(
    name,
    some.map(
      (step, at) => `  ${command(step)}${passes && at === some.length - 1 ? ' "$@"' : ""}${orFails ? " || return 1" : ""}`,
    ),
  )}`;

/** Words in lines of a shell's, each of which goes on in the next. */
function wrapped(start: string, words: readonly string[]): readonly string[] {
  const some: string[] = [start];
  for (const word of words) {
    const last = some.at(-1) ?? "";
    if (last.length + word.length < width - 4) some[some.length - 1] = `${last} ${word}`;
    else some.push(`    ${word}`);
  }
  return some.map((line, at) => (at < some.length - 1 ? `${line} \\` : line));
}

/** A heading over a part of the text. */
const heading = (words: string) => `# ---- ${words} `.padEnd(100, "-");

/** The library, with those modules of several that a part names. */
function libraryFor({ from = [] }: Part): {
  readonly here: ReadonlyMap<string, Definition>;
  readonly there: ReadonlyMap<string, Definition>;
} {
  const choices = alternatives().flat();
  const map = (side: "here" | "there") =>
    new Map(
      modules(side)
        .filter(({ name }) => from.includes(name) || !choices.includes(name))
        .flatMap(({ definitions }) => definitions.map((definition) => [definition.name, definition] as const)),
    );
  return { here: map("here"), there: map("there") };
}

/** Definitions by their modules, in the order of the first call of one; in a module as they stand there. */
function grouped(definitions: readonly Definition[]): readonly string[] {
  const wanted = new Set(definitions);
  const some = [...new Set(definitions.map(({ module }) => module))];
  const last = some.filter(({ name, side }) => side === "here" && name === "run");
  return [...some.filter((module) => !last.includes(module)), ...last].map((module) => {
    const texts = module.definitions.filter((definition) => wanted.has(definition)).map(({ text }) => text);
    const title = module.side === "here" ? [heading(`lib/shell/here/${module.name}.sh`), module.heading] : [module.heading];
    return [title.join("\n"), ...texts].join("\n\n");
  });
}

/** What of the far functions' variables comes from here. */
function toldThere(
  far: readonly Definition[],
  here: readonly Definition[],
  given: object,
  rows: readonly Shared[],
): readonly string[] {
  const reads = new Set(far.flatMap(({ code }) => [...readsOf(code)].filter((name) => !localsOf(code).has(name))));
  const setHere = new Set(here.flatMap(setsOf));
  return rows.flatMap(({ name }) =>
    reads.has(name) && name !== "program" && (name in given || setHere.has(name)) ? [name] : [],
  );
}

/** Throws for what is read and neither given nor set. */
function requireGiven(definitions: readonly Definition[], given: object, rows: readonly Shared[]): void {
  const alone = new Set(rows.filter((row) => row.given && !row.set).map(({ name }) => name));
  for (const { name, code } of definitions) {
    const locals = localsOf(code);
    for (const read of readsOf(code))
      if (alone.has(read) && !(read in given) && !locals.has(read)) throw new Error(`${name} reads ${read}, which nobody gives`);
  }
}

/** What sh may inherit of the one who calls it is put right. */
const puttingRight = [
  "exec 3<&-",
  // A shell gives a closed one's number to the next file or pipe that it opens.
  "(: 4>&2) || exec 2>/dev/null; (: 4<&0) 2>/dev/null || exec </dev/null; (: 4>&1) 2>/dev/null || exec >/dev/null",
  "set +abCmvx -euf",
  "unset IFS",
  // bash alone has functions of its caller's, and says so; zsh has a declare of another kind.
  'if command -v declare >/dev/null 2>&1 && [ -n "${SHELLOPTS-}" ]; then eval \'unset -f $(declare -F | command sed "s/.* //"); export -n SHELLOPTS\'; fi',
] as const;

/** The first and the last line around a text, for a shell of any kind. */
const handed = (name: string, text: string) => `/bin/sh /dev/fd/3 3<<'end of ${name}'\n${text}end of ${name}\n`;

/** A plan of one host among several; its name is a word for the script that they share. */
export interface Hosts {
  readonly host: string;
  readonly plan: Plan;
}

/** What is the same for all, and what isn't, by host. */
function dividedValues(all: readonly (readonly [string, Readonly<Record<string, Word>>])[]) {
  const names = [...new Set(all.flatMap(([, given]) => Object.keys(given)))];
  const common = names.filter((name) => new Set(all.map(([, given]) => JSON.stringify(given[name]))).size === 1);
  return { names, common: new Set(common) };
}

/** A value's line, with what it means behind it. */
function valueLine(row: Shared, value: Word): string {
  return valueLineOf(assigned(row.name, value), row.meaning);
}

function valueLineOf(text: string, meaning: string): string {
  if (text.includes("\n")) return `# ${meaning}\n${text}`;
  return `${text.padEnd(column)}${text.length < column ? "" : "  "}# ${meaning}`;
}

/** The functions that plans call, here and there, and what the one tells the other. */
function calledBy(name: string, plans: readonly Plan[]) {
  const rows = shared();
  const library = libraryFor({ main: [], from: plans.flatMap(({ from }) => from ?? []) });
  const farOf = (code: string) =>
    closure(
      wordsOf(code)
        .filter((word) => library.there.has(word))
        .join(" "),
      library.there,
    );
  const codeOf = (definitions: readonly Definition[]) => definitions.map(({ code }) => code).join("\n");
  // Without comments, of which no word is a call.
  const actsOf = (plan: Plan) =>
    steps(plan)
      .flatMap((one) => [...(one.note === undefined ? [] : ["step"]), command(one)])
      .join("\n");
  const acts = plans.map(actsOf).join("\n");
  const calling = (...more: readonly string[]) => closure([acts, ...more, "begin"].join("\n"), library.here);
  // Who deploys, and where notes are, is found out where that is read.
  const base = [acts, codeOf(calling())].join("\n");
  const finds = [base, codeOf(farOf(base))].some((code) => /\$(?:notes|by)\b/.test(code)) ? ["find_notes"] : [];
  const logs = plans.some(({ logged }) => logged !== undefined) ? ["keep_log"] : finds;
  const local = calling(...logs);
  const localCode = [acts, codeOf(local)].join("\n");
  const far = farOf(localCode);
  // Before any subshell, of which each would do it anew.
  const starts = far.length === 0 ? logs : ["encode_program", ...logs];
  const given = plans.map((plan): Readonly<Record<string, Word>> => {
    const lane = plan.given?.["lane"] ?? "";
    return {
      verb: name,
      // Shown as it came only where that is asked for.
      raw: "",
      ...plan.given,
      ...(plan.logged && { logged_host: plan.logged.host, logged_target: plan.logged.target, lane }),
    };
  });
  for (const [at, plan] of plans.entries())
    requireGiven(closure([actsOf(plan), ...starts, "begin"].join("\n"), library.here), { ...given[at], on_target: "" }, rows);
  const told = toldThere(far, local, Object.assign({}, ...given), rows);
  const read = new Set([...readsOf(localCode), ...told]);
  const here = closure([acts, ...starts, ...(told.length === 0 ? [] : ["assigned"]), "begin"].join("\n"), library.here);
  return { rows: rows.filter((row) => read.has(row.name)), starts, here, far, given, told };
}

/** What each function of the target is given. */
function telling(told: readonly string[]): string {
  const words = told.map((name) => `${name} "$${name}"`);
  const body = told.length === 0 ? ["  :"] : wrapped("  assigned", words);
  return `# for_target: what each function there is given.\n${defined("for_target", body)}`;
}

/** What the target is told and not every host is given: it is found out on the way, and is not the caller's environment's. */
function notYet(told: readonly string[], given: readonly object[]): readonly string[] {
  const names = told.filter((name) => given.some((one) => !(name in one)));
  return names.length === 0 ? [] : [valueLineOf(names.map((name) => `${name}=''`).join(" "), "not known yet")];
}

/** The library's part of a script. */
function librarySections(here: readonly Definition[], far: readonly Definition[]): readonly string[] {
  const sections = grouped(here);
  const ending = sections.filter((text) => text.startsWith(heading("lib/shell/here/run.sh")));
  const program = far.length === 0 ? [] : [`${heading("on the target")}\non_target='set -u\n\n${grouped(far).join("\n\n")}\n'`];
  return [...sections.filter((text) => !ending.includes(text)), ...program, ...ending];
}

const owns = ({ own }: Plan) => Object.entries(own ?? {}).map(([called, one]) => ownText(called, one));

/**
 * A plan's script, as /bin/sh is given it.
 * @param name the verb's, said before each note
 */
export function script(name: string, plan: Plan, typed: string): string {
  const only = onlyCommand(plan);
  if (only !== undefined) return `${command(only)}\n`;
  const { rows, starts, here, far, given: [given = {}] = [], told } = calledBy(name, [plan]);
  const values = rows.flatMap((row) => (row.name in given ? [valueLine(row, given[row.name] ?? "")] : []));
  const text = [
    [...head(typed, plan), ...puttingRight].join("\n"),
    defined("main", plan.main.flatMap(act)),
    [heading("this run"), ...values, ...notYet(told, [given])].join("\n"),
    ...owns(plan),
    ...(far.length === 0 ? [] : [telling(told)]),
    ...librarySections(here, far),
    ["begin", ...starts, "main"].join("\n"),
  ].join("\n\n");
  return `${text}\n`;
}

/**
 * One script for several hosts, which share all that is the same: with a host as its word it does that host's part, without one all, one after
 * another.
 */
export function sharedScript(name: string, some: readonly Hosts[], typed: string): string {
  const plans = some.map(({ plan }) => plan);
  const { rows, starts, here, far, given, told } = calledBy(name, plans);
  const { common } = dividedValues(some.map(({ host }, at) => [host, given[at] ?? {}]));
  // The same words are one main, whoever's they are.
  const bodies = plans.map((plan) => plan.main.flatMap(act).join("\n"));
  const mains = [...new Set(bodies)];
  const mainOf = (at: number) => `main${mains.indexOf(bodies[at] ?? "") === 0 ? "" : `_${mains.indexOf(bodies[at] ?? "") + 1}`}`;
  const hostsOf = (main: string) => some.flatMap(({ host }, at) => (mainOf(at) === main ? [host] : []));
  const ownTexts = plans.map(owns);
  const ownIsCommon = new Set(ownTexts.map((texts) => texts.join())).size === 1;
  const [first = {}] = given;
  const values = rows.flatMap((row) => (common.has(row.name) ? [valueLine(row, first[row.name] ?? "")] : []));
  const indented = (text: string) => text.replace(/^(?=.)/gm, "      ");
  const of = some.map(({ host }, at) => {
    const mine = given[at] ?? {};
    const lines = rows.flatMap(({ name: one }) =>
      !common.has(one) && one in mine ? [`      ${assigned(one, mine[one] ?? "")}`] : [],
    );
    const own = ownIsCommon ? [] : (ownTexts[at] ?? []).map(indented);
    return [
      `    ${quote(host)})`,
      ...lines,
      ...own,
      ...(mains.length === 1 ? [] : [`      main=${mainOf(at)}`]),
      "      ;;",
    ].join("\n");
  });
  const lines = mains.map((body, at) => {
    const called = `main${at === 0 ? "" : `_${at + 1}`}`;
    const whose = mains.length === 1 ? [] : [`# ${called}: of ${hostsOf(called).join(", ")}.`];
    return [...whose, `${called}() {`, body, "}"].join("\n");
  });
  const text = [
    [
      ...head(
        typed,
        plans[0] ?? { main: [] },
        some.map(({ host }) => host),
      ),
      ...puttingRight,
    ].join("\n"),
    ...lines,
    [heading("this run"), ...values, ...notYet(told, given)].join("\n"),
    `# values_of HOST: what is given for it alone.\n${["values_of() {", "  case $1 in", ...of, "  esac", "}"].join("\n")}`,
    ...(ownIsCommon ? (ownTexts[0] ?? []) : []),
    ...(far.length === 0 ? [] : [telling(told)]),
    ...librarySections(here, far),
    [
      "# one HOST: its part.",
      defined("one", [
        '  values_of "$1"',
        "  begin",
        ...starts.map((start) => `  ${start}`),
        mains.length === 1 ? "  main" : '  "$main"',
      ]),
    ].join("\n"),
    [
      "# By hand one after another, whatever becomes of each; but a signal ends it. The status is 20 where one failed.",
      "if [ $# -gt 0 ]; then",
      '  one "$1"',
      "else",
      '  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 143" TERM',
      "  set +e",
      "  failed=0",
      `  for each in ${some.map(({ host }) => quote(host)).join(" ")}; do`,
      '    (set -e; one "$each")',
      "    ended=$?",
      '    case $ended in 0) ;; 129 | 130 | 131 | 141 | 143) exit "$ended" ;; *) failed=20 ;; esac',
      "  done",
      '  exit "$failed"',
      "fi",
    ].join("\n"),
  ].join("\n\n");
  return `${text}\n`;
}

/** A script of one host, or of several that share it: then a host is its word. */
export interface Text {
  readonly hosts: readonly string[];
  readonly text: string;
  /** Its head alone. */
  readonly outline: string;
}

/** The scripts of several hosts: those of the same modules and the same steps share one. In the order of the first of each. */
export function texts(name: string, some: readonly Hosts[], typed: string): readonly Text[] {
  const families = alternatives();
  const fit = (group: readonly Hosts[], { plan }: Hosts) => {
    const from = new Set([...group, { plan }].flatMap((one) => one.plan.from ?? []));
    const alike = group.every((one) => (one.plan.logged === undefined) === (plan.logged === undefined));
    // One head says what is done to each of them.
    const same = JSON.stringify(group[0]?.plan.stages) === JSON.stringify(plan.stages);
    return alike && same && families.every((family) => family.filter((module) => from.has(module)).length <= 1);
  };
  const groups: Hosts[][] = [];
  for (const one of some) {
    const group = groups.find((other) => fit(other, one));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  return groups.map((group) => {
    const [{ plan } = { plan: { main: [] } }] = group;
    return {
      hosts: group.map(({ host }) => host),
      text: group.length === 1 ? script(name, plan, typed) : sharedScript(name, group, typed),
      outline: outline(plan, typed, some.length === 1 ? undefined : group.map(({ host }) => host)),
    };
  });
}

/** A plan as it is printed. */
export function printed(name: string, plan: Plan, typed: string): string {
  const text = script(name, plan, typed);
  return onlyCommand(plan) === undefined ? handed(name, text) : text;
}

/** Plans of several hosts as they are printed. */
export const printedTogether = (name: string, some: readonly Hosts[], typed: string, planOnly: boolean): readonly string[] =>
  texts(name, some, typed).map(({ text, outline: short }) => (planOnly ? short : handed(name, text)));

/** The functions that a text defines, which are no programs. */
export const functionsOf = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^(\w+)\(\)/gm)].map(([, name = ""]) => name));
