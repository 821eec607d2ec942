// Runs the lanes of several hosts: all ask their hosts, then one build, then each goes on in its turn.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { Refusal } from "../errors.ts";
import { requirePrograms } from "../run.ts";
import { render } from "../script.ts";
import { displayFor, table } from "./display.ts";
import { Events } from "./events.ts";
import type { Fleet } from "./fleet.ts";
import { RunningLane } from "./lane.ts";
import { held, type Result, resultOf } from "./result.ts";
import { begin, release } from "./transcripts.ts";

/** How long a host may take to answer, in milliseconds: a login that hangs looks alive to ssh. */
const patience = 30_000;

/** How often it is looked after the lanes, in milliseconds. */
const pace = 100;

/** @returns 0; 20 where a host failed or was not begun; 21 where hosts were skipped, and nothing else; 128 + n after signal n */
const statusOf = (results: readonly Result[]) =>
  results.every(held) ? 0 : results.every((one) => held(one) || one.outcome === "skipped") ? 21 : 20;

/**
 * @param name the verb's
 * @throws Refusal before anything runs where a program isn't on PATH
 */
export async function runFleet(name: string, fleet: Fleet): Promise<number> {
  const { dir, build } = fleet;
  const buildText = build === undefined ? "" : render(name, build);
  const scripts = Object.fromEntries(fleet.lanes.map(({ host, plan }) => [host, render(name, plan)]));
  for (const { plan, host } of fleet.lanes) requirePrograms(plan, scripts[host] ?? "");
  if (build !== undefined) requirePrograms(build, buildText);
  try {
    begin(dir, scripts);
  } catch (error) {
    throw new Refusal(`the run's directory can't be made (${(error as Error).message}); nothing was done`);
  }
  // A terminal that is gone takes nothing along: the lanes have transcripts of their own.
  process.stderr.on("error", () => undefined);
  const events = new Events(dir, fleet.json);
  const hosts = fleet.lanes.map(({ host }) => host);
  const display = await displayFor(name, hosts, fleet.json);
  events.say({ step: "run", argv: process.argv.slice(1), hosts });

  const lanes = fleet.lanes.map((lane) => new RunningLane(lane, dir, name));
  for (const lane of lanes) events.say({ step: "lane", host: lane.host, argv: ["/bin/sh", join(lane.dir, "script")] });

  // The first ^C lets everything that has begun come to its end; the second takes it back.
  let stopped: number | undefined;
  let firm = false;
  const stop = (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => {
    firm = stopped !== undefined || signal !== "SIGINT";
    stopped = 128 + constants.signals[signal];
    const going = lanes.filter((lane) => lane.begun !== undefined && lane.status === undefined);
    const names = going.map(({ host }) => host).join(", ");
    if (going.length > 0)
      display.say(
        firm
          ? `${signal}: these are told to go back: ${names}`
          : `^C: no host is begun any more. These come to their end, or go back at another ^C: ${names}`,
      );
    if (firm) for (const lane of going) lane.signal(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));

  const look = () => {
    for (const lane of lanes) {
      const said = lane.said();
      if (said.length === 0) continue;
      display.heard(lane, said);
      for (const text of said) events.say({ step: "step", host: lane.host, text });
    }
  };
  let watching = true;
  const ticker = setInterval(() => {
    look();
    if (watching) display.tick(lanes);
  }, pace);

  const results = new Map<RunningLane, Result>();
  const finished = (lane: RunningLane) =>
    lane.ended.then(() => {
      look();
      const result = resultOf(lane);
      results.set(lane, result);
      const { outcome, text, from, to, reboot, last, transcript, ms, status = null } = result;
      events.say({ step: "ended", host: lane.host, status, ms, outcome, text, from, to, reboot, last, transcript });
      return result;
    });
  const ends = new Map(lanes.map((lane) => [lane, finished(lane)]));

  const until = (is: () => boolean) =>
    new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!is()) return;
        clearInterval(timer);
        resolve();
      }, pace / 2);
    });
  const asking = () => lanes.filter((lane) => lane.status === undefined && !lane.answered);
  const impatient = setTimeout(() => {
    for (const lane of asking()) lane.giveUp();
  }, patience);
  await until(() => asking().length === 0 || stopped !== undefined);
  clearTimeout(impatient);

  const waiting = () => lanes.filter((lane) => lane.status === undefined && lane.begun === undefined);
  const silent = lanes.some((lane) => lane.status !== undefined);
  let enough = fleet.requireAll && silent;
  if (enough) display.say("not all hosts are ready, and --require-all was asked for: nothing is built or changed");
  if (build !== undefined && stopped === undefined && !enough && waiting().length > 0) {
    for (const lane of lanes) if (lane.status !== undefined) writeFileSync(join(lane.dir, "skip"), "");
    const argv = ["/bin/sh", join(dir, "build")];
    writeFileSync(join(dir, "build"), buildText, { mode: 0o600 });
    events.say({ step: "build", argv });
    const began = Date.now();
    // nix has the terminal meanwhile.
    watching = false;
    display.rest();
    const status = await new Promise<number>((resolve) => {
      const builder = spawn("/bin/sh", argv.slice(1), { stdio: ["inherit", 2, 2] });
      builder.on("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
    });
    watching = true;
    events.say({ step: "built", argv, status, ms: Date.now() - began });
    if (status > 128) stopped ??= status;
  }

  const go = async (some: readonly RunningLane[]) => {
    const queue = some.filter((lane) => lane.status === undefined);
    const worker = async () => {
      for (let lane = queue.shift(); lane !== undefined; lane = queue.shift()) {
        if (stopped !== undefined || enough) return;
        lane.begin();
        events.say({ step: "begin", host: lane.host });
        const result = await ends.get(lane);
        if (fleet.serial && result !== undefined && !held(result)) enough = true;
      }
    };
    await Promise.all(Array.from({ length: fleet.jobs }, worker));
  };
  const { canary } = fleet;
  const canaries = typeof canary === "number" ? waiting().slice(0, canary) : lanes.filter(({ host }) => host === canary);
  if (canaries.length > 0) {
    await go(canaries);
    const failing = canaries.map((lane) => results.get(lane)).filter((one) => one === undefined || !held(one));
    if (failing.length > 0 && stopped === undefined && !enough) {
      enough = true;
      display.say(`${failing.map((one) => one?.host).join(", ")} went first and did not hold; the others are left as they are`);
    }
  }
  await go(waiting());
  for (const lane of waiting()) lane.signal("SIGTERM");
  await Promise.all(ends.values());

  clearInterval(ticker);
  display.rest();
  release(dir);
  const all = lanes.map((lane) => results.get(lane)).filter((one) => one !== undefined);
  const status = stopped ?? statusOf(all);
  events.say({ step: "over", status });
  if (!fleet.json) process.stdout.write(table(all));
  return status;
}
