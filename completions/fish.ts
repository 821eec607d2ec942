// The fish file: fish's own option handling does most of it; conditions leave out what does not fit any more.
import { type Dispatched, heyOptions, type Table, type Value } from "./table.ts";

const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** The words of `complete` for a value; fish's default is files. */
function offered(value: Value, name: string, choices: Table["choices"], valued: readonly string[]): string {
  if (value.from === "files") return "-F";
  if (value.from === "hosts") return "-f -a '(__hey_hosts)' -d 'flake host'";
  if (value.from === "machines") return "-f -a '(__hey_machines)' -d 'flake host'";
  if (value.from === "targets") return "-f -a '(__hey_targets)'";
  if (value.from === "own-targets") return `-f -a ${quoted(`(${["__hey_own_targets", ...valued].join(" ")})`)}`;
  if (value.from === "dirs" || value.from === "flakes") return "-f -a '(__fish_complete_directories)'";
  const words = choices.filter(({ of }) => of === name).map(({ word, help }) => ` ${quoted(`${word}\t${help}`)}`);
  return words.length === 0 ? "-f" : `-f -k -a ${quoted(`(printf '%s\\n'${words.join("")})`)}`;
}

function table({ verb, options, args, rest, program, choices }: Table): string {
  const head = `complete -c ${verb}.ts`;
  const valued = options.filter(({ value }) => value !== undefined).flatMap(({ spelled }) => spelled);
  const lines = [
    `${head} -n __hey_ours -f`,
    ...args.map(
      (arg, at) => `${head} -n ${quoted(["__hey_after", at, ...valued].join(" "))} ${offered(arg, arg.name, choices, valued)}`,
    ),
    ...options.map(({ name, spelled, help, value, many, excludes }) => {
      const without = ["__hey_without", ...(excludes === "all" ? [] : excludes), ...(many ? [] : spelled)].join(" ");
      // The options end where a command begins.
      const within = rest === undefined ? "" : `not ${["__hey_beyond", args.length, ...valued].join(" ")}; and `;
      // At its own value it stands on the line already.
      const condition =
        value === undefined ? without : `begin; contains -- (commandline -opc)[-1] ${spelled.join(" ")}; or ${without}; end`;
      const short = spelled.length > 1 ? ` -s ${spelled[0]?.slice(1)}` : "";
      const tail = value === undefined ? "" : ` -r ${offered(value, name, choices, valued).replace(" -d 'flake host'", "")}`;
      return `${head} -n ${quoted(within + condition)}${short} -l ${name}${tail} -d ${quoted(help)}`;
    }),
    ...(program === undefined ? [] : [`${head} -n __hey_after_dashes -a '(__hey_passed ${program})'`]),
  ];
  return lines.join("\n");
}

function dispatcher({ firsts, seconds, shorts, topics }: Dispatched, tables: readonly Table[]): string {
  const list = (name: string, words: readonly string[]) => `    set ${name} ${words.map(quoted).join(" ")}`;
  return [
    "function __hey_dispatched --no-scope-shadowing",
    list(
      "firsts",
      firsts.map(({ word, help }) => `${word}\t${help}`),
    ),
    list(
      "seconds",
      seconds.map(({ first, word, help }) => `${first} ${word}\t${help}`),
    ),
    list(
      "topics",
      topics.map(({ word, help }) => `${word}\t${help}`),
    ),
    list("shorts", shorts),
    list(
      "flags",
      heyOptions.map(({ word, help }) => `${word}\t${help}`),
    ),
    list(
      "verbs",
      tables.map(({ verb }) => verb),
    ),
    "end",
    "if not complete -c hey | string length -q",
    "    complete -c hey -n __hey_ours -f -a '(__hey_dispatcher)'",
    "end\n",
  ].join("\n");
}

/** The file that fish sources. */
export function fishFile(head: string, engine: string, tables: readonly Table[], hey: Dispatched): string {
  return [head.trimEnd(), engine, ...tables.map(table), dispatcher(hey, tables)].join("\n\n");
}
