// Runs the lanes of several hosts: all ask their hosts, then one build, then each goes on in its turn.
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { again, againOn, ignored } from "../here/called.ts";
import { reason } from "../here/new-file.ts";
import { requirePrograms, requireTerminal } from "../run/programs.ts";
import { script, texts } from "../script/render.ts";
import { Refusal } from "../spec/errors.ts";
import { Builder } from "./builder.ts";
import { type Display, displayFor, table } from "./display.ts";
import { Events } from "./events.ts";
import type { Fleet } from "./fleet.ts";
import { RunningLane } from "./lane.ts";
import { agreed } from "./question.ts";
import { held, type Result, resultOf } from "./result.ts";
import { begin, preview, release } from "./transcripts.ts";
import { batches, batchSize } from "./waves.ts";

/** How long a host may take to answer, in milliseconds: a login that hangs looks alive to ssh. */
const patience = 30_000;

/** How often it is looked after the lanes, in milliseconds. */
const pace = 100;

/** Waits until something is so. */
const until = (is: () => boolean) =>
  new Promise<void>((resolve, reject) => {
    const timer = setInterval(() => {
      try {
        if (!is()) return;
        resolve();
      } catch (error) {
        reject(error);
      }
      clearInterval(timer);
    }, pace / 2);
  });

/** @returns 0; 20 where a host failed or was not begun; 21 where hosts were skipped, and nothing else */
const statusOf = (results: readonly Result[]) =>
  results.every(held) ? 0 : results.every((one) => held(one) || one.outcome === "skipped") ? 21 : 20;

class Run {
  readonly #lanes: readonly RunningLane[];
  readonly #results = new Map<RunningLane, Result>();
  readonly #ends: ReadonlyMap<RunningLane, Promise<Result>>;
  readonly #ticker: NodeJS.Timeout;
  /** Whether a person is being asked. */
  #asks = false;
  /** Set while nix has the terminal. */
  #builder: Builder | undefined;
  /** 128 + n after signal n: no host is begun any more. */
  #stopped: number | undefined;
  /** Why no host is begun any more, if not by a signal. */
  #enough = false;
  /** Whether the lanes were told to end. */
  #told = false;
  /** Whether something has failed here. */
  #failed = false;
  /** How many hosts waited for their turn when the first was begun. */
  #answering = 0;

  constructor(
    readonly fleet: Fleet,
    readonly events: Events,
    readonly display: Display,
    readonly name: string,
  ) {
    this.#lanes = fleet.lanes.map((lane) => new RunningLane(lane, fleet.dir, name));
    for (const { host, dir } of this.#lanes) events.say({ step: "lane", host, argv: ["/bin/sh", join(dir, "script"), host] });
    this.#ends = new Map(this.#lanes.map((lane) => [lane, this.#end(lane)]));
    this.#ticker = setInterval(() => {
      this.#look();
      if (this.#builder === undefined && !this.#asks) display.tick(this.#lanes);
    }, pace);
  }

