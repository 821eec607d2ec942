// Man pages, of hey and of each verb, from what the verbs say of themselves. man(7)'s macros, as mandoc and groff know them alike.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { usage } from "../spec/argv.ts";
import { together } from "../spec/conflicts.ts";
import { choices, explained, grouped, tagline, typedAs } from "../spec/help.ts";
import { statuses } from "../spec/options.ts";
import type { Param, Verb } from "../spec/spec.ts";
import { applying, environment, files, sshTakers } from "./environment.ts";
import { topics } from "./topics.ts";
import { purposed, shortOf, withoutOps } from "./verbs.ts";

/** A page has the date of its words, so that it is the same wherever it is made. */
const written = "2026-11-30";

const special: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** Text for a line of its own or as a macro's word: each character stands for itself, in any locale. */
function escaped(text: string): string {
  const safe = text.replace(
    /[\\\-'"`^~]|[^\x20-\x7e]/gu,
    (character) => special[character] ?? `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`,
  );
  return safe.startsWith(".") ? `\\&${safe}` : safe;
}

const bold = (text: string) => `\\fB${escaped(text)}\\fR`;

/** Words that are typed as they stand are bold, what stands for something else is italic. */
const typography = (typed: string) =>
  typed
    .split(/([A-Z][A-Z|]*)/)
    .map((part, at) => (part === "" ? "" : at % 2 === 1 ? `\\fI${escaped(part)}\\fR` : bold(part)))
    .join("");

const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [`.SH ${title}`, ...lines]);
const row = (left: string, right: string) => [".TP", left, escaped(right)];
const rows = (pairs: Iterable<readonly [string, string]>) => [...pairs].flatMap(([left, right]) => row(bold(left), right));

/** The page's name, and what `man` is told. */
export const pageName = (verb?: Pick<Verb, "name">) => (verb === undefined ? "hey" : `hey-${verb.name}`);
const pointer = (page: string, number = 1) => `.BR ${escaped(page)} (${number})`;
const pointers = (pages: readonly string[]) => pages.map((page, at) => `${page}${at < pages.length - 1 ? " ," : ""}`);

function head(name: string): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { readonly version: string };
  return `.TH ${escaped(name.toUpperCase())} 1 ${written} "hey ${version}" "hey"`;
}

function parameter([name, param]: readonly [string, Param]): string[] {
  const words = choices(param);
  const nested = words.length === 0 ? [] : [".RS", ...rows(words), ".RE"];
  return [...row(typography(typedAs(name, param)), explained(name, param)), ...nested];
}

function ends(own: Verb["statuses"]): string[] {
  const others = row("else", "that of the program that failed, or 128 + n after signal n");
  return section("EXIT STATUS", [...rows(Object.entries({ ...statuses, ...own })), ...others]);
}

/** The page of one verb. @param all the verbs, for those beside it */
export function verbPage(verb: Verb, all: readonly Verb[]): string {
  const typed = `hey ${verb.name.replace("-", " ")}`;
  const also = shortOf(verb.name);
  const short = also && `For short: ${bold(`hey ${also}`)}`;
  const passes =
    verb.passes === undefined ? [] : row(`${bold("--")} \\fIARGS\\fR\\[u2026]`, `passed unchanged to ${verb.passes}`);
  const options = grouped(verb).flatMap(([heading, params]) =>
    heading === "" ? [...params.flatMap(parameter), ...passes] : [`.SS ${escaped(heading)}`, ...params.flatMap(parameter)],
  );
  const rules = together(verb.takes);
  const alike = rules.length === 0 ? [] : [".SS What goes with what", ".nf", ...rules.map(escaped), ".fi"];
  const beside = all.filter(({ name }) => name !== verb.name && name.split("-")[0] === verb.name.split("-")[0]);
  const related = [
    pointer("hey"),
    ...beside.map((other) => pointer(pageName(other))),
    ...(sshTakers(verb) ? [pointer("ssh_config", 5)] : []),
  ];
  return [
    head(pageName(verb)),
    ...section("NAME", [`${escaped(pageName(verb))} \\- ${escaped(verb.summary)}`]),
    ...section("SYNOPSIS", [`${bold(typed)} ${typography(usage(verb))}`]),
    ...section("DESCRIPTION", [escaped(verb.description ?? `${verb.summary}.`), ...(short === undefined ? [] : [".PP", short])]),
    ...section("OPTIONS", [...options, ...alike]),
    ...section("EXAMPLES", [".nf", ...verb.examples.map((words) => escaped(`${typed}${words && ` ${words}`}`)), ".fi"]),
    ...ends(verb.statuses),
    ...section("ENVIRONMENT", rows(applying(environment, [verb]))),
    ...section("FILES", rows(applying(files, [verb]))),
    ...section("SEE ALSO", pointers(related)),
    "",
  ].join("\n");
}

/** The page of hey itself. */
export function heyPage(all: readonly Verb[]): string {
  return [
    head(pageName()),
    ...section("NAME", [`hey \\- ${escaped(tagline)}`]),
    ...section("SYNOPSIS", [
      typography("hey COMMAND"),
      ".br",
      typography("hey help [--man] [COMMAND|TOPIC]"),
      ".br",
      bold("hey --version"),
    ]),
    ...section("DESCRIPTION", [
      escaped(
        "hey makes a POSIX shell script of every command. --print shows it; without --print hey runs that very text with /bin/sh.",
      ),
      ".PP",
      escaped(
        "A host is an attribute of the flake's nixosConfigurations. A target is an ssh destination: an alias, a name, user@name. Without one, hey takes it from hey.toml, or from an ssh alias that is named for the host.",
      ),
    ]),
    ...section("COMMANDS", [
      ...purposed(all).flatMap(([purpose, verbs]) => [
        `.SS ${escaped(purpose)}`,
        ...verbs.flatMap((verb) => row(bold(verb.name.replace("-", " ")), verb.summary)),
      ]),
      ".PP",
      escaped(withoutOps()),
    ]),
    ...section("TOPICS", rows(topics(all).map(({ name, summary }) => [`hey help ${name}`, summary]))),
    ...ends(undefined),
    ...section("ENVIRONMENT", rows(applying(environment, all))),
    ...section("FILES", rows(applying(files, all))),
    ...section("SEE ALSO", pointers(all.map((verb) => pointer(pageName(verb))))),
    "",
  ].join("\n");
}
