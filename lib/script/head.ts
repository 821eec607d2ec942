// The head of a script: the line that was typed, and the steps with where each goes on and how the run may end there. Pure.
import { command, onlyCommand } from "./command.ts";
import type { Plan, Stage } from "./part.ts";
import type { Word } from "./step.ts";

/** So much of a line as fits. */
const said = (line: string) => (line.length <= 100 ? line : `${line.slice(0, 99)}…`);

/** The steps of a plan, for a person: where each goes on, and how the run may end there. */
export function head(typed: string, plan: Plan, hosts?: readonly string[]): readonly string[] {
  const plain = (word: Word | undefined) => (typeof word === "string" && word !== "" ? word : undefined);
  const host = plain(plan.given?.["host"]) ?? plan.logged?.host;
  const target = plain(plan.given?.["target"]) ?? plain(plan.logged?.target);
  const one = onlyCommand(plan);
  const stages = plan.stages?.length
    ? plan.stages
    : one === undefined
      ? []
      : [{ what: said(command(one)), where: "here" as const, ends: [] }];
  const what = Math.max(0, ...stages.map((stage) => stage.what.length));
  const row = ({ what: words, where, ends }: Stage, at: number) =>
    `# ${String(at + 1).padStart(2)}. ${words.padEnd(what)}  ${{ here: "here", there: "there", both: "here and there" }[where].padEnd(14)}  ${
      ends.length === 0 ? "" : `exit ${ends.join(", ")}`
    }`.trimEnd();
  return [
    `# $ ${typed}`,
    ...(hosts !== undefined
      ? [`# hosts ${hosts.join(", ")}`]
      : host === undefined
        ? []
        : [`# host ${host}${target === undefined ? "" : `, target ${target}`}`]),
    ...(stages.length === 0 ? [] : ["#", ...stages.map(row)]),
  ];
}

/** The head alone: what a plan does, in one screen. */
export const outline = (plan: Plan, typed: string, hosts?: readonly string[]): string =>
  `${head(typed, plan, hosts).join("\n")}\n`;
