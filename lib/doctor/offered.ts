// The keys that ssh offers a target: those of the agent, and of its configuration. Private files aren't read.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { sshHome } from "../here/machine.ts";
import { untilded } from "../spec/words.ts";
import type { SshFacts } from "../target/ssh.ts";
import { acceptedIn } from "./handshake.ts";

export interface Offered {
  /** Their fingerprints, as ssh-keygen -l says them. */
  readonly keys: ReadonlySet<string>;
  /** What of it can't be compared with a list of keys; undefined where nothing is. */
  readonly beside: string | undefined;
}

/** The key in a line of authorized_keys or of a .pub: its fingerprint, whatever its options and comment are; undefined for a certificate and a comment. */
export function fingerprint(line: string): string | undefined {
  const blob = /(?:^|[\s,"])(?:ssh|ecdsa|sk)-[\w@.-]+\s+([A-Za-z0-9+/=]{40,})/.exec(line)?.[1];
  if (blob === undefined || isCertificate(line) || /^\s*#/.test(line)) return undefined;
  return `SHA256:${createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "")}`;
}

const isCertificate = (text: string) => /-cert-v01@openssh\.com\s/.test(text);

/** The socket of the agent that ssh asks; undefined for none. */
function agentSocket(ssh: SshFacts): string | undefined {
  const said = ssh("identityagent") ?? "SSH_AUTH_SOCK";
  if (said === "none") return undefined;
  const variable = said === "SSH_AUTH_SOCK" ? said : /^\$\{?(\w+)\}?$/.exec(said)?.[1];
  return variable === undefined ? untilded(said) : process.env[variable] || undefined;
}

function agentKeys(ssh: SshFacts): readonly string[] {
  const socket = agentSocket(ssh);
  if (socket === undefined) return [];
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  const said = spawnSync("ssh-add", ["-L"], { env, encoding: "utf8", timeout: 2000, stdio: ["ignore", "pipe", "ignore"] });
  return (said.stdout ?? "").split("\n");
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A path of ssh's configuration, with what stands for a part of it (ssh_config(5), TOKENS). */
function spelledOut(path: string, ssh: SshFacts): string {
  const tokens: Readonly<Record<string, string | undefined>> = {
    ...{ "%": "%", d: sshHome(), u: userInfo().username, i: String(userInfo().uid) },
    ...{ h: ssh("hostname"), n: ssh("host"), p: ssh("port"), r: ssh("user") },
  };
  return untilded(path.replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole));
}

/** @param lines of ssh -v of a connection to the target, which tells which key got in: it may be one that is found nowhere here */
export function offered(ssh: SshFacts, lines: readonly string[]): Offered {
  const files = ssh.all("identityfile").map((path) => spelledOut(path, ssh));
  const halves = files.map((file) => read(file.endsWith(".pub") ? file : `${file}.pub`));
  const agent = ssh("identitiesonly") === "yes" ? [] : agentKeys(ssh);
  const texts = [...halves.flatMap((text) => text ?? []), ...agent];
  const accepted = acceptedIn(lines);
  const certificate =
    ssh("certificatefile") !== undefined ||
    texts.some(isCertificate) ||
    accepted?.kind.endsWith("-CERT") ||
    files.some((file) => existsSync(`${file}-cert.pub`));
  const unread = files.find((file, at) => halves[at] === undefined && file !== accepted?.from && existsSync(file));
  return {
    keys: new Set(
      [accepted?.fingerprint ?? [], ...texts.flatMap((text) => text.split("\n")).map((line) => fingerprint(line) ?? [])].flat(),
    ),
    beside: certificate ? "a certificate" : unread === undefined ? undefined : `${unread}, which has no .pub beside it`,
  };
}
