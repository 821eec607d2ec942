// Tries every row of lib/spec/conflicts.ts with every pair of words that it names, for every verb that takes them: typed, and with one of
// them said by hey.toml. Says what is not refused as the row says, a line each; 1 where there is such a thing, or a row that nothing reaches.
// With "lines": a line for each row, by which it is reached: WHEN (typed | settled), the sentence as a regular expression, and the words.
import { planFor } from "../lib/inventory/settings.ts";
import { parse } from "../lib/spec/argv.ts";
import { type Conflict, conflicts, conflictsOf } from "../lib/spec/conflicts.ts";
import { isOption, type Option, type Param, type Verb } from "../lib/spec/spec.ts";
import { allVerbs } from "../lib/verb/verbs.ts";

const samples: Readonly<Record<string, string>> = {
  ...{
    hosts: "vps-ultraman",
    targets: "vps_ultraman_root",
    machines: "vps-ultraman",
    flakes: ".",
    dirs: ".",
    files: "flake.nix",
  },
  ...{
    seconds: "60",
    number: "2",
    share: "2",
    order: "1",
    generations: "3",
    phases: "kexec",
    specialisations: "quiet",
    inputs: "nixpkgs",
    tags: "web",
  },
  ...{ pairs: "Port=22", text: "x" },
};
const sample = ({ from }: Pick<Option, "from">) => (typeof from === "string" ? samples[from] : Object.keys(from)[0]) ?? "";

/** A word of the table, apart: an argument is in capitals. */
const apart = (term: string) => {
  const [name = "", value] = term.split("=");
  return { name: name.toLowerCase(), value, isArgument: /^[A-Z]/.test(name) };
};

/** A part of a message, as a regular expression has it. */
const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const isTaken = ({ takes }: Verb, term: string) => {
  const { name, value, isArgument } = apart(term);
  const param = takes[name];
  if (term === "--" || param === undefined || isOption(param) === isArgument) return term === "--";
  return value === undefined || !("from" in param) || typeof param.from === "string" || value in param.from;
};

/** An argument that is none of those that a row needs. */
function needless({ takes }: Verb, { needs = [] }: Conflict): readonly string[] {
  const wanted = needs.map(apart).filter(({ isArgument }) => isArgument);
  const [first] = wanted;
  const param = first === undefined ? undefined : takes[first.name];
  if (first === undefined || param?.kind !== "arg" || typeof param.from === "string") return [];
  const other = Object.keys(param.from).find((word) => wanted.every(({ value }) => value !== word));
  return [`${first.name.toUpperCase()}=${other}`];
}

/** The words of a term, if it is an option. */
function optionWords({ takes }: Verb, term: string): readonly string[] {
  const { name, value, isArgument } = apart(term);
  const param = takes[name];
  if (isArgument || param === undefined || param.kind === "arg" || param.kind === "rest") return [];
  if (param.kind === "flag") return [`--${name}`];
  if (param.bare !== undefined) return [value === undefined ? `--${name}` : `--${name}=${value}`];
  return [`--${name}`, value ?? sample(param), ...(param.second === undefined ? [] : [sample({ from: param.second.from })])];
}

/** A line with these terms, and with what must stand on it besides. */
function lineOf(verb: Verb, terms: readonly string[]): readonly string[] {
  const names = Object.keys(verb.takes);
  const named = terms.map(apart);
  const isOn = (name: string) => named.some((term) => !term.isArgument && term.name === name);
  const last = Math.max(-1, ...named.filter(({ isArgument }) => isArgument).map(({ name }) => names.indexOf(name)));
  const isForSeveral = isOn("on") || isOn("all");
  const words = Object.entries(verb.takes).flatMap(([name, param]: [string, Param], at): readonly string[] => {
    const term = named.find((one) => one.isArgument && one.name === name);
    if (param.kind === "option" && param.required && !isOn(name)) return [`--${name}`, sample(param)];
    if (param.kind === "rest" && term !== undefined) return ["x"];
    if (param.kind !== "arg") return [];
    // One that is named, one before it, or one without which there is no line.
    const isNeeded = !(param.unless ?? []).some(isOn) && (!param.optional || (param.known !== undefined && !isForSeveral));
    return at <= last || isNeeded ? [term?.value ?? sample(param)] : [];
  });
  const passed = terms.includes("--") ? ["--", "--impure"] : [];
  return [...terms.flatMap((term) => optionWords(verb, term)), ...words, ...passed];
}

/** What a message must be, by the row alone. */
function expected({ takes }: Verb, { says }: Conflict, of: string, not: string | undefined): string {
  const spelled = (term: string) => {
    const { name, value, isArgument } = apart(term);
    const param = takes[name];
    if (isArgument) return "'[^']+'";
    const sign = param?.kind === "option" && param.bare !== undefined ? "=" : " ";
    return literal(`--${name}${value === undefined ? "" : `${sign}${value}`}`);
  };
  const parts: Readonly<Record<string, string>> = { "{of}": spelled(of), "{not}": spelled(not ?? ""), "{typed}": ".+" };
  return says
    .split(/(\{[a-z-]+\})/)
    .map((part) => parts[part] ?? (part.startsWith("{") ? "[a-z0-9-]+( [a-z0-9-]+)*" : literal(part)))
    .join("");
}

