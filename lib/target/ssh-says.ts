// What `ssh -G` says of names. It reads the configuration only.
import { spawnSync } from "node:child_process";
import { quote } from "../spec/quote.ts";

/** A target, and ssh's words for it. */
export interface Reaching {
  readonly words: readonly string[];
  readonly to: string;
}

/** A line that no ssh says. */
const end = "-- end --";

/** A POSIX shell knows the descriptors up to 9, and ssh is slow to start: so many are asked side by side. */
const lanes = [3, 4, 5, 6];

const heard = new Map<string, string>();

/** CanonicalizeHostname is off here, as it would ask the name servers. */
const lineFor = ({ words, to }: Reaching) =>
  ["ssh", "-G", "-T", ...words, "-o", "CanonicalizeHostname=no", "--", to].map(quote).join(" ");

/** Asks for those that this run has not asked for yet, in one process. */
function ask(lines: readonly string[]): void {
  const inLane = lanes.map((_, lane) => lines.filter((_, at) => at % lanes.length === lane));
  const script = inLane.map((some, lane) =>
    ["{", ":", ...some.map((line) => `${line}; echo '${end}'`), `} >&${lanes[lane]} &`].join("\n"),
  );
  const { output } = spawnSync("/bin/sh", ["-c", `${script.join("\n")}\nwait`], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "ignore", ...lanes.map(() => "pipe" as const)],
    maxBuffer: 64 << 20,
  });
  for (const [lane, some] of inLane.entries()) {
    const answers = (output?.[lanes[lane] ?? 0] ?? "").split(`${end}\n`);
    for (const [at, line] of some.entries()) heard.set(line, answers[at] ?? "");
  }
}

/** What ssh says of each of these; nothing where it refuses one. */
export function sshSays(some: readonly Reaching[]): readonly string[] {
  const lines = some.map(lineFor);
  const fresh = [...new Set(lines)].filter((line) => !heard.has(line));
  if (fresh.length > 0) ask(fresh);
  return lines.map((line) => heard.get(line) ?? "");
}
