// What is known of a machine: where it is reached, and what hey.toml says of it.
import type { Declared } from "./aliases.ts";

/** One line of hey.toml, for one machine. Its name is the option's, or one that only hey.toml has. */
export interface Setting {
  readonly name: string;
  /** For an option without a value whether it counts; else the values, in the words that would be typed. */
  readonly value: boolean | readonly string[];
  /** It as it could stand there, on one line: `confirm-timeout = 120`. What follows the sign is JSON. */
  readonly text: string;
  /** The table that it stands in. */
  readonly of: "defaults" | "host" | "flake";
  /** Its line in hey.toml, from 1. */
  readonly line: number;
  /** Why it needs the user's trust, if it does. */
  readonly trust?: "runs" | "leads";
  /** It does, and hasn't it. */
  readonly untrusted?: true;
}

/** What a hey.toml says of its own flake, under [flake]. */
export interface FlakeSettings {
  /** What stands behind the `?` of the flake's own reference, where none is typed. */
  query?: string;
  /** As --impure. */
  impure?: boolean;
  /** As --override-input. */
  overrideInput?: readonly (readonly [string, string])[];
  /** Those of these that need the user's trust. */
  trusting: Setting[];
}

/** A hey.toml; without one all of it is empty. */
export interface Settings {
  /** Its bytes, as they were read. */
  readonly bytes?: Uint8Array;
  readonly flake: FlakeSettings;
  readonly defaults: readonly Setting[];
  /** By host: its own ones only. */
  readonly hosts: ReadonlyMap<string, readonly Setting[]>;
  /** The line in which each of these is first named. */
  readonly lines: ReadonlyMap<string, number>;
}

/** What says where a host is reached: its `target` in hey.toml, an alias of ssh's configuration, or nothing but its own name. */
export type Rule =
  | { readonly by: "hey.toml"; readonly line: number }
  | ({ readonly by: "alias" } & Declared)
  | { readonly by: "name" };

/** A host of a flake, as the verbs act on it. */
export interface Machine {
  readonly host: string;
  /** What ssh is given where nothing else was typed. */
  readonly target: string;
  readonly rule: Rule;
  /** When it is begun in a run of several: those of a lower order are begun first. */
  readonly order: number;
  /** Which hosts of the run must hold before it is begun: a selection, as of --on. */
  readonly after: string | undefined;
  /** Sorted, each once. */
  readonly tags: readonly string[];
  /** What hey.toml says of it, its own first; those of [defaults] that it doesn't have itself follow. Those that only hey.toml has are among them. */
  readonly settings: readonly Setting[];
  /** What it says besides, and what counts only once the user trusts it. */
  readonly held: readonly Setting[];
  /** The flake has no such host, so that its hey.toml says nothing of it. */
  readonly isElsewhere?: true;
}

/** Sorted by host. */
export type Inventory = readonly Machine[];

/** The head of a host's table in hey.toml. */
export const headOf = (host: string) => (/^[\w-]+$/.test(host) ? `[hosts.${host}]` : `[hosts.${JSON.stringify(host)}]`);

/** A setting as it could stand in hey.toml, on one line. */
export function settingText(name: string, value: unknown): string {
  const items = Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]` : undefined;
  return `${name} = ${items ?? (typeof value === "bigint" ? value : JSON.stringify(value))}`;
}
