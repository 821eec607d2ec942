// What a host says, or why it says nothing.
import { spelled } from "../called.ts";
import type { Answer } from "../inquiry/inquiry.ts";
import { quote } from "../script.ts";
import type { Status } from "../status/status.ts";
import { knownAs, type SshFacts } from "../target.ts";
import type { Finding, Id, Level } from "./finding.ts";
import { presentedIn } from "./handshake.ts";

/** What is left for a person to run, in bytes of memory: below it an activation is likely to be killed. */
const leastMemory = 128 << 20;
/** In bytes: a disk with less, or with less than a twentieth of its size, takes no closure any more. */
const leastDisk = 128 << 20;
/** Seconds that clocks may differ: beyond it certificates, and logs, become doubtful. */
const mostDrift = 30;

/** What ssh says, by what it means. The first that fits counts. */
const silences: readonly (readonly [RegExp, Id])[] = [
  [/Could not resolve hostname/, "name-unknown"],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, "host-key-changed"],
  [/No .* host key is known|Host key verification failed/, "host-key-unknown"],
  [/Permission denied \(|Too many authentication failures/, "login-refused"],
  [/Connection refused/, "port-closed"],
  [/timed out|No route to host|Network is unreachable/, "no-answer"],
];

/** Of a host that has not answered. */
export function silent(answer: Answer, to: string, ssh: SshFacts): Finding {
  const { host, status, errors } = answer;
  const told = silences.flatMap(([words, id]) => {
    const line = errors.find((one) => words.test(one));
    return line === undefined ? [] : [[id, line] as const];
  })[0];
  const [id, seen] =
    told ??
    (status === undefined
      ? (["no-answer", "it does not answer in time"] as const)
      : (["unreachable", answer.said || `ssh ends with status ${status}, and nothing says why`] as const));
  const [hostname = "", port = "22"] = [ssh("hostname"), ssh("port")];
  const name = knownAs(ssh);
  const fixes: Partial<Record<Id, string>> = {
    "name-unknown": `ssh -G ${quote(to)}`,
    "host-key-changed": `ssh-keygen -R ${quote(name)}`,
    "host-key-unknown": `ssh-keyscan -p ${port} ${quote(hostname)} | tee -a ~/.ssh/known_hosts | ssh-keygen -l -f -`,
    "login-refused": `ssh-copy-id ${quote(to)}`,
    "port-closed": `ssh -v -p ${port} ${quote(to)}`,
    "no-answer": `ping -c 3 ${quote(hostname)}`,
  };
  return { id, level: "error", host, seen: seen.replace(/^debug1: /, ""), fix: fixes[id] ?? `ssh -v ${quote(to)}` };
}

/**
 * Of a host that has answered.
 * @param typed how it is named in lines to type: `HOST TARGET`, and the same for a shell
 * @param asks whether a deployment asks for sudo's password
 */
export function answered(
  status: Status,
  answer: Answer,
  typed: { readonly host: string; readonly shell: string },
  asks: boolean,
): readonly Finding[] {
  const { host } = status;
  const { facts } = answer;
  const found: Finding[] = [];
  const say = (id: Id, level: Level, seen: string, fix: string) => void found.push({ id, level, host, seen, fix });
  const shell = (command: string) => `${spelled("ops-ssh")} ${typed.shell} ${command}`;
  if (status.runs === "nothing") say("not-nixos", "error", "no NixOS runs there", `${spelled("ops-bootstrap")} ${typed.host}`);
  const login = facts.one("login");
  if (status.user !== "root")
    say(
      "no-root",
      asks ? "note" : "error",
      `${status.user ?? "the login"} is not root there, and does not become root without a password${asks ? ", for which a deployment asks" : ""}`,
      `${spelled("ops-deploy")} ${typed.host} --ask-elevate-password`,
    );
  const trust = facts.one("untrusted");
  if (trust !== undefined && login !== "root")
    say("untrusted", "note", trust, `${spelled("ops-deploy")} ${typed.host} --backend nix`);
  for (const { at, size, free } of status.disks ?? []) {
    if (at === "/boot") continue;
    const collect = shell("nix-collect-garbage --delete-older-than 14d");
    const left = `${at} has ${Math.round(free / 2 ** 20)} MiB left of ${Math.round(size / 2 ** 20)}`;
    if (free < leastDisk || free < size / 50) say("disk-full", "error", left, collect);
    else if (free < 4 * leastDisk || free < size / 10) say("disk-low", "warning", left, collect);
  }
  const boot = status.disks?.find(({ at }) => at === "/boot");
  const kernel = (facts.number("kernel-size") ?? 0) + (facts.number("initrd-size") ?? 0);
  if (boot !== undefined && kernel > 0) {
    const more = Math.floor(boot.free / kernel);
    const seen = `/boot has room for ${more} more kernel${more === 1 ? "" : "s"} with initrd (${Math.round(boot.free / 2 ** 20)} MiB left)`;
    if (more < 2) say("boot-full", more < 1 ? "error" : "warning", seen, shell("nix-collect-garbage --delete-older-than 14d"));
  }
  const { available = Number.MAX_VALUE } = status.memory ?? {};
  if (available < leastMemory)
    say("memory-low", "warning", `${Math.round(available / 2 ** 20)} MiB of memory are left`, shell("ps aux --sort=-rss"));
  if (status.failedUnits !== undefined && status.failedUnits.length > 0)
    say("units-failed", "warning", `failed: ${status.failedUnits.join(", ")}`, shell("systemctl --failed"));
  if (status.activationFailed)
    say("activation-failed", "warning", "the last activation failed", `${spelled("ops-deploy")} ${typed.host}`);
  for (const what of status.armed ?? []) say("armed", "warning", what, `${spelled("ops-deploy")} ${typed.host} --status`);
  if (status.reboot !== undefined) say("reboot-needed", "note", status.reboot, `${spelled("ops-reboot")} ${typed.host}`);
  const [clock, now] = [facts.number("clock"), answer.at / 1000];
  // Its clock was read at some moment between the question and the answer.
  if (clock !== undefined && (clock < now - answer.ms / 1000 - mostDrift || clock > now + mostDrift))
    say("clock", "warning", `its clock differs by ${Math.round(clock - now)} s`, shell("systemctl restart systemd-timesyncd"));
  const presented = presentedIn(answer.errors);
  const disk = facts.one("fingerprint");
  if (presented !== undefined && disk !== undefined && presented !== disk)
    say("key-presented", "error", `sshd presents ${presented}, and on the disk is ${disk}`, shell("systemctl restart sshd"));
  return found;
}
