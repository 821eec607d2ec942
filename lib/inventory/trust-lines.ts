// What of a hey.toml needs the user's trust, as lines to read; and what of it has changed since it was trusted.
import type { Flake } from "../here/flake.ts";
import { Ended } from "../spec/errors.ts";
import { settingsIn } from "./hey-toml.ts";
import type { Setting, Settings } from "./setting.ts";
import { trustworthy } from "./settings.ts";

const reasons: Readonly<Record<"runs" | "leads", string>> = {
  runs: "runs a program, or makes a connection less safe",
  leads: "says where secrets go",
};

/** A setting as one line, which is the same in two files that say the same. Its values can be printed: others are refused before. */
const lineOf = (host: string, { text, trust = "runs" }: Setting) => `${host}: ${text}  (${reasons[trust]})`;

function linesOf(said: Settings): readonly string[] {
  const needs = ({ trust }: Setting) => trust !== undefined;
  const own = [...said.hosts].flatMap(([host, some]) => some.filter(needs).map((setting) => lineOf(host, setting)));
  return [
    ...said.flake.trusting.map((setting) => lineOf("the flake", setting)),
    ...said.defaults.filter(needs).map((setting) => lineOf("all hosts", setting)),
    ...own,
  ];
}

/** The same of a text that was trusted once; nothing of one that means nothing to this hey any more. */
function linesBefore(text: string, flake: Flake): readonly string[] {
  try {
    return linesOf(settingsIn(Buffer.from(text), flake));
  } catch (error) {
    if (error instanceof Ended) return [];
    throw error;
  }
}

/** @param before the text that was trusted last */
export function trustLines(file: string, flake: Flake, said: Settings, before: string | undefined): readonly string[] {
  const now = linesOf(said);
  const head = `${JSON.stringify(file)} has these settings, which count only once you trust it:`;
  if (before === undefined || !trustworthy(said).some(({ untrusted }) => untrusted))
    return [head, ...now.map((line) => `  ${line}`)];
  const then = linesBefore(before, flake);
  const gone = then.filter((line) => !now.includes(line));
  const isSame = gone.length === 0 && now.every((line) => then.includes(line));
  return [
    head,
    isSame ? "(none of them has changed since you trusted it)" : "(+ is new since you trusted it, - is gone)",
    ...gone.map((line) => `- ${line}`),
    ...now.map((line) => `${then.includes(line) ? " " : "+"} ${line}`),
  ];
}
