// Questions about this machine, asked before planning. They change nothing.
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { hostname as kernelHostname, userInfo } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** This machine's name: the kernel's, or $HEY_HOSTNAME, by which tests set it. */
export const hostname = () => process.env["HEY_HOSTNAME"] || kernelHostname();

/** What nix calls a machine like this one: `x86_64-linux`. */
export const systemHere = `${{ x64: "x86_64", arm64: "aarch64", ia32: "i686" }[process.arch as string] ?? process.arch}-${process.platform}`;

/** Whether root calls: by the process's effective uid, or $HEY_UID, by which tests set it. */
export const isRoot = () => (process.env["HEY_UID"] || String(process.geteuid?.())) === "0";

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