  /** Takes down what the lanes have said. */
  #look(): void {
    for (const lane of this.#lanes) {
      if (lane.limitTime())
        this.display.say(
          `${lane.host} is given up on, as it takes longer than --lane-timeout: it is told to go back, and what was started there may go on`,
        );
      const said = lane.said();
      if (said.length === 0) continue;
      this.display.heard(lane, said);
      for (const text of said) this.events.say({ step: "step", host: lane.host, text });
    }
  }

  async #end(lane: RunningLane): Promise<Result> {
    await lane.ended;
    this.#look();
    this.display.ended(lane);
    const result = resultOf(lane);
    this.#results.set(lane, result);
    const { outcome, text, from, to, reboot, programStatus, last, transcript, ms, status = null } = result;
    this.events.say({
      step: "ended",
      host: lane.host,
      status,
      ms,
      outcome,
      text,
      from,
      to,
      reboot,
      programStatus,
      last,
      transcript,
    });
    return result;
  }

  /** The first ^C lets everything that has begun come to its end; the second, and any other signal, takes it back. None cuts that short. */
  stop(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
    const firm = this.#stopped !== undefined || signal !== "SIGINT";
    this.#stopped = 128 + constants.signals[signal];
    const going = this.#lanes.filter((lane) => lane.begun !== undefined && lane.status === undefined);
    const names = going.map(({ host }) => host).join(", ");
    if (this.#told) return;
    if (going.length > 0)
      this.display.say(
        firm
          ? `${signal}: these are told to stop, or to go back, and are waited for: ${names}. kill -9 ${process.pid} ends only the waiting`
          : `^C: no host is begun any more. These come to their end, or go back at another ^C: ${names}`,
      );
    if (!firm) return;
    this.#told = true;
    this.#builder?.signal(signal);
    for (const lane of going) lane.signal(signal);
  }

  /** Something fails here, as on a full disk: no host is begun any more, and those that are come to their end. */
  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#enough = true;
    this.display.say(`${reason(error)}: no host is begun any more, and those under way come to their end`);
  }

  /** The lanes that wait for their turn. */
  #waiting(): readonly RunningLane[] {
    return this.#lanes.filter((lane) => lane.status === undefined && lane.begun === undefined);
  }

  #refuse(why: string): void {
    this.#enough = true;
    this.display.say(`${why}: nothing is built or changed`);
  }

  /** Asks a host, and waits until it has answered, or was given up. */
  async #first(lane: RunningLane): Promise<void> {
    lane.start();
    const impatient = setTimeout(() => lane.giveUp(), patience);
    await until(() => lane.status !== undefined || lane.answered || this.#stopped !== undefined);
    clearTimeout(impatient);
  }

  /** Waits until each host has answered, or was given up. The same hosts lead to some of them, and take only so many at once. */
  async ask(): Promise<void> {
    const ways = new Set(this.#lanes.map(({ through }) => through));
    const asked = [...ways].map((way) => {
      const lanes = this.#lanes.filter(({ through }) => through === way);
      return way === "" ? Promise.all(lanes.map((lane) => this.#first(lane))) : this.#each(lanes, (lane) => this.#first(lane));
    });
    await Promise.all(asked);
    const { canary, requireAll } = this.fleet;
    const isOut = (lane: RunningLane) => lane.status !== undefined;
    if (requireAll && this.#lanes.some(isOut)) this.#refuse("not all hosts are ready, and --require-all was asked for");
    // What is to go first decides about all others.
    else if (this.#lanes.some((lane) => lane.host === canary && isOut(lane) && lane.waits && lane.status !== 0))
      this.#refuse(`${canary} is to go first, and is not ready`);
  }

  /** @param text the script that builds for all */
  async build(text: string): Promise<void> {
    if (this.#stopped !== undefined || this.#enough || this.#waiting().length === 0) return;
    for (const lane of this.#lanes) if (lane.status !== undefined) writeFileSync(join(lane.dir, "skip"), "");
    const argv = ["/bin/sh", join(this.fleet.dir, ".build")] as const;
    writeFileSync(argv[1], text, { mode: 0o600 });
    this.events.say({ step: "build", argv });
    const began = Date.now();
    this.display.rest();
    this.#builder = new Builder(argv);
    const status = await this.#builder.ended;
    this.#builder = undefined;
    this.events.say({ step: "built", argv, status, ms: Date.now() - began });
    if (status > 128) this.#stopped ??= status;
  }

  /** Takes some lanes a step further, no more than so many at once. */
  async #each(some: readonly RunningLane[], further: (lane: RunningLane) => Promise<void>): Promise<void> {
    const queue = some.filter((lane) => lane.status === undefined);
    const worker = async () => {
      for (let lane = queue.shift(); lane !== undefined; lane = queue.shift()) {
        if (this.#stopped !== undefined || this.#enough) return;
        await further(lane);
      }
    };
    await Promise.all(Array.from({ length: this.fleet.jobs }, worker));
  }

  #go(some: readonly RunningLane[]): Promise<void> {
    return this.#each(some, async (lane) => {
      lane.begin();
      this.events.say({ step: "begin", host: lane.host });
      await this.#ends.get(lane);
      this.#countFailures();
    });
  }

  /** Begins no host any more where too many have failed. */
  #countFailures(): void {
    const { stopAfter } = this.fleet;
    const failed = this.#lanes.filter((lane) => lane.begun !== undefined && this.#results.get(lane)?.outcome === "failed");
    if (this.#enough || failed.length < stopAfter) return;
    this.#enough = true;
    if (this.#waiting().length > 0)
      this.display.say(`${failed.map(({ host }) => host).join(", ")} failed; no other host is begun`);
  }

  /** Shows what will change, for all that it is wanted for, and asks once whether it may. Nothing has changed on any host until then. */
  async preview(): Promise<void> {
    if (!this.fleet.previews) return;
    const previewing = this.#waiting().filter(({ previews }) => previews);
    await this.#each(previewing, async (lane) => {
      lane.looking = true;
      lane.prepare();
      await until(() => preview(lane.dir) !== "" || lane.status !== undefined || this.#stopped !== undefined);
      lane.looking = false;
    });
    const ready = this.#waiting();
    const texts = ready.filter(({ previews }) => previews).map(({ host, dir }) => ({ host, text: preview(dir).trimEnd() }));
    for (const { host, text } of texts) {
      this.events.say({ step: "preview", host, text });
      this.display.say(`${host}: ${text}`);
    }
    if (!this.fleet.asks || ready.length === 0 || this.#stopped !== undefined || this.#enough) return;
    this.#asks = true;
    this.display.rest();
    // Who is asked must have seen it.
    const unseen = process.stderr.isTTY ? "" : texts.map(({ host, text }) => `${host}: ${text}\n`).join("");
    const question = `${unseen}Go on with ${ready.map(({ host }) => host).join(", ")}? [y/N] `;
    const yes = await agreed(question, () => this.#stopped !== undefined);
    this.#asks = false;
    if (!yes && this.#stopped === undefined) {
      this.#enough = true;
      this.display.say("not agreed to; nothing was changed on any host");
    }
  }

  /** What goes first, and the others only if that holds. */
  async go(): Promise<void> {
    const { canary, turns } = this.fleet;
    this.#answering = this.#waiting().length;
    const inTurns = turns.flat().flatMap((host) => this.#waiting().filter((lane) => lane.host === host));
    const first = typeof canary === "number" ? inTurns.slice(0, canary) : inTurns.filter(({ host }) => host === canary);
    await this.#go(first);
    const failing = first.map((lane) => this.#results.get(lane)).filter((one) => one === undefined || !held(one));
    if (failing.length > 0 && this.#stopped === undefined && !this.#enough) {
      this.#enough = true;
      this.display.say(
        `${failing.map((one) => one?.host).join(", ")} went first and did not hold; the others are left as they are`,
      );
    }
    for (const turn of this.fleet.turns) await this.#goInBatches(this.#waiting().filter(({ host }) => turn.includes(host)));
  }

  /** A turn: without those that wait for a host that did not hold. */
  async #goInBatches(turn: readonly RunningLane[]): Promise<void> {
    const { after, batch, pause } = this.fleet;
    for (const lane of turn) {
      const failed = (after.get(lane.host) ?? []).filter((host) => !this.#holds(host));
      if (failed.length > 0) lane.unmet = `not begun: ${failed.join(", ")} did not hold`;
    }
    const ready = turn.filter(({ unmet }) => unmet === undefined);
    const size = batch === undefined ? Math.max(1, ready.length) : batchSize(batch, this.#answering);
    for (const some of batches(ready, size)) {
      if (this.#stopped !== undefined || this.#enough) return;
      if (pause > 0 && this.#begunAny) await this.#rest(pause, some);
      if (batch !== undefined) this.events.say({ step: "batch", hosts: some.map(({ host }) => host) });
      await this.#go(some);
    }
  }

  /** Whether a host of this run has come to a good end. */
  #holds(host: string): boolean {
    const result = [...this.#results.values()].find((one) => one.host === host);
    return result !== undefined && held(result);
  }

  /** @param pause seconds before these are begun */
  async #rest(pause: number, next: readonly RunningLane[]): Promise<void> {
    const end = Date.now() + pause * 1000;
    this.display.say(`${pause} s pause (--pause) before ${next.map(({ host }) => host).join(", ")}`);
    await until(() => Date.now() >= end || this.#stopped !== undefined);
  }

  get #begunAny(): boolean {
    return this.#lanes.some(({ begun, waits }) => waits && begun !== undefined);
  }

  /** Ends what was never begun, and waits for all. @returns the exit status of the whole */
  async over(): Promise<number> {
    for (const lane of this.#waiting()) lane.signal("SIGTERM");
    await Promise.all(this.#ends.values());
    clearInterval(this.#ticker);
    this.display.rest();
    try {
      release(this.fleet.dir);
    } catch {
      // The next run does.
    }
    const all = this.#lanes.map((lane) => this.#results.get(lane)).filter((one) => one !== undefined);
    const status = this.#stopped ?? (this.#failed ? 20 : statusOf(all));
    this.events.say({ step: "over", status });
    const isLeft = all.some((one) => !held(one));
    if (!this.fleet.json)
      process.stdout.write(table(all) + (isLeft ? `Again, what is left: ${againOn(this.name, "@left")}\n` : ""));
    return status;
  }
}

/**
 * @param name the verb's
 * @returns as statusOf; 128 + n after signal n
 * @throws Refusal before anything runs where a program isn't on PATH
 */
export async function runFleet(name: string, fleet: Fleet): Promise<number> {
  const { dir, build, lanes, json } = fleet;
  const line = again(name);
  const buildText = build && script(name, build, line);
  const scripts = texts(name, lanes, line);
  for (const { plan, host } of lanes) requirePrograms(plan, scripts.find(({ hosts }) => hosts.includes(host))?.text ?? "");
  if (build !== undefined && buildText !== undefined) requirePrograms(build, buildText);
  if (fleet.asks) requireTerminal();
  try {
    begin(dir, scripts, fleet.previews ? ["wait", "ask"] : ["wait"]);
  } catch (error) {
    throw new Refusal(
      `the run's directory can't be made (${(error as Error).message}); nothing was done`,
      "the same with XDG_STATE_HOME=DIR before it, a directory of yours",
    );
  }
  const hosts = lanes.map(({ host }) => host);
  const events = new Events(dir, json);
  events.say({ step: "run", argv: process.argv.slice(1), hosts, flake: fleet.flake, looks: fleet.looks });
  const run = new Run(fleet, events, await displayFor(name, hosts, json), name);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, ignored(constants.signals[signal]) ? () => undefined : () => run.stop(signal));
  process.on("uncaughtException", (error) => run.fail(error));
  try {
    await run.ask();
    if (buildText !== undefined) await run.build(buildText);
    await run.preview();
    await run.go();
  } catch (error) {
    run.fail(error);
  }
  return run.over();
}
