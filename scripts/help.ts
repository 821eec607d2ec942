#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// What there is: all verbs, or one.
import { spelled } from "../lib/here/called.ts";
import { call, saying, stage } from "../lib/script/part.ts";
import { didYouMean, shown, Usage } from "../lib/spec/errors.ts";
import { help, tagline } from "../lib/spec/help.ts";
import { quote } from "../lib/spec/quote.ts";
import { flag, option, rest } from "../lib/spec/spec.ts";
import { heyPage, pageName, verbPage } from "../lib/verb/man.ts";
import { verb } from "../lib/verb/verb.ts";
import { allVerbs } from "../lib/verb/verbs.ts";

const said = (text: string) => saying(text.trimEnd().split("\n"));

export default verb(module, {
  summary: "Show the verbs, or the help of one",
  speaker: "hey",
  takes: {
    verb: rest("the verb, as it is typed: ops deploy"),
    man: flag("as a man page; hey help --man ops deploy | man -l - shows it"),
    "man-dir": option(
      "DIR",
      "write the man pages of hey and of every verb into a directory: a man1 of MANPATH, or a package's",
      "dirs",
    ),
  },
  examples: ["", "ops deploy", "--man ops deploy", "--man-dir ~/.local/share/man/man1"],
  plan: ({ verb: words, man, manDir }) => {
    if (words.includes("")) throw new Usage(`an empty word is no verb; type ${spelled("help")} for all of them`);
    const late = words.find((word) => /^--man(?:-dir)?(?:=|$)/.test(word));
    if (late !== undefined)
      throw new Usage(
        `${shown(late)} goes before the verb; ` +
          `type ${spelled("help")} ${[late, ...words.filter((word) => word !== late)].map(quote).join(" ")}`,
      );
    const verbs = allVerbs();
    const name = words.join("-");
    if (manDir !== undefined)
      return {
        main: [call("write_pages", [manDir, __filename, ...[undefined, ...verbs].map(pageName)])],
        stages: [stage(`write the man pages into ${manDir}`, "here", 1)],
      };
    const one = verbs.find((candidate) => candidate.name === name);
    const some = name === "" ? verbs : verbs.filter((candidate) => candidate.name.startsWith(`${name}-`));
    if (one === undefined && some.length === 0) {
      // A mistyped verb is followed by its own words: only the first two can be its name.
      const typed = words.slice(0, 2).join(" ");
      const names = verbs.map((candidate) => candidate.name.replace("-", " "));
      const meant = didYouMean(typed, names) || didYouMean(words[0] ?? "", names);
      throw new Usage(`there is no verb ${shown(typed)}${meant || `; type ${spelled("help")} for all of them`}`);
    }
    if (man && one === undefined && name !== "")
      throw new Usage(
        `${shown(name)} has no page of its own; ` +
          `type ${spelled("help")} --man, or one of ${some.map((listed) => listed.name.replace("-", " ")).join(", ")}`,
      );
    if (man) return said(one === undefined ? heyPage(verbs) : verbPage(one, verbs));
    if (one !== undefined) return said(help(one, spelled(one.name)));
    const width = Math.max(...some.map((listed) => spelled(listed.name).length)) + 2;
    return said(
      [
        `hey: ${tagline}`,
        "",
        ...some.map((listed) => `  ${spelled(listed.name).padEnd(width)}${listed.summary}`),
        "",
        `More of one: ${spelled("help")} ops deploy`,
      ].join("\n"),
    );
  },
});
