#!/bin/sh
":" //; here=$(readlink -f "$0"); exec "${here%/*}/../lib/start" "$here" "$0" "$@"

// What there is: all verbs, or one.
import { spelled } from "../lib/called.ts";
import { didYouMean, shown, Usage } from "../lib/errors.ts";
import { help } from "../lib/help.ts";
import { rest } from "../lib/spec.ts";
import { step } from "../lib/step.ts";
import { verb } from "../lib/verb.ts";
import { allVerbs } from "../lib/verbs.ts";

const title = "hey: deploy NixOS machines from a flake; --print shows what would be run";

export default verb(module, {
  summary: "Show the verbs, or the help of one",
  speaker: "hey",
  takes: { verb: rest("the verb, as it is typed: ops deploy") },
  examples: ["", "ops deploy"],
  plan: ({ verb: words }) => {
    if (words.includes("")) throw new Usage(`an empty word is no verb; type ${spelled("help")} for all of them`);
    const verbs = allVerbs();
    const name = words.join("-");
    const one = verbs.find((candidate) => candidate.name === name);
    const some = name === "" ? verbs : verbs.filter((candidate) => candidate.name.startsWith(`${name}-`));
    if (one === undefined && some.length === 0) {
      // A mistyped verb is followed by its own words: only the first two can be its name.
      const typed = words.slice(0, 2).join(" ");
      const names = verbs.map((candidate) => candidate.name.replace("-", " "));
      const meant = didYouMean(typed, names) || didYouMean(words[0] ?? "", names);
      throw new Usage(`there is no verb ${shown(typed)}${meant || `; type ${spelled("help")} for all of them`}`);
    }
    const width = Math.max(...some.map((listed) => spelled(listed.name).length)) + 2;
    const list = [title, "", ...some.map((listed) => `  ${spelled(listed.name).padEnd(width)}${listed.summary}`), "", `More of one: ${spelled("help")} ops deploy`];
    const text = one === undefined ? list : help(one, spelled(one.name)).trimEnd().split("\n");
    return { lines: [step("printf", "%s\\n", text.flatMap((line) => line || [""]))] };
  },
});
