// What was noted of runs, as text.
import { duration } from "../text/amounts.ts";
import { columns, fitting } from "../text/columns.ts";
import { shownJson } from "../text/json.ts";
import { changeOf, meaning } from "../text/outcome.ts";
import type { Entry } from "./log.ts";

/** `2026-01-31 18:05`, of this machine's clock. */
const when = (date: Date) =>
  [
    [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-"),
    [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":"),
  ].join(" ");

/** Also where a run ended before anything was changed, as after a No to the question. */
function resultOf({ status, untouched }: Entry): string {
  if (!untouched || status > 128) return meaning(status);
  return status === 0 ? "already so" : `nothing changed (${status})`;
}

const givingWay = ["By", "Time", "Reboot needed", "Generation"];

/**
 * A line for each, in the order given; below one that failed what it said last, and where the rest of that stands.
 * @param width of the terminal, if there is one
 */
export function asTable(entries: readonly Entry[], width: number | undefined): readonly string[] {
  const head = ["When", "Host", "What", "By", "Generation", "Reboot needed", "Time", "Result"];
  const rows = entries.map((one) => [
    ...[
      when(one.began),
      one.reached === undefined ? one.host : `${one.reached} (as ${one.host})`,
      one.verb.replace("-", " "),
      one.by,
      changeOf(one),
      one.reboot ?? "",
    ],
    ...[duration(one.ms), resultOf(one)],
  ]);
  const [first = "", ...lines] = columns(fitting([head, ...rows], givingWay, width))
    .trimEnd()
    .split("\n");
  const why = ({ status, said, transcript }: Entry) =>
    status === 0 ? [] : [said, transcript].flatMap((text) => (text ? [`    ${text}`] : []));
  return [first, ...lines.flatMap((line, at) => [line, ...why(entries[at] as Entry)])];
}

/** The same for programs: an array of the entries, oldest first, with `began` in ISO 8601 and `ms`; what isn't known is left out. */
export function asJson(entries: readonly Entry[]): readonly string[] {
  const lines = entries.map((one, at) => `${shownJson(one)}${at < entries.length - 1 ? "," : ""}`);
  return ["[", ...lines, "]"];
}