const machine = {
  host: "vps-ultraman",
  target: "vps_ultraman_root",
  rule: { by: "hey.toml", line: 1 },
  tags: [],
  order: 0,
  after: undefined,
} as const;

/** What a line with settings is refused with, and when. */
function refusal(verb: Verb, words: readonly string[], settings: Parameters<typeof planFor>[2]["settings"] = []) {
  let when = "typed";
  try {
    const given = parse({ takes: verb.takes, passes: verb.passes, typed: `hey ${verb.name}` }, words);
    if (given === "help" || given === "brief") throw new Error("no help was asked for");
    when = "settled";
    planFor({ takes: verb.takes, plan: () => ({ main: [] }) }, given, { ...machine, settings, held: [] });
    return undefined;
  } catch (error) {
    const { message, status } = error as { readonly message: string; readonly status?: number };
    return { when, message, status };
  }
}

const wrong: string[] = [];
const lines = new Map<Conflict, string>();
const reached = new Map<Conflict, Set<string>>();
let tried = 0;

/** A line that breaks a row, all of it typed. */
function tryTyped(verb: Verb, row: Conflict, of: string, not: string | undefined): void {
  const words = lineOf(verb, [of, ...(not === undefined ? [] : [not]), ...(row.when ?? []), ...needless(verb, row)]);
  const line = `${verb.name} ${words.join(" ")}`;
  const said = refusal(verb, words);
  const sentence = expected(verb, row, of, not);
  tried++;
  if (said?.status !== 2) wrong.push(`${line}: ${said === undefined ? "is not refused" : said.message}; wanted: ${sentence}`);
  else if (new RegExp(`^${sentence}$`).test(said.message)) {
    reached.set(row, (reached.get(row) ?? new Set()).add(`${of} ${not ?? ""}`));
    if (!lines.has(row)) lines.set(row, [said.when, sentence, `${verb.name}.ts ${words.join(" ")}`].join("\t"));
  } else {
    // Another row stands before it.
    const others = conflictsOf(verb.takes).slice(0, conflictsOf(verb.takes).indexOf(row));
    const all = others.flatMap((other) =>
      other.of.flatMap((one) => (other.not ?? [undefined]).map((two) => expected(verb, other, one, two))),
    );
    if (!all.some((one) => new RegExp(`^${one}$`).test(said.message)))
      wrong.push(`${line}: ${said.message}; wanted: ${sentence}`);
  }
}

/** The same line, with one of the two said by hey.toml, of those that may stand there. */
function trySet(verb: Verb, row: Conflict, own: string, other: string | undefined, isOf: boolean): void {
  const { name, value, isArgument } = apart(own);
  const param = verb.takes[name];
  if (isArgument || param === undefined || !isOption(param) || param.kept === undefined || verb.takes["host"]?.kind !== "arg")
    return;
  const words = lineOf(verb, [...(other === undefined ? [] : [other]), ...(row.when ?? [])]);
  const set = param.kind === "flag" ? true : [value ?? param.bare ?? sample(param)];
  const said = refusal(verb, words, [{ name, value: set, text: `${name} = …`, of: "host", line: 2 }]);
  const line = `${verb.name} ${words.join(" ")}, with ${own} in hey.toml`;
  tried++;
  // What is a detail of others doesn't count without them.
  const isDetail = typeof param.kept === "object" && !param.kept.some((of) => words.includes(`--${of}`));
  if ((row.yields !== undefined && value === undefined) || isDetail) {
    if (said !== undefined) wrong.push(`${line}: it gives way, and is refused all the same: ${said.message}`);
    return;
  }
  const sentence = isOf ? expected(verb, row, own, other) : expected(verb, row, other ?? "", own);
  if (said?.status !== 2 || !new RegExp(`^${sentence}; hey\\.toml:2 says ${name} = …`).test(said.message))
    wrong.push(`${line}: ${said === undefined ? "is not refused" : said.message}; wanted: ${sentence}`);
}

for (const verb of allVerbs()) {
  for (const row of conflictsOf(verb.takes)) {
    for (const of of row.of.filter((term) => isTaken(verb, term))) {
      const nots = row.not?.filter((term) => isTaken(verb, term)) ?? [undefined];
      for (const not of nots) {
        tryTyped(verb, row, of, not);
        trySet(verb, row, of, not, true);
        if (not !== undefined) trySet(verb, row, not, of, false);
      }
    }
  }
}
for (const row of conflicts) {
  for (const of of row.of)
    for (const not of row.not ?? [undefined])
      if (reached.get(row)?.has(`${of} ${not ?? ""}`) !== true)
        wrong.push(`no line is refused by: ${of}${not === undefined ? "" : ` beside ${not}`} (${row.says})`);
}
if (process.argv[2] === "lines") console.log([...lines.values()].join("\n"));
else {
  console.log([...wrong, `${tried} lines tried`].join("\n"));
  if (wrong.length > 0) process.exitCode = 1;
}
