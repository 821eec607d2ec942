// What a host says of itself, as the fields that ops-status shows.
import type { Answer } from "../inquiry/inquiry.ts";
import { rebootOf } from "../text/outcome.ts";

export interface Disk {
  readonly at: string;
  readonly size: number;
  readonly free: number;
  /** Left out where the file system has no number of them. */
  readonly inodes?: { readonly total: number; readonly free: number };
}

/** One object of `ops-status --json`; what isn't known is left out. */
export interface Status {
  readonly host: string;
  readonly target: string;
  /** Whether it has said all that it was asked. */
  readonly answers: boolean;
  /** Why not; what it has said by then is there all the same. */
  readonly why?: string;
  /** Milliseconds until it had. */
  readonly ms: number;
  /** Who was logged in there, root where that became root. */
  readonly user?: string;
  /** Paths of the systems that run, boot, and were booted; "nothing" where there is none. */
  readonly runs?: string;
  readonly boots?: string;
  readonly booted?: string;
  /** The profile, where the boot menu boots another system. */
  readonly profile?: string;
  /** Whether the last activation failed, and left the system that runs half activated. */
  readonly activationFailed?: boolean;
  /** The number of the generation that boots, and when it was made (ISO 8601). */
  readonly generation?: number;
  readonly date?: string;
  /** The flake's git revision, where its configuration says it (system.configurationRevision). */
  readonly revision?: string;
  readonly nixosVersion?: string;
  readonly kernelVersion?: string;
  /** What only a reboot changes. */
  readonly reboot?: string;
  /** Left out where there is no systemd. */
  readonly failedUnits?: readonly string[];
  /** In bytes. */
  readonly disks?: readonly Disk[];
  readonly memory?: { readonly total: number; readonly available: number };
  /** Of the last minute. */
  readonly load?: number;
  readonly cores?: number;
  /** Seconds since it was booted. */
  readonly uptime?: number;
  /** What goes back by itself, or holds the lock; left out where only root may see it. */
  readonly armed?: readonly string[];
  /** What its system calls it. */
  readonly name?: string;
  /** Which other host of the flake that is. */
  readonly otherHost?: string;
  /** Whether it runs and boots what the flake says, where that was evaluated. */
  readonly flake?: "same" | "differs" | "does not evaluate";
}

/** A host may say anything: of its words, what any terminal and any page shows as it is, and no more of it than a person reads. */
export const word = (said: string) => said.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);

const isSystem = (path: string) => path === "nothing" || /^\/nix\/store\/[a-z0-9]{32}-[\w.+?=-]{1,160}$/.test(path);

/** What deployment.sh calls the progress of a deployment, in words. */
function armament(line: string): readonly string[] {
  const [, what = "", seconds = "", by = ""] = /^(\S+) (-?\d{1,9})(?: (.*))?$/.exec(line) ?? [];
  const left = Math.max(0, Number(seconds));
  const said: Readonly<Record<string, string>> = {
    open: `goes back in ${left} s unless confirmed`,
    "open-trial": `a trial boot: reboots in ${left} s unless confirmed`,
    "going-back": "goes back",
    "going-back-trial": "goes back, by a reboot",
    "back-cut": "its way back was cut short",
    committing: "confirmed, and becoming what boots",
    "commit-cut": "confirmed, but what boots was cut short",
    boot: "a trial boot begins",
    lock: "a deployment is under way",
  };
  const text = said[what];
  return text === undefined ? [] : [by === "" ? text : `${text} (${word(by)})`];
}

const label = (name: string) => name.toLowerCase().split(".")[0];

/**
 * Another host that a machine is, by its name. Nobody can be told by a name that no host has: the flake may call this one so.
 * @param wanted as for statusOf; the name of a system stands in its path
 */
