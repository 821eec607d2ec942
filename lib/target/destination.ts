// Which machine ssh reaches by a target, as far as its configuration and /etc/hosts say: whether two targets are one machine.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { quote } from "../spec/quote.ts";

/** A target, and ssh's words for it. */
export interface Reaching {
  readonly words: readonly string[];
  readonly to: string;
}

/** Where ssh goes, whoever logs in. */
export interface Destination {
  /** An address, or a name, in one spelling. */
  readonly at: string;
  readonly port: string;
  /** What leads there: nothing, the jump hosts, or a command of a person's own. */
  readonly through: string;
}

/** Whether it is an address and no name. node's own look at an IPv6 one costs more than all else here, and a name has no colon. */
const isAddress = (at: string) => at.includes(":") || isIPv4(at);

const facts = (text: string) => (name: string) =>
  text
    .split("\n")
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1);

/** Names of /etc/hosts with the address of each: nobody on the network is asked. */
function hostsFile(): ReadonlyMap<string, string> {
  let text = "";
  try {
    text = readFileSync("/etc/hosts", "utf8");
  } catch {
    // There is none.
  }
  const found = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (!isAddress(address)) continue;
    for (const name of names) if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), address);
  }
  return found;
}

/** An address or a name in one spelling: ssh takes `127.1` for 127.0.0.1, and any way to write an IPv6 address. */
function spelledAlike(name: string): string {
  const bare = name.toLowerCase().replace(/\.$/, "");
  if (!/^[\d.x a-f:]+$/.test(bare)) return bare;
  try {
    const { hostname } = new URL(`http://${bare.includes(":") ? `[${bare}]` : bare}`);
    const [, high = "", low = ""] = /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(hostname) ?? [];
    const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
    return high === "" ? hostname.replace(/^\[|\]$/g, "") : [one >> 8, one & 255, two >> 8, two & 255].join(".");
  } catch {
    return bare;
  }
}

const isLocal = (address: string) => address === "localhost" || address === "::1" || /^127\./.test(address);

/** Jump hosts, whoever logs in to them. */
const jumps = (list: string) =>
  list
    .split(",")
    .map((jump) =>
      jump
        .replace(/^ssh:\/\//, "")
        .replace(/^.*@/, "")
        .replace(/:22$/, "")
        .toLowerCase(),
    )
    .join(",");

/** @param said by ssh -G */
function destination(said: string, to: string, names: ReadonlyMap<string, string>): Destination | undefined {
  const of = facts(said);
  const hostname = of("hostname");
  if (hostname === undefined) return undefined;
  const port = of("port") ?? "22";
  const [jump, command] = [of("proxyjump"), of("proxycommand")];
  const expanded = command?.replace(
    /%[%hnpr]/g,
    (token) => ({ "%%": "%", "%h": hostname, "%n": to, "%p": port, "%r": "" })[token] ?? "",
  );
  // A command that knows no host is the whole of where it leads to.
  if (command !== undefined && command !== "none" && !/%[hn]/.test(command))
    return { at: "", port: "", through: `by ${expanded}` };
  const through =
    jump !== undefined && jump !== "none"
      ? `by ${jumps(jump)}`
      : command !== undefined && command !== "none"
        ? `by ${expanded}`
        : "";
  const name = spelledAlike(hostname);
  const at = through === "" ? spelledAlike(names.get(name) ?? name) : name;
  return { at: isLocal(at) ? "localhost" : at, port, through };
}

/**
 * Asks ssh where it goes for each of these, in one process; undefined where it does not say. CanonicalizeHostname is off, as it would ask the
 * name servers.
 */
export function destinations(some: readonly Reaching[]): readonly (Destination | undefined)[] {
  if (some.length === 0) return [];
  const end = "-- end --";
  const lines = some.map(({ words, to }) =>
    ["ssh", "-G", "-T", ...words, "-o", "CanonicalizeHostname=no", "--", to].map(quote).join(" "),
  );
  const asked = spawnSync("/bin/sh", ["-c", lines.map((line) => `${line}; echo '${end}'`).join("\n")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 << 20,
  });
  const answers = (asked.stdout ?? "").split(`${end}\n`);
  const names = hostsFile();
  return some.map(({ to }, at) => destination(answers[at] ?? "", to.replace(/^.*@/, ""), names));
}

/** Whether an address or a name means one machine from wherever it is looked at: neither a private address nor a name of some network alone. */
const isGlobal = (at: string) =>
  isAddress(at)
    ? !/^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe[89ab])/.test(
        at,
      )
    : at.includes(".") && !/\.(?:local|lan|home|internal|localdomain|intranet|home\.arpa|ts\.net)$/.test(at);

/** Whether two are one machine. Another port may lead to another machine behind the same address. */
export const sameMachine = (one: Destination, other: Destination): boolean =>
  one.at === other.at && one.port === other.port && (one.through === other.through || (one.at !== "" && isGlobal(one.at)));
