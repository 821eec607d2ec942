// What a host says, or why it says nothing.
import { spelled } from "../here/called.ts";
import type { Answer } from "../inquiry/inquiry.ts";
import { quote } from "../spec/quote.ts";
import { type Status, word } from "../status/status.ts";
import type { Access } from "../target/access.ts";
import { knownAs, knownHosts, type SshFacts } from "../target/ssh.ts";
import type { Finding, Id, Level } from "./finding.ts";
import { isIn, lastReached, lastTried, ownWords, presentedIn } from "./handshake.ts";
import type { Jump, Typing } from "./typing.ts";

/** What is left for a person to run, in bytes of memory: below it an activation is likely to be killed. */
const leastMemory = 128 << 20;
/** In bytes: a disk with less, or with less than a twentieth of its size, takes no closure any more. */
const leastDisk = 128 << 20;
const leastInodes = 4096;
/** Seconds that clocks may differ: beyond it certificates, and logs, become doubtful. */
const mostDrift = 30;

/** What ssh says, by what it means. The first that fits counts. */
const silences: readonly (readonly [RegExp, Id])[] = [
  [/Could not resolve hostname/, "name-unknown"],
  [/^Host key for .* has changed/, "host-key-changed"],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, "host-key-changed"],
  [/No .* host key is known|Host key verification failed/, "host-key-unknown"],
  [/Permission denied \(|Too many authentication failures/, "login-refused"],
  [/Connection refused/, "port-closed"],
  [/timed out|No route to host|Network is unreachable/, "no-answer"],
];

/** Of a host that has not answered, or has not said all. */
export function silent({ why = "" }: Status, { host, status, errors: all }: Answer, ssh: SshFacts, type: Typing): Finding {
  const errors = ownWords(all, (ssh("proxycommand") ?? "none") === "none" ? type.jumps.length : undefined);
  if (isIn(all)) {
    // What is said then is the host's own.
    const [id, seen] =
      status === undefined ? (["no-answer", `it lets ssh in, and ${why}`] as const) : (["unreachable", why] as const);
    return { id, level: "error", host, seen, fix: type.ssh("ssh -v", "true") };
  }
  const told = silences.flatMap(([words, id]) => {
    const line = errors.find((one) => words.test(one));
    return line === undefined ? [] : [[id, line] as const];
  })[0];
  const [id, seen] = told ?? ([status === undefined ? "no-answer" : "unreachable", why] as const);
  const by = refusing(errors, ssh, type);
  const target = ssh("hostname") ?? "";
  const tried = lastTried(errors) ?? target;
  const fixes: Partial<Record<Id, string>> = {
    "name-unknown": type.ssh("ssh -G"),
    ...(by && {
      "host-key-changed": `${forgetting(errors, by.facts)} && ${learning(by)}`,
      "host-key-unknown": learning(by),
      // It has refused before it came to the right key: one more key does not help.
      "login-refused": /Too many authentication failures/.test(seen)
        ? by.ssh("ssh -o IdentitiesOnly=yes -i ~/.ssh/id_ed25519", "true")
        : by.ssh("ssh-copy-id"),
    }),
    // Once somebody has answered on the way it is not the network here.
    ...(lastReached(errors) === undefined && { "no-answer": `ping -c 3 ${quote(tried)}` }),
  };
  const on = id === "no-answer" && tried !== target ? ` (${tried}, which leads there)` : "";
  return { id, level: "error", host, seen: `${seen.replace(/^debug1: /, "")}${on}`, fix: fixes[id] ?? type.ssh("ssh -v") };
}

/** The host that has ended it, the target or one that leads there; undefined where that is by a command of a person's own (ProxyCommand). */
function refusing(errors: readonly string[], ssh: SshFacts, type: Typing): Jump | undefined {
  const at = lastReached(errors);
  return [{ facts: ssh, ssh: type.ssh }, ...type.jumps].find(
    ({ facts }) => at === undefined || at === `${facts("hostname")?.toLowerCase()} ${facts("port")}`,
  );
}

/**
 * ssh itself takes a key down where it will look for it, and through whatever leads there, once a person has said that the fingerprint is
 * right. Where it keeps none, it shows by what it goes.
 */
const learning = ({ facts, ssh }: Jump): string =>
  /^(?:none|\/dev\/null)$/.test(facts("userknownhostsfile") ?? "")
    ? ssh("ssh -G")
    : ssh("ssh -o StrictHostKeyChecking=ask -o BatchMode=no", "true");

/** Takes the key away that ssh has found: it says in which of its files. That it looks for this name there is known without its words. */
function forgetting(errors: readonly string[], facts: SshFacts): string {
  const files = ["userknownhostsfile", "globalknownhostsfile"].flatMap((name) => (facts(name) ?? "").split(/ (?=[/~])/));
  const found = errors
    .flatMap((line) => /^Offending .*key in (.+):\d+$/.exec(line)?.[1] ?? [])
    .filter((file) => files.includes(file));
  const file = found.at(-1) ?? knownHosts(facts);
  return `ssh-keygen${file === undefined ? "" : ` -f ${quote(file)}`} -R ${quote(knownAs(facts))}`;
}

/** The keys on a host's disk, that which sshd presents first: it may be in /persist, and another in /etc/ssh. */
export function onDisk({ facts, errors }: Answer): readonly { readonly fingerprint: string; readonly key: string }[] {
  const presented = presentedIn(errors);
  const found = facts.all("key").flatMap((line) => {
    const [, fingerprint, key] = /^(\S+) (\S+ \S+)$/.exec(line) ?? [];
    return fingerprint === undefined || key === undefined ? [] : [{ fingerprint, key }];
  });
  return [...found].sort((one, other) => Number(other.fingerprint === presented) - Number(one.fingerprint === presented));
}

