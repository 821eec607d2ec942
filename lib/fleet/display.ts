// What a person sees of a run: on a terminal a live line per host, else what each host says behind its name; and the table at the end.
import { duration } from "../text/amounts.ts";
import { columns } from "../text/columns.ts";
import { changeOf } from "../text/outcome.ts";
import { columnsOf, rowsOf, sized } from "../text/screen.ts";
import type { RunningLane } from "./lane.ts";
import type { Result } from "./result.ts";

export interface Display {
  /** A line of this program's own. */
  say(text: string): void;
  /** A lane has said something. */
  heard(lane: RunningLane, lines: readonly string[]): void;
  /** A lane has ended. */
  ended(lane: RunningLane): void;
  /** Some time has gone by. */
  tick(lanes: readonly RunningLane[]): void;
  /** The terminal is another program's for a while, or for good. */
  rest(): void;
}

/** Lines behind names, for files, pipes and logs. @param silent where stdout tells it all in JSON */
function lines(name: string, hosts: readonly string[], silent: boolean): Display {
  const width = Math.max(...hosts.map((host) => host.length));
  return {
    say: (text) => void process.stderr.write(`${name}: ${text}\n`),
    heard: ({ host }, said) => {
      if (!silent) for (const line of said) process.stderr.write(`${host.padEnd(width)} | ${line}\n`);
    },
    ended: () => undefined,
    tick: () => undefined,
    rest: () => undefined,
  };
}

const lineOf = (lane: RunningLane, width: number, columns: number) => {
  const waits = lane.begun === undefined && lane.answered && !lane.looking;
  const time = duration((lane.over ?? Date.now()) - (lane.begun ?? lane.started));
  const head = `${lane.host.padEnd(width)}  ${time.padStart(11)}  `;
  const text = waits ? "waits for its turn" : lane.last.startsWith(`${lane.verb}: `) ? lane.step : `${lane.step} | ${lane.last}`;
  return `${head}${text}`.slice(0, columns - 1);
};

async function live(name: string, hosts: readonly string[]): Promise<Display> {
  const { createLogUpdate } = await import("log-update");
  const area = createLogUpdate(sized(process.stderr));
  const width = Math.max(...hosts.map((host) => host.length));
  const say = (text: string) => {
    area.clear();
    process.stderr.write(`${text}\n`);
  };
  return {
    say: (text) => say(`${name}: ${text}`),
    heard: (lane, said) => {
      // Who doesn't wait for a turn only tells something.
      if (!lane.waits) for (const line of said) say(`${lane.host.padEnd(width)} | ${line}`);
    },
    ended: ({ host, waits, begun, last, status = 0 }) => {
      // What went wrong stays on the screen; who was never begun has nothing to say.
      if (waits && status !== 0 && (begun !== undefined || status < 128)) say(`${host.padEnd(width)}  ${last}`);
    },
    tick: (lanes) => {
      const [columns, rows] = [columnsOf(process.stderr), rowsOf(process.stderr)];
      const going = lanes.filter((lane) => lane.status === undefined);
      const first = [...going].sort((a, b) => (a.begun ?? Number.MAX_VALUE) - (b.begun ?? Number.MAX_VALUE));
      const shown = first.slice(0, Math.max(1, rows - 3));
      const more = going.length - shown.length;
      const done = lanes.length - going.length;
      const tail = [more > 0 && `${more} more`, done > 0 && `${done} of ${lanes.length} over`].filter(Boolean).join(", ");
      area([...shown.map((lane) => lineOf(lane, width, columns)), ...(tail === "" ? [] : [tail])].join("\n"));
    },
    rest: () => area.clear(),
  };
}

/** The display for this terminal, or for none. */
export const displayFor = async (name: string, hosts: readonly string[], json: boolean): Promise<Display> =>
  process.stderr.isTTY && !json && process.env["TERM"] !== "dumb" ? live(name, hosts) : lines(name, hosts, json);

/** How all hosts came out, in a table; below it what those have said last that failed, and where the rest of that stands. */
export function table(results: readonly Result[]): string {
  const head = ["Host", "Generation", "Reboot needed", "Time", "Result"];
  const rows = results.map((one) => [one.host, changeOf(one), one.reboot ?? "", duration(one.ms), one.text]);
  const failed = results.filter(({ outcome }) => outcome === "failed" || outcome === "skipped");
  const notes = failed.map(({ host, last, transcript }) => `${host}: ${last}\n  all that it said: ${transcript}\n`);
  return columns([head, ...rows]) + notes.join("");
}
