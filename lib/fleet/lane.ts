// One host's script while it runs. It writes its own transcript, in a session of its own: neither the terminal's ^C nor the end of
// this process touches it.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { groupGone, send } from "../run/processes.ts";
import { plain } from "../text/plain.ts";
import { does, type Lane } from "./fleet.ts";
import { facts } from "./transcripts.ts";

/** How much of a line goes on, in characters: its transcript has it all. */
const most = 4096;

/** How long what a lane has left is waited for, in milliseconds: as long as a way back tries to reach its host. */
const remains = 120_000;

/** What ssh says where the host is there, and one of the two does not take the other. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/^(?:Host key verification failed|No .* host key is known)/, "its host key is not the known one"],
  [/: Permission denied \(|^Received disconnect .*[Aa]uthentication/, "refuses the login"],
];

/**
 * What ssh says where the host, or one that leads there, ends a connection before anybody is asked who they are: an sshd with too many of these at
 * once does.
 */
const dropped =
  /^(?:kex|ssh|banner)[_ ]exchange(?:_identification)?: |^Connection (?:closed|reset) by |^Not allowed at this time/m;

/** How often a host is asked again that has done that. */
const tries = 7;

export class RunningLane {
  readonly host: string;
  /** Of its transcript and its facts. */
  readonly dir: string;
  /** Its exit status; 128 + n after a signal. */
  readonly ended: Promise<number>;
  /** What leads to its host. */
  readonly through: string;
  started = Date.now();
  /** When it was its turn, by Date.now(). */
  begun: number | undefined;
  /** Whether its host was given up, before its turn or in it. */
  silent = false;
  overdue = false;
  /** How long it may take from its turn on, in milliseconds. */
  readonly limit: number;
  /** Whether it waits for its turn at all. */
  readonly waits: boolean;
  /** Whether it shows what will change, before it does. */
  readonly previews: boolean;
  status: number | undefined;
  /** When it ended, by Date.now(). */
  over: number | undefined;
  /** What it has said last, and before that as a step of its own. */
  last = "";
  step = "";
  /** Whether it finds out what will change. */
  looking = false;
  /** Why it was never its turn, where it waited for another host. */
  unmet: string | undefined;
  /** Why its host was not even asked, where that is there. */
  refusal: string | undefined;
  /** Whether it came to nothing as its files could not be written here. */
  cramped = false;
  #process: ChildProcess | undefined;
  #tried = 0;
  #end!: (status: number) => void;
  readonly #log: number;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(
    lane: Lane,
    run: string,
    readonly verb: string,
  ) {
    this.host = lane.host;
    this.waits = does(lane, "wait_for_turn");
    this.previews = does(lane, "preview_there");
    const { lane_timeout: most = "3600", seconds = "0", activation_timeout: activation = "0" } = lane.plan.given ?? {};
    // A guarded host is waited for until it has rolled back.
    this.limit = (Number(most) + Number(activation) + Number(seconds)) * 1000;
    this.through = lane.through;
    this.dir = join(run, lane.host);
    closeSync(openSync(this.#transcript, "a", 0o600));
    this.#log = openSync(this.#transcript, "r");
    this.ended = new Promise((resolve) => {
      this.#end = (status) => {
        this.status = status;
        this.over = Date.now();
        this.cramped = this.begun === undefined && status !== 0 && !this.answered && !this.#hasRoom();
        resolve(status);
      };
    });
  }

  get #transcript(): string {
    return join(this.dir, "log");
  }

  /** Whether anything can be written here: else it can't even say what is wrong. */
  #hasRoom(): boolean {
    const probe = join(this.dir, "probe");
    try {
      writeFileSync(probe, "\n".repeat(8192));
      rmSync(probe);
      return true;
    } catch {
      return false;
    }
  }

  /** Asks its host, and goes on to its turn. */
  start(): void {
    this.started = Date.now();
    this.#spawn();
  }

  #spawn(): void {
    if (!this.waits) this.begun = Date.now();
    this.#tried += 1;
    const log = openSync(this.#transcript, "a", 0o600);
    const child = spawn("/bin/sh", [join(this.dir, "script"), this.host], { stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    this.#process = child;
    writeFileSync(join(this.dir, "pid"), `${child.pid ?? ""}\n`);
    child.on("exit", (code, signal) => {
      if (signal === null && this.#mayTryAgain(code ?? 1)) this.#spawnLater();
      else if (signal === null) this.#end(code ?? 1);
      // Who ends by a signal has waited for nobody: what it has started goes on.
      else void groupGone(child.pid ?? 0, remains).then(() => this.#end(128 + constants.signals[signal]));
    });
    child.on("error", () => this.#end(127));
  }

  /** In a moment, and not in that of all others. */
  #spawnLater(): void {
    this.#process = undefined;
    setTimeout(() => this.status ?? this.#spawn(), 500 * this.#tried * (1 + Math.random()));
  }

  /** Whether its host was not even asked, as a connection was dropped. */
  #mayTryAgain(status: number): boolean {
    if (status !== 1 || this.#tried >= tries || this.silent || !this.waits || this.answered) return false;
    try {
      return dropped.test(readFileSync(this.#transcript, "utf8").slice(-2000));
    } catch {
      return false;
    }
  }

  /** Whether its host has answered and it waits for its turn, or is past it. */
  get answered(): boolean {
    return !this.waits || facts(this.dir).has("answered");
  }

  /** Lets it go on as far as nothing changes on its host. */
  prepare(): void {
    rmSync(join(this.dir, "wait"), { force: true });
  }

  /** Lets it go on to its end. */
  begin(): void {
    this.begun = Date.now();
    this.prepare();
    rmSync(join(this.dir, "ask"), { force: true });
  }

  /** Ends it, as its host does not answer. */
  giveUp(): void {
    this.silent = true;
    this.#stop(10_000);
  }

  /** Ends it where it takes too long, with its own way back. @returns whether it is the first time */
  limitTime(): boolean {
    if (this.overdue || this.begun === undefined || this.status !== undefined || Date.now() - this.begun < this.limit)
      return false;
    this.overdue = true;
    this.#stop(180_000);
    return true;
  }

  /** @param grace how long it may take to end, in milliseconds */
  #stop(grace: number): void {
    this.signal("SIGTERM");
    setTimeout(() => this.signal("SIGKILL"), grace).unref();
  }

  /** For it and all that it has started. */
  signal(signal: NodeJS.Signals): void {
    if (this.status !== undefined) return;
    const { pid } = this.#process ?? {};
    if (pid !== undefined) send(-pid, signal);
    // It was never begun, or is about to try again.
    else if (this.#process === undefined) this.#end(128 + constants.signals[signal]);
  }

  /** What it has said since the last time, as whole lines. */
  said(): readonly string[] {
    const buffer = Buffer.alloc(65536);
    try {
      for (let size = 1; size > 0; ) {
        size = readSync(this.#log, buffer, 0, buffer.length, null);
        this.#rest += this.#decoder.write(buffer.subarray(0, size));
      }
    } catch {
      // A disk that can't be read costs what it said, and no host its end.
    }
    const parts = this.#rest.split(/\r\n|\n|\r/);
    this.#rest = this.status === undefined ? (parts.pop() ?? "").slice(0, most) : "";
    const lines = parts.map((part) => plain(part.slice(0, most))).filter((line) => line.trim() !== "");
    for (const line of lines) {
      this.last = line;
      if (this.begun === undefined) this.refusal ??= refusals.find(([words]) => words.test(line))?.[1];
      if (line.startsWith(`${this.verb}: `)) this.step = line.slice(this.verb.length + 2);
    }
    return lines;
  }
}
