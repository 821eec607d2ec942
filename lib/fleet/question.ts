// The one question of a run, on the terminal.
import { spawnSync } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { ReadStream } from "node:tty";
import { functionText } from "../script/shell.ts";

/**
 * Asks on the terminal, wherever stderr goes, and waits for a line. What was typed before is no answer.
 * @param over whether nobody waits for the answer any more
 * @returns whether it was a yes; the end of the input is a no
 */
export function agreed(question: string, over: () => boolean): Promise<boolean> {
  spawnSync("/bin/sh", ["-c", `${functionText("question", "forget_typed")}\nforget_typed`], { stdio: "ignore" });
  const terminal = new ReadStream(openSync("/dev/tty", "r"));
  const say = (text: string) => {
    try {
      writeFileSync("/dev/tty", text, { flag: "a" });
    } catch {
      // The terminal is gone, which is the end of the input, too.
    }
  };
  const lines = createInterface({ input: terminal, terminal: false });
  say(question);
  return new Promise((resolve) => {
    const end = (yes: boolean) => {
      // First of all, as closing is an end of the input too.
      resolve(yes);
      clearInterval(looking);
      lines.close();
      terminal.destroy();
    };
    const looking = setInterval(() => {
      if (!over()) return;
      say("\n");
      end(false);
    }, 50);
    lines.once("line", (line) => end(/^y(es)?$/i.test(line.trim())));
    lines.once("close", () => end(false));
  });
}
