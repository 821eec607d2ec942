// What a host says of itself, as the fields that ops-status shows.
import type { Answer } from "../inquiry/inquiry.ts";

/** One object of `ops-status --json`; what isn't known is left out. */
export interface Status {
  readonly host: string;
  readonly target: string;
  readonly answers: boolean;
  /** Why it has not answered. */
  readonly why?: string;
  /** Milliseconds until it had. */
  readonly ms: number;
  /** Paths of the systems that run, boot, and were booted. */
  readonly runs?: string;
  readonly boots?: string;
  readonly booted?: string;
  /** The number of the generation that boots, and when it was made (ISO 8601). */
  readonly generation?: number;
  readonly date?: string;
  /** The flake's git revision, where its configuration says it (system.configurationRevision). */
  readonly revision?: string;
  readonly nixosVersion?: string;
  readonly kernelVersion?: string;
  /** What only a reboot changes. */
  readonly reboot?: string;
  readonly failedUnits: readonly string[];
  /** In bytes. */
  readonly disks: readonly { readonly at: string; readonly size: number; readonly free: number }[];
  readonly memory?: { readonly total: number; readonly available: number };
  /** Of the last minute. */
  readonly load?: number;
  /** Seconds since it was booted. */
  readonly uptime?: number;
  /** What goes back by itself, or holds the lock; "unknown" where only root may see it. */
  readonly armed: readonly string[];
  /** Whether it runs and boots what the flake says, where that was evaluated. */
  readonly flake?: "same" | "differs" | "does not evaluate";
}

const known = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/**
 * @param wanted the path of the system that the flake has for it; "" where it does not evaluate, undefined where nobody asked
 */
export function statusOf(answer: Answer, wanted: string | undefined): Status {
  const { host, target, status, facts, said, ms } = answer;
  const runs = facts.one("runs");
  if (runs === undefined) {
    const why = status === undefined ? "does not answer in time" : said || `ended with status ${status}`;
    return { host, target, answers: false, why, ms, failedUnits: [], disks: [], armed: [] };
  }
  const [boots, date] = [facts.one("boots"), facts.number("date")];
  const [total, available] = [facts.number("memory"), facts.number("available")];
  const disks = facts.all("disk").flatMap((line) => {
    const [, at, size, free] = /^(\/\S*) (\d+) (\d+)$/.exec(line) ?? [];
    return at === undefined ? [] : [{ at, size: Number(size) * 1024, free: Number(free) * 1024 }];
  });
  return known({
    ...{ host, target, answers: true, ms, runs, boots, booted: facts.one("booted"), generation: facts.number("number") },
    ...{ date: date === undefined ? undefined : new Date(date * 1000).toISOString(), revision: facts.one("revision") },
    ...{
      nixosVersion: facts.one("version"),
      kernelVersion: facts.one("kernel"),
      reboot: facts.one("reboot")?.replaceAll("->", "→"),
    },
    ...{
      failedUnits: facts.all("unit"),
      disks,
      load: facts.number("load"),
      uptime: facts.number("up"),
      armed: facts.all("armed"),
    },
    memory: total === undefined || available === undefined ? undefined : { total: total * 1024, available: available * 1024 },
    flake:
      wanted === undefined
        ? undefined
        : wanted === ""
          ? ("does not evaluate" as const)
          : runs === wanted && boots === wanted
            ? ("same" as const)
            : ("differs" as const),
  });
}
