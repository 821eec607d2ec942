// What a person should know of a host first.
import type { Disk, Status } from "./status.ts";

export type Level = "well" | "note" | "bad";

export interface Finding {
  readonly level: Exclude<Level, "well">;
  readonly text: string;
}

const percent = (free: number, of: number) => Math.round((1 - free / of) * 100);

/** How full a disk is, in percent, by its blocks or its inodes: what is kept for root counts as taken. */
export const percentOf = ({ size, free, inodes }: Disk) =>
  Math.max(percent(free, size), inodes === undefined ? 0 : percent(inodes.free, inodes.total));

/** The same for a person. */
export const takenOf = (disk: Disk) =>
  `${percentOf(disk)} %${percentOf(disk) > percent(disk.free, disk.size) ? " (inodes)" : ""}`;

/** The one with the least left, for its size. */
export const fullest = ({ disks = [] }: Status): Disk | undefined =>
  [...disks].sort((one, other) => percentOf(other) - percentOf(one))[0];

/** As many of a host's words as leave room for other hosts. */
export const some = (words: readonly string[]): string => {
  const shown = words.slice(0, 8).map((one) => (one.length > 60 ? `${one.slice(0, 59)}…` : one));
  return [...shown, ...(words.length > shown.length ? [`${words.length - shown.length} more`] : [])].join(", ");
};

/** The worst first; nothing of a host that is well. */
export function findings(status: Status): readonly Finding[] {
  const { answers, why, runs, boots, activationFailed, failedUnits = [], armed, reboot, flake, otherHost } = status;
  const units = `${failedUnits.length} unit${failedUnits.length === 1 ? "" : "s"} failed: ${some(failedUnits)}`;
  const disk = fullest(status);
  const full = (level: Level) =>
    disk !== undefined && fullness(percentOf(disk)) === level && `${disk.at} is ${takenOf(disk)} full`;
  const bad = [
    !answers && why,
    runs === "nothing" && "no NixOS system runs there",
    otherHost !== undefined && `it calls itself ${otherHost}, another host`,
    activationFailed && "its last activation failed",
    failedUnits.length > 0 && units,
    full("bad"),
    flake === "does not evaluate" && "does not evaluate",
  ];
  const notes = [
    ...(armed ?? []),
    answers && armed === undefined && "only root may see what is armed",
    runs !== undefined && boots !== undefined && runs !== boots && "runs another system than it boots",
    reboot !== undefined && `reboot needed: ${reboot}`,
    flake === "differs" && "differs from the flake",
    full("note"),
  ];
  const of = (level: Finding["level"], texts: readonly (string | false | undefined)[]) =>
    texts.flatMap((text) => (text ? [{ level, text }] : []));
  return [...of("bad", bad), ...of("note", notes)];
}

/** What to think of a share that is taken, in percent. */
export const fullness = (percent: number): Level => (percent >= 95 ? "bad" : percent >= 90 ? "note" : "well");

export const levelOf = (found: readonly Finding[]): Level => found[0]?.level ?? "well";
