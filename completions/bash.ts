// The bash file: one function for each verb, so that `complete -F` can give it to an alias too.
import { quote } from "../lib/spec/quote.ts";
import { type Dispatched, heyOptions, type Table } from "./table.ts";

/** No dashes in names of functions: bash in posix mode takes none. */
const identifier = (verb: string) => verb.replaceAll("-", "_");

function table({ verb, options, args, rest, program, choices }: Table): string {
  const lines = [
    ...(program === undefined ? [] : [`hey_program=${program}`]),
    ...(rest === undefined ? [] : ["hey_rest=1"]),
    ...args.map(({ name, from }) => `__hey_arg ${name} ${from}`),
    ...options.map(({ spelled, help, value, second, many, excludes }) => {
      const short = spelled.length > 1 ? spelled[0] : "''";
      const without = quote(excludes === "all" ? excludes : excludes.join(" "));
      const tail =
        value === undefined
          ? ""
          : ` ${value.from}${many ? " many" : second === undefined ? "" : " ''"}${second === undefined ? "" : ` ${second.from}`}`;
      return `__hey_option ${spelled.at(-1)} ${short} ${without} ${quote(help)}${tail}`;
    }),
    ...choices.map(({ of, word, help }) => `__hey_choice ${of} ${word} ${quote(help)}`),
  ];
  const name = identifier(verb);
  return [
    `__hey_table_${name}() {`,
    ...lines.map((line) => `  ${line}`),
    "}",
    `__hey_${name}() { __hey_main ${name} "$@"; }`,
  ].join("\n");
}

function dispatcher({ firsts, seconds, shorts, topics }: Dispatched): string {
  const list = (name: string, words: readonly string[]) => `  ${name}=(${words.map(quote).join(" ")})`;
  return [
    "__hey_dispatched() {",
    list(
      "firsts",
      firsts.map(({ word }) => word),
    ),
    list(
      "first_notes",
      firsts.map(({ help }) => help),
    ),
    list(
      "seconds",
      seconds.map(({ first, word }) => `${first} ${word}`),
    ),
    list(
      "second_notes",
      seconds.map(({ help }) => help),
    ),
    list(
      "topics",
      topics.map(({ word }) => word),
    ),
    list(
      "topic_notes",
      topics.map(({ help }) => help),
    ),
    list("shorts", shorts),
    list(
      "flags",
      heyOptions.map(({ word }) => word),
    ),
    list(
      "flag_notes",
      heyOptions.map(({ help }) => help),
    ),
    "}",
    '__hey_hey() { __hey_main hey "$@"; }',
  ].join("\n");
}

/** The file that .bashrc sources. */
export function bashFile(head: string, engine: string, tables: readonly Table[], hey: Dispatched): string {
  return [
    // Other shells may come here by /etc/profile.d.
    `${head}[ -n "\${BASH_VERSION-}" ] || return 0`,
    engine,
    ...tables.map(table),
    dispatcher(hey),
    tables.map(({ verb }) => `__hey_register -F __hey_${identifier(verb)} ${verb}.ts`).join("\n"),
    `complete -p hey >/dev/null 2>&1 || __hey_register -F __hey_hey hey\n`,
  ].join("\n\n");
}