function otherHost(host: string, name: string, hosts: readonly string[], wanted: string | undefined): string | undefined {
  const is = (one: string) =>
    one.toLowerCase() === name.toLowerCase() || label(one) === name.toLowerCase() || one === label(name);
  if (is(host) || wanted?.includes(`-nixos-system-${name}-`)) return undefined;
  return hosts.find((one) => one === name) ?? hosts.find(is);
}

/** Those fields that are known. */
const known = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** Why an answer is none; undefined for one that is whole. */
function silence({ status, facts, said, ms }: Answer, runs: string | undefined): string | undefined {
  if (status === undefined) return `has not answered within ${Math.round(ms / 1000)} s`;
  if (status === 0 && facts.one("over") === "yes" && runs !== undefined) return undefined;
  if (said !== "") return word(said);
  return runs === undefined
    ? `has said nothing that can be understood (status ${status})`
    : `has given half an answer (status ${status})`;
}

/**
 * @param hosts all hosts that are known of the flake
 * @param wanted the path of the system that the flake has for it; "" where it does not evaluate, undefined where nobody asked
 */
export function statusOf(answer: Answer, hosts: readonly string[], wanted: string | undefined): Status {
  const { host, target, facts, ms } = answer;
  const text = (name: string) => {
    const value = facts.one(name);
    return value === undefined ? undefined : word(value);
  };
  const path = (name: string) => facts.all(name).find(isSystem);
  // A fact without a value says that there are none, and no fact that nobody knows.
  const listed = (name: string) => {
    const values = facts.all(name);
    return values.length === 0 ? undefined : values.filter(Boolean).slice(0, 100);
  };
  const name = text("system-name");
  const [runs, boots, date] = [path("runs"), path("boots"), facts.number("date")];
  const [total, available] = [facts.number("memory"), facts.number("available")];
  const inodes = (at: string): Pick<Disk, "inodes"> => {
    const line = listed("inodes")?.find((one) => one.startsWith(`${at} `)) ?? "";
    const [, total, free] = / (\d{1,15}) (\d{1,15})$/.exec(line) ?? [];
    if (total === undefined || Number(total) === 0 || Number(free) > Number(total)) return {};
    return { inodes: { total: Number(total), free: Number(free) } };
  };
  const disks = listed("disk")?.flatMap((line) => {
    const [, at, size, free] = /^(\/[\x21-\x7e]{0,80}) (\d{1,15}) (\d{1,15})$/.exec(line) ?? [];
    return at === undefined || Number(size) === 0 || Number(free) > Number(size)
      ? []
      : [{ at, size: Number(size) * 1024, free: Number(free) * 1024, ...inodes(at) }];
  });
  const why = silence(answer, runs);
  const same = runs === wanted && boots === wanted ? "same" : "differs";
  return known({
    ...{
      host,
      target,
      answers: why === undefined,
      why,
      ms,
      user: text("user"),
      runs,
      boots,
      booted: path("booted"),
      profile: path("profile"),
    },
    // tell() of what isn't NixOS takes two names that lead nowhere for the same.
    activationFailed: runs === undefined ? undefined : runs !== "nothing" && facts.one("failed") === "yes",
    ...{
      generation: facts.number("number"),
      date: date === undefined || date > 2 ** 33 ? undefined : new Date(date * 1000).toISOString(),
    },
    ...{ revision: text("revision"), nixosVersion: text("version"), kernelVersion: text("kernel") },
    reboot: rebootOf(text("reboot")),
    ...{ failedUnits: listed("unit")?.map(word), disks },
    memory:
      total === undefined || available === undefined || total === 0 || available > total
        ? undefined
        : { total: total * 1024, available: available * 1024 },
    ...{
      load: facts.number("load"),
      cores: facts.number("cores"),
      uptime: facts.number("up"),
      armed: listed("armed")?.flatMap(armament),
    },
    ...{ name, otherHost: name === undefined ? undefined : otherHost(host, name, hosts, wanted) },
    flake: wanted === undefined ? undefined : wanted === "" ? "does not evaluate" : runs === undefined ? undefined : same,
  } as const);
}
