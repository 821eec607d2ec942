#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// What there is: all verbs, or one.
import { dispatcher, spelled } from "../lib/here/called.ts";
import { call, saying, stage } from "../lib/script/part.ts";
import { asked, near, shown, Usage } from "../lib/spec/errors.ts";
import { help, paper, table, tagline, wrapped } from "../lib/spec/help.ts";
import { quote } from "../lib/spec/quote.ts";
import type { Verb } from "../lib/spec/spec.ts";
import { flag, option, rest } from "../lib/spec/spec.ts";
import { heyPage, pageName, verbPage } from "../lib/verb/man.ts";
import { type Topic, topics, topicText } from "../lib/verb/topics.ts";
import { verb } from "../lib/verb/verb.ts";
import { allVerbs, purposed, shortOf, withoutOps } from "../lib/verb/verbs.ts";

const said = (text: string) => saying(text.trimEnd().split("\n"));

/** Of a mistyped verb, or of one that there isn't. */
function unknown(words: readonly string[], verbs: readonly Verb[]): Usage {
  // A mistyped verb is followed by its own words: only the first two can be its name.
  const [first = "", second = ""] = words;
  const typed = words.slice(0, 2).join(" ");
  if (first.startsWith("-"))
    return new Usage(`unknown command ${shown(typed)}; options come after the command; hey's own are --help and --version`);
  // nixos-rebuild's words, which are near to a verb that erases disks.
  if (["boot", "switch", "test", "build"].includes(second === "" || first !== "ops" ? first : second))
    return new Usage(
      `unknown command ${shown(typed)}; this machine's is ${spelled("sync")} ${first === "ops" ? second : first}, ` +
        `and another one's ${spelled("ops-deploy")} HOST`,
    );
  const [about] = near(
    typed,
    topics(verbs).map(({ name }) => name),
  );
  if (about !== undefined) return new Usage(`unknown command ${shown(typed)}; did you mean ${spelled("help")} ${about}?`);
  const names = verbs.map(({ name }) => name.replace("-", " "));
  const beside = names.filter((name) => name.startsWith(`${first} `)).map((name) => name.slice(first.length + 1));
  // Behind ops only what stands there is wrong.
  const meant =
    beside.length > 0
      ? near(second, beside).map((name) => `${first} ${name}`)
      : [near(typed, names), near(first, [...names, ...verbs.flatMap(({ name }) => shortOf(name) ?? [])])].find(
          (some) => some.length > 0,
        );
  const none = beside.length > 0 ? `; there are ${beside.map((name) => `${first} ${name}`).join(", ")}` : "";
  return new Usage(`unknown command ${shown(typed)}${asked(meant ?? []) || none || `; type ${spelled("help")} for all of them`}`);
}

/** Verbs by what they are for; with help the topics. */
function list(verbs: readonly Verb[], about: readonly Topic[]): string {
  const width = paper();
  const rows = (some: readonly Verb[]) => some.map(({ name, summary }) => [spelled(name), summary] as const);
  const topicRows = about.map(({ name, summary }) => [`${spelled("help")} ${name}`, summary] as const);
  const column = Math.max(...[...rows(verbs), ...topicRows].map(([name]) => name.length)) + 4;
  return [
    `hey: ${tagline}`,
    "",
    `Usage: ${dispatcher} COMMAND [options]`,
    "       Every command takes --print: show the shell script, run nothing.",
    ...purposed(verbs).flatMap(([purpose, some]) => {
      const all = purpose === "Help" ? [...rows(some), ...topicRows] : rows(some);
      return ["", purpose, ...table(all, width, column)];
    }),
    "",
    ...wrapped(withoutOps(), width),
    `One command: ${spelled("help")} ops deploy    Docs: man hey`,
  ].join("\n");
}

export default verb(module, {
  summary: "Show the commands, or the help of one, or a topic",
  purpose: "Help",
  speaker: "hey",
  takes: {
    command: rest("a command, as it is typed (ops deploy), or a topic (exit-codes)"),
    man: flag("as a man page; to read it: hey help --man ops deploy | man -l -"),
    "man-dir": option("DIR", "write all man pages into this directory, for example a man1 of MANPATH", "dirs"),
  },
  examples: ["", "ops deploy", "exit-codes", "--man ops deploy", "--man-dir ~/.local/share/man/man1"],
  plan: ({ command: words, man, manDir }) => {
    if (words.includes("")) throw new Usage(`an empty word is not a command; type ${spelled("help")} for all of them`);
    const late = words.find((word) => /^--man(?:-dir)?(?:=|$)/.test(word));
    if (late !== undefined)
      throw new Usage(
        `${shown(late)} goes before the command; ` +
          `type ${spelled("help")} ${[late, ...words.filter((word) => word !== late)].map(quote).join(" ")}`,
      );
    const verbs = allVerbs();
    const name = words.join("-");
    if (manDir !== undefined)
      return {
        main: [call("write_pages", [manDir, __filename, ...[undefined, ...verbs].map(pageName)])],
        stages: [stage(`write the man pages into ${manDir}`, "here", 1)],
      };
    const one = verbs.find((candidate) => candidate.name === name) ?? verbs.find((candidate) => shortOf(candidate.name) === name);
    const some = name === "" ? verbs : verbs.filter((candidate) => candidate.name.startsWith(`${name}-`));
    const topic = topics(verbs).find((candidate) => candidate.name === words.join(" "));
    if (topic !== undefined && !man) return said(topicText(topic, paper()));
    if (one === undefined && some.length === 0) throw unknown(words, verbs);
    if (man && one === undefined && name !== "")
      throw new Usage(
        `${shown(name)} has no man page; ` +
          `type ${spelled("help")} --man, or one of ${some.map((listed) => listed.name.replace("-", " ")).join(", ")}`,
      );
    if (man) return said(one === undefined ? heyPage(verbs) : verbPage(one, verbs));
    if (one !== undefined) {
      const short = shortOf(one.name);
      return said(help(one, spelled(one.name), short && `${dispatcher} ${short}`));
    }
    return said(list(some, some === verbs ? topics(verbs) : []));
  },
});
