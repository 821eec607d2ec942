// What happens in a run, as JSON: one object a line. lib/verb/topics.ts explains it, test/fleet/ checks every line of real runs against it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { shownJson } from "../text/json.ts";
import type { Result } from "./result.ts";

/** All six are in every event; what else an event has depends on its step. */
export interface Event {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Null where it is about all. */
  readonly host: string | null;
  /**
   * `run`: all begins. `lane`: a host is asked. `build` and `built`: before and after it. `batch`: these hosts come next. `begin`: it is
   * the host's turn. `preview`: what will change on it. `step`: a lane has said a line. `ended`: a lane is over. `over`: all is.
   */
  readonly step: "run" | "lane" | "batch" | "begin" | "preview" | "step" | "build" | "built" | "ended" | "over";
  /** What was started; null where nothing was. */
  readonly argv: readonly string[] | null;
  /** An exit status; null for what goes on, or was never its turn. */
  readonly status: number | null;
  /** Milliseconds since the run began; in an end, how long that took. */
  readonly ms: number;
}

/** What is said beside, by step. */
type More =
  | { readonly step: "run"; readonly hosts: readonly string[]; readonly flake: string; readonly looks: boolean }
  | { readonly step: "batch"; readonly hosts: readonly string[] }
  | { readonly step: "lane" | "begin" | "build" | "built" | "over" }
  | { readonly step: "step" | "preview"; readonly text: string }
  | ({ readonly step: "ended" } & Pick<
      Result,
      "outcome" | "text" | "from" | "to" | "reboot" | "programStatus" | "last" | "transcript"
    >);

type Said = Partial<Omit<Event, "time" | "step">> & More;

export class Events {
  readonly #began = Date.now();

  /**
   * @param dir of the run
   * @param aloud also on stdout
   */
  constructor(
    readonly dir: string,
    readonly aloud: boolean,
  ) {}

  say(said: Said): void {
    const ms = Date.now() - this.#began;
    const line = `${shownJson({ time: new Date().toISOString(), host: null, argv: null, status: null, ms, ...said })}\n`;
    try {
      appendFileSync(join(this.dir, ".events"), line, { mode: 0o600 });
    } catch {
      // A full disk costs the record, and no host its deployment.
    }
    if (this.aloud) process.stdout.write(line);
  }
}
