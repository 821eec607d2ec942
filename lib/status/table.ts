// Hosts as a table that fits the terminal.
import { columns } from "../fleet/display.ts";
import type { Status } from "./status.ts";

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Days, hours and minutes: the two greatest that count. */
export function uptime(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

const fullest = ({ disks }: Status) => {
  const [first] = [...disks].sort((one, other) => one.free / one.size - other.free / other.size);
  return first === undefined ? "" : `${first.at} ${gib(first.free)} left`;
};

interface Column {
  readonly head: string;
  of(status: Status): string;
}

/** The most important first: where the terminal is too narrow the last ones are left out. */
const all: readonly Column[] = [
  { head: "Host", of: ({ host }) => host },
  {
    head: "Generation",
    of: ({ generation, date }) => `${generation ?? ""}${date === undefined ? "" : ` (${date.slice(0, 10)})`}`,
  },
  { head: "State", of: state },
  { head: "Flake", of: ({ flake }) => flake ?? "" },
  { head: "Reboot needed", of: ({ reboot }) => reboot ?? "" },
  { head: "NixOS", of: ({ nixosVersion }) => nixosVersion ?? "" },
  { head: "Kernel", of: ({ kernelVersion }) => kernelVersion ?? "" },
  { head: "Disk", of: fullest },
  { head: "Memory", of: ({ memory }) => (memory === undefined ? "" : `${gib(memory.available)} of ${gib(memory.total)}`) },
  { head: "Load", of: ({ load }) => load?.toFixed(2) ?? "" },
  { head: "Up", of: ({ uptime: seconds }) => (seconds === undefined ? "" : uptime(seconds)) },
  { head: "Revision", of: ({ revision }) => revision?.slice(0, 12) ?? "" },
];

function state({ answers, why, runs, boots, failedUnits, armed }: Status): string {
  if (!answers) return why ?? "";
  const odd = [
    ...(runs === boots ? [] : ["runs another than it boots"]),
    ...(failedUnits.length === 0 ? [] : [`failed: ${failedUnits.join(" ")}`]),
    ...armed.map((one) => (one === "unknown" ? "armed: unknown" : one)),
  ];
  return odd.join("; ") || "well";
}

/** @param width of the terminal, in columns; undefined where there is none, and nothing is left out */
export function statusTable(hosts: readonly Status[], width: number | undefined): string {
  const filled = all.filter(({ of }) => hosts.some((host) => of(host) !== ""));
  for (let shown = filled; ; shown = shown.slice(0, -1)) {
    const text = columns([shown.map(({ head }) => head), ...hosts.map((host) => shown.map(({ of }) => of(host)))]);
    const lines = text.split("\n");
    if (width === undefined || lines.every((line) => line.length <= width)) return text;
    if (shown.length <= 3) return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)).join("\n");
  }
}
