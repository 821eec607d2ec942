// Lines to type that reach a host as it was reached.
import { spelled } from "../here/called.ts";
import type { Machine } from "../inventory/setting.ts";
import { quote } from "../spec/quote.ts";
import type { Access } from "../target/access.ts";
import { type SshFacts, type SshGiven, sshFacts, sshWords } from "../target/ssh.ts";

export interface Typing {
  /** A verb of hey that takes HOST TARGET, with these words more. */
  verb(name: string, ...more: readonly string[]): string;
  /** The same for ops-bootstrap, which goes by no --ssh-config, and by no user who elevates. */
  bootstrap(): string;
  /** A command there, as root. */
  shell(...command: readonly string[]): string;
  /** ssh, or a program that takes its options, with these words behind the target. */
  ssh(program: string, ...behind: readonly string[]): string;
  /** The hosts that lead to the target (ProxyJump), the first one first, each with what ssh makes of it, and what `ssh` is for it. */
  readonly jumps: readonly Jump[];
}

export interface Jump {
  readonly facts: SshFacts;
  ssh(program: string, ...behind: readonly string[]): string;
}

interface Given extends SshGiven {
  readonly flake: string | undefined;
  readonly target: string | undefined;
}

const line = (...words: readonly string[]) => words.map(quote).join(" ");

/** What ssh hands on to the ssh that goes to a jump host, of its words: -F alone. */
function handedOn(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word.startsWith("-F"));
  return at < 0 ? [] : words.slice(at, words[at] === "-F" ? at + 2 : at + 1);
}

function jumpsOf(ssh: SshFacts, words: readonly string[]): readonly Jump[] {
  const names = (ssh("proxyjump") ?? "none").split(",").filter((name) => name !== "none");
  return names.flatMap((name, at) => {
    const [, to, number] = /^(?:ssh:\/\/)?((?:.*@)?(?:\[[^\]]*\]|[^:]*))(?::(\d+))?$/.exec(name) ?? [];
    if (to === undefined) return [];
    const own = [
      ...handedOn(words),
      ...(number === undefined ? [] : ["-o", `Port=${number}`]),
      ...(at === 0 ? [] : ["-o", `ProxyJump=${names.slice(0, at).join(",")}`]),
    ];
    // In a configuration a name of numbers and colons stands between brackets, and on the line without.
    const plain = to.replace(/\[(.*)\]$/, "$1");
    return [{ facts: sshFacts(own, plain), ssh: (program, ...behind) => `${program} ${line(...own, plain, ...behind)}` }];
  });
}

/** @param ssh what ssh makes of the target */
export function typing({ host, target, rule }: Machine, given: Given, access: Access, ssh: SshFacts): Typing {
  const { flake, sshOption, sshConfig } = given;
  const ofFlake = flake === undefined ? [] : ["--flake", flake];
  const options = sshOption.flatMap((pair) => ["--ssh-option", pair]);
  const config = sshConfig === undefined ? [] : ["--ssh-config", sshConfig];
  // Keys go by no name alone: there the target is typed.
  const to = (verb: string) => (given.target !== undefined || (verb === "ops-push-keys" && rule.by === "name") ? [target] : []);
  const direct = [`${ssh("user") ?? "root"}@${ssh("hostname") ?? target}`, "--ssh-option", `Port=${ssh("port") ?? "22"}`];
  return {
    verb: (name, ...more) =>
      `${spelled(name)}${access.typed} ${line(host, ...to(name), ...ofFlake, ...config, ...options, ...more)}`,
    bootstrap: () =>
      `${spelled("ops-bootstrap")} ${line(host, ...(sshConfig === undefined ? [target] : direct), ...ofFlake, ...options)}`,
    shell: (...command) => `${spelled("ops-ssh")}${access.typedShell} ${line(...config, ...options, target, ...command)}`,
    ssh: (program, ...behind) => `${program} ${line(...sshWords(given), access.to, ...behind)}`,
    get jumps() {
      return jumpsOf(ssh, sshWords(given));
    },
  };
}
