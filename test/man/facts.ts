// What the verbs say of themselves, for the tests of what is made of it: a line each of the verb, what it is, and the text.
import { allVerbs } from "../../lib/verb/verbs.ts";

for (const verb of allVerbs()) {
  const say = (what: string, text: string) => process.stdout.write(`${verb.name}\t${what}\t${text}\n`);
  say("text", verb.summary);
  if (verb.description !== undefined) say("text", verb.description);
  for (const [name, param] of Object.entries(verb.takes)) {
    // What only negates another option stands in that one's text.
    if (!("negates" in param)) say("text", param.help);
    if (param.kind === "flag" || param.kind === "option") say("option", `--${name}`);
    else say("option", name.toUpperCase());
    if (!("from" in param) || typeof param.from !== "object") continue;
    for (const [word, text] of Object.entries(param.from)) say("text", `${word} ${text}`);
  }
  for (const [status, text] of Object.entries(verb.statuses ?? {})) say("status", `${status} ${text}`);
  for (const words of verb.examples) say("example", words);
}
