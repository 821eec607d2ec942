// Asks all machines of an inquiry side by side, once or again and again, and shows what is made of their answers.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { requirePrograms } from "../run.ts";
import { render } from "../script.ts";
import type { Plan } from "../step.ts";
import { Facts } from "./facts.ts";
import type { Answer, Inquiry, Report } from "./inquiry.ts";

/** What a machine may say at most, in bytes: it is read into memory. */
const most = 4 << 20;

type Asking = Pick<Answer, "host" | "target"> & { readonly plan: Plan };

class Scripts {
  readonly #going = new Set<number>();

  /** For all that go on, and what they have started. */
  end(): void {
    for (const pid of this.#going) {
      try {
        process.kill(-pid, "SIGTERM");
      } catch {
        // It has just ended.
      }
    }
  }

  /** @param patience in seconds; without it as long as it takes, and its stderr is the terminal's */
  run(name: string, { host, target, plan }: Asking, patience?: number): Promise<Answer> {
    const began = Date.now();
    const errors = patience === undefined ? "inherit" : "pipe";
    const child = spawn("/bin/sh", ["-c", render(name, plan)], { stdio: ["ignore", "pipe", errors], detached: true });
    const { pid } = child;
    if (pid !== undefined) this.#going.add(pid);
    let [out, said, late] = ["", "", false];
    const hear = (stream: typeof child.stdout, take: (text: string) => void) => {
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => take(text));
    };
    hear(child.stdout, (text) => {
      if (out.length < most) out += text;
    });
    hear(child.stderr, (text) => {
      said = (said + text).slice(-4096);
    });
    return new Promise((resolve) => {
      const end = (status: number) => {
        clearTimeout(timer);
        if (pid !== undefined) this.#going.delete(pid);
        const lines = said.split(/[\r\n]+/).map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, "").trim());
        const last = lines.filter(Boolean).at(-1) ?? "";
        resolve({ host, target, status: late ? undefined : status, facts: new Facts(out), said: last, ms: Date.now() - began });
      };
      const timer = setTimeout(
        () => {
          late = true;
          try {
            if (pid !== undefined) process.kill(-pid, "SIGKILL");
          } catch {
            // It has just ended.
          }
        },
        patience === undefined ? 2 ** 31 - 1 : patience * 1000,
      );
      child.on("error", () => end(127));
      child.on("close", (code, signal) => end(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
    });
  }
}

async function once(name: string, inquiry: Inquiry, scripts: Scripts): Promise<Report> {
  const { questions, beside, patience } = inquiry;
  const found = beside === undefined ? undefined : scripts.run(name, { host: "", target: "", plan: beside });
  const answers = await Promise.all(questions.map((question) => scripts.run(name, question, patience)));
  return inquiry.report(answers, await found);
}

/** A report on the screen in the place of the one before, until ^C. */
async function watched(name: string, inquiry: Inquiry, scripts: Scripts, seconds: number): Promise<Report> {
  const { createLogUpdate } = await import("log-update");
  const area = process.stdout.isTTY ? createLogUpdate(process.stdout) : (text: string) => void process.stdout.write(`${text}\n`);
  for (;;) {
    const { text } = await once(name, inquiry, scripts);
    area(text.trimEnd());
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** @throws Refusal before anything is asked where a program isn't on PATH */
export async function runInquiry(name: string, inquiry: Inquiry): Promise<number> {
  const { questions, beside, again } = inquiry;
  for (const plan of [...(beside === undefined ? [] : [beside]), ...questions.map((question) => question.plan)])
    requirePrograms(plan, render(name, plan));
  const scripts = new Scripts();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      scripts.end();
      // The shell's prompt goes below what was shown last.
      if (again !== undefined && process.stdout.isTTY) process.stdout.write("\n");
      process.exit(128 + constants.signals[signal]);
    });
  }
  if (again !== undefined) return (await watched(name, inquiry, scripts, again)).status;
  const { text, status } = await once(name, inquiry, scripts);
  process.stdout.write(text);
  return status;
}
