// The words by which a verb is told of several hosts.
import { Usage } from "../spec/errors.ts";
import { camel, flag, option, type Statuses, type Takes } from "../spec/spec.ts";

/** The options of verbs that can be for several hosts. */
export const fleetOptions = {
  on: option("HOSTS", "several hosts: names with '*', '@tag', and '!' before what is left out, with commas between", "machines"),
  all: flag("all hosts of the flake", { excludes: ["on"] }),
  jobs: option("N", "how many hosts at once, if not 10", "number", { short: "j", excludes: ["serial"] }),
  canary: option("HOST|N", "this host, or so many, first; the others only if it holds", "text", { excludes: ["serial"] }),
  serial: flag("one host after another, and none after one that failed"),
  "require-all": flag("nothing is built or changed unless all hosts answer"),
  json: flag("events as JSON on stdout, one a line"),
};

export const fleetStatuses = {
  20: "of several hosts some failed, or were not begun",
  21: "of several hosts some were skipped, as they don't answer, and no more",
} satisfies Statuses;

export interface FleetGiven {
  readonly on: string | undefined;
  readonly all: boolean;
  readonly jobs: string | undefined;
  readonly canary: string | undefined;
  readonly serial: boolean;
  readonly requireAll: boolean;
  readonly json: boolean;
}

/** What stands in the place of a host's name. */
export const inHostsPlace = ["on", "all"] as const;

/** Whether a line is for several hosts. */
export const several = (given: object): given is FleetGiven => {
  const { on, all } = given as Partial<FleetGiven>;
  return on !== undefined || all === true;
};

/** Refuses, on a line for one host, what says how several are gone about. @throws Usage */
export function requireAlone(takes: Takes, given: object): void {
  const typed = given as Readonly<Record<string, unknown>>;
  const lone = Object.entries(fleetOptions).find(([name, param]) => takes[name] === param && (typed[camel(name)] || undefined));
  if (lone !== undefined) throw new Usage(`--${lone[0]} is for several hosts; leave it out, or type --on and the hosts`);
}

/** What a plan of one among several hosts is given beside what was typed. */
export interface Laned {
  /** Its directory in the run. */
  readonly lane?: string;
}