/** Of a host that has answered. @param owners the hosts whose host key, of those that are kept here, it has */
export function answered(
  status: Status,
  answer: Answer,
  type: Typing,
  { by, asks }: Access,
  owners: readonly string[],
): readonly Finding[] {
  const { host } = status;
  const { facts } = answer;
  const found: Finding[] = [];
  const say = (id: Id, level: Level, seen: string, fix: string) => void found.push({ id, level, host, seen, fix });
  const talk = facts.before;
  if (talk !== "")
    say(
      "login-talks",
      "error",
      `the login writes ${word(JSON.stringify(talk.slice(0, 80)))} to stdout before a command, which breaks nix copy; only a shell at a terminal may`,
      `${type.ssh("ssh", "true")} | od -c`,
    );
  const [owner] = owners;
  const where = `${spelled("ops-hosts")} --why --on ${quote(host)}`;
  if (status.otherHost !== undefined)
    say("other-host", "error", `it calls itself ${status.otherHost}, which is another host of the flake`, where);
  else if (owner !== undefined && !owners.includes(host))
    say("other-host", "error", `it has the host key that is kept here for ${owner}`, where);
  if (status.runs === "nothing") say("not-nixos", "error", "no NixOS runs there", type.bootstrap());
  const login = facts.one("login");
  if (status.user !== "root")
    say(
      "no-root",
      asks ? "note" : "error",
      `${status.user ?? "the login"} is not root there, and does not become root without a password${asks ? ", for which a deployment asks" : ""}`,
      by !== undefined && by !== "sudo" ? type.shell("id") : type.verb("ops-deploy", ...(asks ? [] : ["--ask-elevate-password"])),
    );
  const trust = facts.one("untrusted");
  if (trust !== undefined && login !== "root") say("untrusted", "note", trust, type.verb("ops-deploy", "--backend", "nix"));
  const kernelsAt = facts.one("kernels-at") || "/boot";
  for (const { at, size, free, inodes } of status.disks ?? []) {
    if (at === kernelsAt && at !== "/") continue;
    const collect = type.shell("nix-collect-garbage", "--delete-older-than", "14d");
    const isFull = inodes !== undefined && (inodes.free < leastInodes || inodes.free < inodes.total / 50);
    const few = isFull || (inodes !== undefined && inodes.free < inodes.total / 10);
    const left = few
      ? `${at} has ${inodes?.free} inodes left of ${inodes?.total}`
      : `${at} has ${Math.round(free / 2 ** 20)} MiB left of ${Math.round(size / 2 ** 20)}`;
    if (isFull || free < leastDisk || free < size / 50) say("disk-full", "error", left, collect);
    else if (few || free < 4 * leastDisk || free < size / 10) say("disk-low", "warning", left, collect);
  }
  const boot = status.disks?.find(({ at }) => at === kernelsAt && at !== "/");
  const kernel = (facts.number("kernel-size") ?? 0) + (facts.number("initrd-size") ?? 0);
  if (boot !== undefined && kernel > 0) {
    const more = Math.floor(boot.free / kernel);
    const seen = `${boot.at} has room for ${more} more kernel${more === 1 ? "" : "s"} with initrd (${Math.round(boot.free / 2 ** 20)} MiB left)`;
    if (more < 2)
      say("boot-full", more < 1 ? "error" : "warning", seen, type.shell("nix-collect-garbage", "--delete-older-than", "14d"));
  }
  const { available = Number.MAX_VALUE } = status.memory ?? {};
  if (available < leastMemory)
    say(
      "memory-low",
      "warning",
      `${Math.round(available / 2 ** 20)} MiB of memory are left`,
      type.shell("ps", "aux", "--sort=-rss"),
    );
  if (status.failedUnits !== undefined && status.failedUnits.length > 0)
    say("units-failed", "warning", `failed: ${status.failedUnits.join(", ")}`, type.shell("systemctl", "--failed"));
  if (status.activationFailed) say("activation-failed", "warning", "the last activation failed", type.verb("ops-deploy"));
  for (const what of status.armed ?? []) say("armed", "warning", what, type.verb("ops-deploy", "--status"));
  if (status.profile !== undefined)
    say(
      "boot-menu",
      "error",
      `its profile is ${status.profile}, its boot menu boots ${status.boots ?? "another system"}`,
      type.shell("/nix/var/nix/profiles/system/bin/switch-to-configuration", "boot"),
    );
  if (status.reboot !== undefined) say("reboot-needed", "note", status.reboot, type.verb("ops-reboot"));
  const [clock, now] = [facts.number("clock"), answer.at / 1000];
  // Its clock was read at some moment between the question and the answer.
  if (clock !== undefined && (clock < now - answer.ms / 1000 - mostDrift || clock > now + mostDrift))
    say(
      "clock",
      "warning",
      `its clock differs by ${Math.round(clock - now)} s`,
      type.shell("systemctl", "restart", "systemd-timesyncd"),
    );
  const presented = presentedIn(answer.errors);
  const disk = onDisk(answer).map(({ fingerprint }) => fingerprint);
  if (presented !== undefined && disk.length > 0 && !disk.includes(presented))
    say(
      "key-presented",
      "error",
      `sshd presents ${presented}, and on the disk is ${disk.join(" and ")}`,
      type.shell("systemctl", "restart", "sshd"),
    );
  return found;
}
