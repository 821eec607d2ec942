// In which order hosts are begun: what hey.toml says of it (`order`, `after`), and how many of them at a time. Pure.
import { Usage } from "../spec/errors.ts";

/** A host of a run, and what its hey.toml says of when it is begun. */
export interface Placed {
  readonly host: string;
  /** The hosts of a lower order come first. */
  readonly order: number;
  /** Hosts of the run that must hold before this one is begun. */
  readonly after: readonly string[];
}

/** What must be over before a host is begun. */
const before = (one: Placed, all: readonly Placed[]): readonly string[] => [
  ...new Set([...one.after, ...all.filter(({ order }) => order < one.order).map(({ host }) => host)]),
];

/** Hosts each of which waits for the one behind it, and the last for the first; undefined where there is no such circle. */
function circleIn(waits: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const follow = (host: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(host)) return way.slice(way.indexOf(host));
    if (done.has(host)) return undefined;
    for (const other of waits.get(host) ?? []) {
      const circle = follow(other, [...way, host]);
      if (circle !== undefined) return circle;
    }
    done.add(host);
    return undefined;
  };
  for (const host of waits.keys()) {
    const circle = follow(host, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/**
 * The hosts in turns: all of a turn may be begun when those of the turns before it are over. In a turn they stand as they came.
 * @throws Usage where hosts wait for each other
 */
export function turns(placed: readonly Placed[]): readonly (readonly string[])[] {
  const waits = new Map(placed.map((one) => [one.host, before(one, placed)]));
  const circle = circleIn(waits);
  if (circle !== undefined) {
    const some = circle.map((host, at) => `${host} waits for ${circle[at + 1] ?? (circle.length === 1 ? "itself" : circle[0])}`);
    throw new Usage(`by hey.toml ${some.join(", and ")}; change after or order of one of them`);
  }
  const turnOf = new Map<string, number>();
  const turn = (host: string): number => {
    const known = turnOf.get(host);
    if (known !== undefined) return known;
    const found = Math.max(-1, ...(waits.get(host) ?? []).map(turn)) + 1;
    turnOf.set(host, found);
    return found;
  };
  const last = Math.max(-1, ...placed.map(({ host }) => turn(host)));
  return Array.from({ length: last + 1 }, (_, at) => placed.flatMap(({ host }) => (turn(host) === at ? [host] : [])));
}

/** How many hosts a batch has: `4`, or `25%` of so many, rounded up. */
export const batchSize = (batch: string, hosts: number): number =>
  batch.endsWith("%") ? Math.max(1, Math.ceil((hosts * Number.parseInt(batch, 10)) / 100)) : Number(batch);

/** A turn in batches of that size. */
export const batches = <T>(turn: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(turn.length / size) }, (_, at) => turn.slice(at * size, (at + 1) * size));
