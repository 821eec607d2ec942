// Hosts as text: a table that fits the terminal, or the facts of one of them.
import { bytes, span } from "../text/amounts.ts";
import { columns } from "../text/columns.ts";
import { columnsOf } from "../text/screen.ts";
import { findings, fullest, type Level, levelOf, percentOf, takenOf } from "./findings.ts";
import type { Status } from "./status.ts";

/** Where a text goes. */
export interface Paper {
  /** In columns; undefined where there is no terminal, and nothing is left out. */
  readonly width: number | undefined;
  readonly coloured: boolean;
}

/** The terminal that stdout is, if it is one (NO_COLOR: no-color.org). */
export function paperHere(): Paper {
  const { isTTY } = process.stdout;
  const plain = Boolean(process.env["NO_COLOR"]) || process.env["TERM"] === "dumb";
  return { width: isTTY ? columnsOf(process.stdout) : undefined, coloured: isTTY && !plain };
}

const codes: Readonly<Record<Level | "head", string>> = { well: "32", note: "33", bad: "31", head: "1" };
const painted = (text: string, as: Level | "head", { coloured }: Paper) => (coloured ? `\x1b[${codes[as]}m${text}\x1b[m` : text);

const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text);

interface Column {
  readonly head: string;
  of(status: Status): string;
  /** What stands there where there is less room. */
  short?(text: string): string;
}

const taken = (status: Status) => {
  const disk = fullest(status);
  return disk === undefined ? "" : `${disk.at} ${percentOf(disk)} %`;
};
const shares = ({ memory }: Status) =>
  memory === undefined ? "" : `${Math.round((1 - memory.available / memory.total) * 100)} % of ${bytes(memory.total)}`;

const all: readonly Column[] = [
  { head: "Host", of: ({ host }) => host },
  { head: "Generation", of: ({ generation }) => `${generation ?? ""}` },
  { head: "Made", of: ({ date }) => date?.slice(0, 10) ?? "" },
  { head: "Flake", of: ({ flake }) => flake ?? "" },
  { head: "Revision", of: ({ revision }) => revision ?? "", short: (text) => text.slice(0, 7) },
  { head: "NixOS", of: ({ nixosVersion }) => nixosVersion ?? "", short: (text) => text.split(".").slice(0, 3).join(".") },
  { head: "Kernel", of: ({ kernelVersion }) => kernelVersion ?? "" },
  { head: "Disk", of: taken },
  { head: "Memory", of: shares, short: (text) => text.replace(/ of.*/, "") },
  { head: "Load", of: ({ load }) => load?.toFixed(2) ?? "" },
  { head: "Up", of: ({ uptime }) => (uptime === undefined ? "" : span(uptime)) },
];

/** What gives way first where there is too little room: a column is made short, if it can be, and at its next turn left out. */
const givingWay = "Revision NixOS Memory Load Revision Kernel Memory Up NixOS Disk Made Flake Generation".split(" ");

/** What there is to say of hosts is not cut below this. */
const enough = 30;

const told = (status: Status) =>
  findings(status)
    .map(({ text }) => text)
    .join("; ") || "well";

export function statusTable(hosts: readonly Status[], paper: Paper): string {
  const { width } = paper;
  const states = hosts.map(told);
  const natural = Math.max("State".length, ...states.map(({ length }) => length));
  let shown = all.filter(({ of }) => hosts.some((host) => of(host) !== ""));
  const taking = () =>
    shown.reduce((sum, { head, of }) => sum + Math.max(head.length, ...hosts.map((host) => of(host).length)) + 2, 0);
  for (const head of givingWay) {
    if (width === undefined || taking() + Math.min(natural, enough) <= width) break;
    shown = shown.flatMap((column) => {
      const { of, short } = column;
      if (column.head !== head) return [column];
      return short === undefined ? [] : [{ head, of: (status: Status) => short(of(status)) }];
    });
  }
  if (width !== undefined) {
    // What there is to say comes before a whole name.
    const room = Math.max(Math.floor(width / 3), width - Math.min(natural, enough) - 2);
    if (taking() + Math.min(natural, enough) > width)
      shown = shown.map((column) => (column.head === "Host" ? { ...column, of: ({ host }) => cut(host, room) } : column));
  }
  const rows = [
    [...shown.map(({ head }) => head), "State"],
    ...hosts.map((host, at) => [...shown.map(({ of }) => of(host)), states[at] ?? ""]),
  ];
  const lines = columns(rows).trimEnd().split("\n");
  return lines
    .map((line, at) => {
      const whole = width === undefined ? line : cut(line, width);
      const host = hosts[at - 1];
      if (host === undefined) return painted(whole, "head", paper);
      const from = line.length - (states[at - 1]?.length ?? 0);
      return whole.slice(0, from) + painted(whole.slice(from), levelOf(findings(host)), paper);
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** What is known of one host. Its paths may be longer than a line. */
export function statusList(status: Status, paper: Paper): string {
  const { host, target, user, generation, date, runs, boots, booted, profile, revision, nixosVersion, kernelVersion } = status;
  const { reboot, failedUnits, disks = [], memory, load, cores, uptime, armed, flake } = status;
  const several = (texts: readonly string[] | undefined, none: string) => (texts === undefined ? "" : texts.join(", ") || none);
  const rows: readonly (readonly [string, string])[] = [
    ["Host", `${host}, by ssh as ${user === undefined || target.includes("@") ? target : `${user}@${target}`}`],
    ["State", told(status)],
    [
      "Generation",
      generation === undefined
        ? ""
        : `${generation}${date === undefined ? "" : `, made ${date.slice(0, 16).replace("T", " ")} UTC`}`,
    ],
    ["Runs", runs ?? ""],
    ["Boots", boots ?? ""],
    ...(profile === undefined ? [] : [["Profile", profile] as const]),
    ["Booted", booted ?? ""],
    ["Flake", flake ?? ""],
    ["Revision", revision ?? ""],
    ["NixOS", nixosVersion ?? ""],
    ["Kernel", kernelVersion ?? ""],
    ["Reboot", runs === undefined ? "" : reboot === undefined ? "not needed" : `needed: ${reboot}`],
    ["Failed units", several(failedUnits, "none")],
    ["Armed", several(armed, "nothing")],
    ...disks.map((disk) => ["Disk", `${disk.at}: ${takenOf(disk)}, ${bytes(disk.free)} of ${bytes(disk.size)} left`] as const),
    ["Memory", memory === undefined ? "" : `${shares(status)}, ${bytes(memory.available)} left`],
    ["Load", load === undefined ? "" : `${load.toFixed(2)}${cores === undefined ? "" : ` on ${cores} cores`}`],
    ["Up", uptime === undefined ? "" : span(uptime)],
  ];
  const known = rows.filter(([, text]) => text !== "");
  const column = Math.max(...known.map(([name]) => name.length)) + 2;
  const paint = (name: string, text: string) => (name === "State" ? painted(text, levelOf(findings(status)), paper) : text);
  return known.map(([name, text]) => `${painted(name.padEnd(column), "head", paper)}${paint(name, text)}\n`).join("");
}
