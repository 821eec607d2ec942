// Findings as text.
import { visible } from "../spec/words.ts";
import type { Finding, Level } from "./finding.ts";

const rank: Readonly<Record<Level, number>> = { error: 0, warning: 1, note: 2 };
const codes: Readonly<Record<Level, string>> = { error: "31", warning: "33", note: "36" };

/** A host may say anything: what it says is shown on one line. */
const shownHere = (text: string) => text.replace(/[\p{Cc}\p{Cf}]/gu, "").slice(0, 400);

/** The worst first; below each the command that mends it. @param coloured for a terminal */
export function asText(findings: readonly Finding[], hosts: readonly string[], coloured: boolean): string {
  const paint = (text: string, level: Level) => (coloured ? `\x1b[${codes[level]}m${text}\x1b[m` : text);
  const sorted = [...findings].sort((one, other) => rank[one.level] - rank[other.level]);
  const lines = sorted.flatMap(({ id, level, host, seen, fix }) => [
    `${paint(level, level)} ${host ?? "here"}: ${shownHere(seen)} (${id})`,
    // A command that is not all to be seen would be another one, pasted.
    ...(fix === null
      ? []
      : [fix === visible(fix) ? `    ${fix}` : "    (the command has characters that can't be shown; --json has it)"]),
  ]);
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const [errors, warnings] = [count("error"), count("warning")];
  const total = `${hosts.length} host${hosts.length === 1 ? "" : "s"}: ${errors} error${errors === 1 ? "" : "s"}, ${warnings} warning${warnings === 1 ? "" : "s"}`;
  return `${[...lines, total].join("\n")}\n`;
}
