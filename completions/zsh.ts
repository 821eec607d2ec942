// The zsh files: one that compinit or the loader autoloads, and the loader.
import { quote } from "../lib/spec/quote.ts";
import { type Dispatched, heyOptions, type OptionRow, type Table, type Value } from "./table.ts";

const escaped = (text: string, specials: RegExp) => text.replace(specials, "\\$&");
const inBrackets = (help: string) => escaped(help, /[\\[\]]/g);
const beforeColon = (text: string) => escaped(text, /[\\:]/g);

function action({ from }: Value, name: string): string {
  if (from === "hosts" || from === "machines" || from === "targets" || from === "own-targets") return `_hey_offer_${from}`;
  // After a blank _arguments adds no words of its own.
  if (from === "choices") return ` _hey_offer_choices ${name}`;
  if (from === "dirs" || from === "flakes") return "_hey_offer_dirs";
  return from === "files" ? "_files" : " ";
}

function option({ name, spelled, help, group, value, second, many, excludes }: OptionRow): string[] {
  const without = excludes === "all" ? ["-", ":", "*"] : [...excludes, ...(many ? [] : spelled)];
  const head = `${without.length > 0 ? `(${without.join(" ")})` : ""}${many ? "*" : ""}`;
  const words = [value, second].filter((word) => word !== undefined);
  // zsh lists options by their names, whatever their groups.
  const text = group === undefined ? help : `${group}: ${help}`;
  const tail = `[${inBrackets(text)}]${words.map((word) => `:${beforeColon(word.label)}:${action(word, name)}`).join("")}`;
  // A short one takes its value as the next word only, as lib/spec/argv.ts does.
  const forms = spelled.map((word) => (value === undefined || !word.startsWith("--") ? word : `${word}=`));
  return forms.map((form) => `${head}${form}${tail}`);
}

function verb({ verb: name, options, args, rest, program, choices }: Table): string {
  const positional = args.map((arg, at) => `${at + 1}:${beforeColon(arg.help)}:${action(arg, arg.name)}`);
  // With a place for the words that are too many, _arguments does not put in a lone - there.
  const after = rest !== undefined ? [`*:${beforeColon(rest)}:->rest`] : args.length > 0 ? ["*:no more words:->rest"] : [];
  const specs = [...options.flatMap(option), ...positional, ...after];
  return [
    `_hey_verb_${name}() {`,
    ...(program === undefined ? [] : [`  program=${program}`]),
    ...(rest === undefined ? [] : [`  own=${args.length}`]),
    ...(choices.length === 0 ? [] : ["  choices=("]),
    ...choices.map(({ of, word, help }) => `    ${quote(`${of} ${beforeColon(word)}:${help}`)}`),
    ...(choices.length === 0 ? [] : ["  )"]),
    "  specs=(",
    ...specs.map((spec) => `    ${quote(spec)}`),
    "  )",
    "}",
  ].join("\n");
}

function dispatcher({ firsts, seconds, shorts, topics }: Dispatched): string {
  return [
    "_hey_dispatched() {",
    `  firsts=(${firsts.map(({ word, help }) => `\n    ${quote(`${word}:${help}`)}`).join("")}\n  )`,
    `  seconds=(${seconds.map(({ first, word, help }) => `\n    ${quote(`${first} ${word}:${help}`)}`).join("")}\n  )`,
    `  topics=(${topics.map(({ word, help }) => `\n    ${quote(`${beforeColon(word)}:${help}`)}`).join("")}\n  )`,
    `  shorts=(${shorts.map(quote).join(" ")})`,
    `  flags=(${heyOptions.map(({ word, help }) => `\n    ${quote(`${word}:${help}`)}`).join("")}\n  )`,
    "}",
  ].join("\n");
}

/** The autoload file. */
export function zshFunctions(engine: string, tables: readonly Table[], hey: Dispatched): string {
  const names = [...tables.map((table) => `${table.verb}.ts`), "hey"];
  return [`#compdef ${names.join(" ")}`, engine, ...tables.map(verb), dispatcher(hey), '_hey-scripts "$@"\n'].join("\n\n");
}

/** The file that .zshrc sources. */
export function zshLoader(loader: string, tables: readonly Table[]): string {
  return loader.replace("@COMMANDS@", tables.map((table) => `${table.verb}.ts`).join(" "));
}
