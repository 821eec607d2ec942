// The processes of this machine: who has started whom, and who goes on.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Process {
  readonly pid: number;
  /** Who has started it. */
  readonly by: number;
  readonly group: number;
  /** Whether it has ended, and only waits for who has started it to notice. */
  readonly ended: boolean;
}

/** As Linux has them. @throws where there is no such place */
const ofProc = (): readonly Process[] =>
  readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      // Behind the name of the program, which may have anything in it.
      const [state, by, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return [{ pid: Number(name), by: Number(by), group: Number(group), ended: state === "Z" || state === "X" }];
    } catch {
      // It has just gone.
      return [];
    }
  });

/** As ps has them, on macOS. */
function ofPs(): readonly Process[] {
  const words = ["-A", "-o", "pid=,ppid=,pgid=,stat="];
  const { stdout } = spawnSync("ps", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [pid, by, group, state = ""] = line.trim().split(/\s+/);
    return Number(pid) > 0 ? [{ pid: Number(pid), by: Number(by), group: Number(group), ended: state.startsWith("Z") }] : [];
  });
}

/** All that go on. Never throws: a signal must reach whom it is for. */
function processes(): readonly Process[] {
  let all: readonly Process[];
  try {
    all = ofProc();
  } catch {
    all = ofPs();
  }
  return all.filter(({ ended }) => !ended);
}

/** Sends a signal to a process; to a group where the number is below 0. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended, or is another user's.
  }
}

/** A process and all that it has started, itself last. */
export function family(pid: number): readonly number[] {
  const all = processes();
  const below = (one: number): readonly number[] => [...all.flatMap((child) => (child.by === one ? below(child.pid) : [])), one];
  return below(pid);
}

/** Sends a signal to a process and all that it has started. */
export function passOn(pid: number, signal: NodeJS.Signals): void {
  for (const one of family(pid)) send(one, signal);
}

/** Waits until something is no more, for so many milliseconds at most. */
async function gone(is: (all: readonly Process[]) => boolean, most = Number.POSITIVE_INFINITY): Promise<void> {
  const end = Date.now() + most;
  while (is(processes()) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Waits until none of them goes on. */
export const allGone = (pids: ReadonlySet<number>) => gone((all) => all.some(({ pid }) => pids.has(pid)));

/** Waits until a group has none that goes on, for so many milliseconds at most. */
export const groupGone = (group: number, most: number) => gone((all) => all.some((one) => one.group === group), most);
