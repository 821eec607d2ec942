// Answers of several hosts to one command: those that are alike are shown once, with the hosts that gave them.
import { plain } from "../text/plain.ts";
import type { Answer } from "./inquiry.ts";
import { shownLines } from "./stderr.ts";

/** How a command ended on a host, in a few words; "" for well. */
function ending({ status, said }: Answer, seconds: number): string {
  if (status === undefined) return `not done within ${seconds} s`;
  if (status === 255) return `unreachable${said === "" ? "" : `: ${said}`}`;
  return status === 0 ? "" : `exit ${status}`;
}

const textOf = ({ status, out, errors }: Answer): string => {
  const lines = out.replace(/\n$/, "").split("\n").map(plain);
  // What ssh says of a host that it does not reach stands at the head.
  const more = status === 255 ? [] : shownLines(errors);
  return [...(out === "" ? [] : lines), ...more].map((line) => `${line}\n`).join("");
};

/**
 * @param seconds that the command might take
 * @returns for each answer that differs from those before a head with the hosts that gave it, and its lines: stdout's, then stderr's
 */
export function alike(answers: readonly Answer[], seconds: number): string {
  const groups = new Map<string, string[]>();
  for (const answer of answers) {
    const [how, text] = [ending(answer, seconds), textOf(answer)];
    const key = JSON.stringify([how, text]);
    groups.set(key, [...(groups.get(key) ?? []), answer.host]);
  }
  const shown = [...groups].map(([key, hosts]) => {
    const [how = "", text = ""] = JSON.parse(key) as string[];
    return `${hosts.join(", ")}${how === "" ? "" : ` (${how})`}:\n${text}`;
  });
  return shown.join("\n");
}

/** The same for programs. */
export const asObjects = (answers: readonly Answer[]) =>
  answers.map(({ host, target, status, out, errors, ms }) => ({
    ...{ host, target, status: status ?? null, ms },
    ...{ out, errors: shownLines(errors) },
  }));

/** 0 where the command ended well on all; 20 where it failed on some; 21 where some are unreachable, and nothing else. */
export function statusOf(answers: readonly Answer[]): number {
  if (answers.some(({ status }) => status !== 0 && status !== 255)) return 20;
  return answers.some(({ status }) => status === 255) ? 21 : 0;
}
