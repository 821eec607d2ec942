// Asks all machines of an inquiry side by side, once or again and again, and shows what is made of their answers.
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import { again } from "../here/called.ts";
import { putFile } from "../here/new-file.ts";
import { requirePrograms } from "../run/programs.ts";
import { handed } from "../script/handing.ts";
import { script, texts } from "../script/render.ts";
import { rowsOf, sized } from "../text/screen.ts";
import { Facts } from "./facts.ts";
import type { Answer, Inquiry, Report } from "./inquiry.ts";
import { linesOf, reasonIn } from "./stderr.ts";

/** What a machine may say at most, in bytes: it is read into memory. */
const most = 4 << 20;

/** What is kept of the beginning of its stderr, and of the end. */
const kept = 65_536;

/** How many are asked at once: each takes its part of this machine's time, of which a machine must not be short while it answers. */
const atOnce = 32;

type Asking = Pick<Answer, "host" | "target"> & { readonly text: string };

class Scripts {
  readonly #going = new Set<number>();
  readonly #errors: "inherit" | "ignore";

  /** @param errors what becomes of the stderr of a script without patience */
  constructor(errors: "inherit" | "ignore") {
    this.#errors = errors;
  }

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

  /** @param patience in seconds; without it as long as it takes */
  run({ host, target, text }: Asking, patience?: number): Promise<Answer> {
    const began = performance.now();
    const errors = patience === undefined ? this.#errors : "pipe";
    // The ssh that goes to a jump host is handed no BatchMode.
    const env = patience === undefined ? process.env : { ...process.env, SSH_ASKPASS_REQUIRE: "never" };
    const file = handed(text);
    const child = spawn("/bin/sh", ["/dev/fd/3", host], { stdio: ["ignore", "pipe", errors, file], detached: true, env });
    closeSync(file);
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
    // Its beginning is ssh's own, and its end says why.
    hear(child.stderr, (text) => {
      said += text;
      if (said.length > 4 * kept) said = `${said.slice(0, kept)}\n${said.slice(-kept)}`;
    });
    return new Promise((resolve) => {
      const end = (status: number) => {
        clearTimeout(timer);
        if (pid !== undefined) this.#going.delete(pid);
        const errors = linesOf(said);
        resolve({
          host,
          target,
          status: late ? undefined : status,
          facts: new Facts(out),
          out,
          errors,
          said: reasonIn(errors),
          // On a clock that nobody sets.
          ms: Math.round(performance.now() - began),
          at: Date.now(),
        });
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
  const line = again(name);
  const found = beside === undefined ? undefined : scripts.run({ host: "", target: "", text: script(name, beside, line) });
  const answers: Answer[] = [];
  const shared = texts(name, questions, line);
  const textOf = (host: string) => shared.find(({ hosts }) => hosts.includes(host))?.text ?? "";
  const queue = [...questions.entries()];
  const ask = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      answers[next[0]] = await scripts.run({ ...next[1], text: textOf(next[1].host) }, patience);
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return inquiry.report(answers, await found);
}

/** As many lines of a text as the screen has. */
function fitting(text: string): string {
  const lines = text.trimEnd().split("\n");
  const rows = rowsOf(process.stdout);
  const some = Math.max(1, rows - 2);
  return (lines.length < rows ? lines : [...lines.slice(0, some), `… and ${lines.length - some} lines more`]).join("\n");
}

/** A report on the screen in the place of the one before, until ^C. */
async function watched(name: string, inquiry: Inquiry, scripts: Scripts, seconds: number): Promise<Report> {
  const { createLogUpdate } = await import("log-update");
  const area = createLogUpdate(sized(process.stdout));
  const inPlace = process.stdout.isTTY && process.env["TERM"] !== "dumb" && !inquiry.data;
  // Whoever stops this one gets a cursor. The next report hides it again.
  if (inPlace)
    process.on("SIGTSTP", () => {
      process.stdout.write("\x1b[?25h");
      process.kill(process.pid, "SIGSTOP");
    });
  let last = "";
  const show = inPlace
    ? (text: string) => {
        last = text;
        area(fitting(text));
      }
    : (text: string) => void process.stdout.write(text);
  // In a narrower terminal what stands there takes more lines than log-update has counted.
  if (inPlace)
    process.stdout.on("resize", () => {
      process.stdout.write("\x1b[2J\x1b[H");
      area.clear();
      if (last !== "") show(last);
    });
  // Nobody reads on. Its status is set.
  process.stdout.on("error", () => process.exit());
  for (;;) {
    const { text, file } = await once(name, inquiry, scripts);
    show(text);
    if (file !== undefined) putFile(file.path, file.text);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** @throws Refusal before anything is asked where a program isn't on PATH */
export async function runInquiry(name: string, inquiry: Inquiry): Promise<number> {
  const { questions, beside, again: seconds } = inquiry;
  for (const plan of [...(beside === undefined ? [] : [beside]), ...questions.map((question) => question.plan)])
    requirePrograms(plan, script(name, plan, again(name)));
  // A line between two reports in one place would stay between them.
  const scripts = new Scripts(seconds === undefined ? "inherit" : "ignore");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      scripts.end();
      // The shell's prompt goes below what was shown last.
      if (seconds !== undefined && process.stdout.isTTY) process.stdout.write("\n");
      process.exit(128 + constants.signals[signal]);
    });
  }
  if (seconds !== undefined) return (await watched(name, inquiry, scripts, seconds)).status;
  const { text, status, file } = await once(name, inquiry, scripts);
  process.stdout.write(text);
  if (file !== undefined) putFile(file.path, file.text);
  return status;
}
