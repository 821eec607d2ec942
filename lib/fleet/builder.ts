// The one build of a run: nix has the terminal meanwhile, where there is one, and a person's ^C reaches it from there.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { passOn } from "../run/processes.ts";

export class Builder {
  /** Its exit status; 128 + n after a signal. */
  readonly ended: Promise<number>;
  readonly #process: ChildProcess;

  /** @param file the script */
  constructor(readonly argv: readonly [string, string]) {
    this.#process = spawn(argv[0], [argv[1]], { stdio: ["inherit", 2, 2] });
    this.ended = new Promise((resolve) => {
      this.#process.on("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
      this.#process.on("error", () => resolve(127));
    });
  }

  /** For it and all that it has started: a shell heeds a signal only when its child is gone. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#process;
    if (pid !== undefined) passOn(pid, signal);
  }
}
