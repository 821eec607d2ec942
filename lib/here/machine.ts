// Questions about this machine, asked before planning. They change nothing.
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { hostname as kernelHostname, userInfo } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { textIfPlain } from "./plain-file.ts";

/** This machine's name: the kernel's, or $HEY_HOSTNAME, by which tests set it. */
export const hostname = () => process.env["HEY_HOSTNAME"] || kernelHostname();

/** What nix calls a machine like this one: `x86_64-linux`. */
export const systemHere = `${{ x64: "x86_64", arm64: "aarch64", ia32: "i686" }[process.arch as string] ?? process.arch}-${process.platform}`;

/** Who calls: the process's effective uid, or $HEY_UID, by which tests set it. */
export const callerId = () => process.env["HEY_UID"] || String(process.geteuid?.());

/** Whether root calls. */
export const isRoot = () => callerId() === "0";

/** The specialisation that this machine runs, where its configuration says so in the file that nh reads. */
export function runningSpecialisation(): string | undefined {
  try {
    return readFileSync("/etc/specialisation", "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** $HOME, else the one of the password file; a relative one is none. */
export function home(): string {
  const given = process.env["HOME"] ?? "";
  return isAbsolute(given) ? given : userInfo().homedir;
}

/** The home of the password file, or $HEY_HOME, by which tests set it: ssh goes by it, whatever $HOME says. */
export function sshHome(): string {
  try {
    return process.env["HEY_HOME"] || userInfo().homedir;
  } catch {
    // Who has no entry there has no files of ssh either.
    return home();
  }
}

/** The home of another user, by the password file. */
export function homeOf(user: string): string | undefined {
  const fields = (line: string) => line.split(":");
  const local = (textIfPlain("/etc/passwd") ?? "").split("\n").find((line) => fields(line)[0] === user);
  if (local !== undefined) return fields(local)[5];
  // In a directory of users (LDAP, systemd-homed).
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  const { stdout } = spawnSync("getent", ["passwd", "--", user], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 3000,
  });
  return fields((stdout ?? "").split("\n")[0] ?? "")[5];
}

/** Whether a program of that name would be found by the shell. */
export function onPath(program: string): boolean {
  const isProgram = (file: string) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  };
  if (program.includes("/")) return isProgram(program);
  return (process.env["PATH"] ?? "").split(delimiter).some((dir) => isProgram(join(dir || ".", program)));
}

/**
 * Whether a host of the flake is the machine this runs on. A kernel's hostname holds no domain, so `core01` is the host
 * core01.example.org, unless another host starts with that label too.
 * @param hosts all hosts known of the flake
 */
export function isThisMachine(host: string, hosts: readonly string[]): boolean {
  const name = hostname();
  const label = (full: string) => full.split(".")[0];
  return host === name || (label(host) === name && !hosts.some((other) => other !== host && label(other) === name));
}

/** The host of the flake that this machine is; its plain hostname where none fits. */
export const thisHost = (hosts: readonly string[]) => hosts.find((host) => isThisMachine(host, hosts)) ?? hostname();

/** Whether a process runs, whoever's it is. */
export function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
