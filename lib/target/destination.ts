// Which machine ssh reaches by a target, as far as its configuration and /etc/hosts say: whether two targets are one machine.
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { type Reaching, sshSays } from "./ssh-says.ts";

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

/** A jump host as ssh is given it. ssh hands it no options but the file of its configuration. */
function jumpHost(words: readonly string[], jump: string): Reaching {
  const at = words.lastIndexOf("-F");
  const [, to = "", port] = /^(.*?)(?::(\d+))?$/.exec(jump.replace(/^ssh:\/\//, "")) ?? [];
  return {
    words: [
      ...(at < 0 ? words.filter((word) => /^-F./.test(word)).slice(-1) : words.slice(at, at + 2)),
      ...(port ? ["-p", port] : []),
    ],
    to: to.replace(/^(.*@)?\[(.*)\]$/, "$1$2"),
  };
}

/** Where ssh says that it goes. */
interface Said {
  readonly hostname: string;
  readonly port: string;
  readonly jumps: readonly Reaching[];
  /** A command of a person's own. */
  readonly command: string | undefined;
  /** Whether that knows no host: then it is the whole of where it leads to. */
  readonly alone: boolean;
}

/** @param said by ssh -G */
function read(said: string, { words, to }: Reaching): Said | undefined {
  const of = facts(said);
  const hostname = of("hostname");
  if (hostname === undefined) return undefined;
  const port = of("port") ?? "22";
  const set = (name: string) => (of(name) === "none" ? undefined : of(name));
  const [jump, command] = [set("proxyjump"), set("proxycommand")];
  const expanded = command?.replace(
    /%[%hnpr]/g,
    (token) => ({ "%%": "%", "%h": hostname, "%n": to.replace(/^.*@/, ""), "%p": port, "%r": "" })[token] ?? "",
  );
  return {
    hostname,
    port,
    jumps: jump?.split(",").map((one) => jumpHost(words, one)) ?? [],
    command: jump === undefined ? expanded : undefined,
    alone: command !== undefined && !/%[hn]/.test(command),
  };
}

/** What ssh says of each of these; undefined where it says nothing. */
const asked = (some: readonly Reaching[]) => sshSays(some).map((said, at) => read(said, some[at] as Reaching));

/** Where ssh goes for each of these; undefined where it does not say. Jump hosts are followed as it follows them, each of them once. */
export function destinations(some: readonly Reaching[]): readonly (Destination | undefined)[] {
  const names = hostsFile();
  const said = asked(some);
  const jumps = new Map(said.flatMap((one) => (one?.jumps ?? []).map((jump) => [JSON.stringify(jump), jump] as const)));
  const first = asked([...jumps.values()]);
  const placeOf = new Map([...jumps.keys()].map((key, at) => [key, first[at]]));
  const address = (name: string) => spelledAlike(names.get(name) ?? name);
  const through = ({ jumps: by, command }: Said): string => {
    if (by.length === 0) return command === undefined ? "" : `by ${command}`;
    const places = by.map((jump) => {
      const place = placeOf.get(JSON.stringify(jump));
      const at = address(spelledAlike(place?.hostname ?? jump.to.replace(/^.*@/, "")));
      // A jump host may itself have one.
      const before = place?.jumps.map(({ to }) => `${to} `).join("") ?? "";
      return `${before}${place?.command ?? ""}${at}:${place?.port ?? "22"}`;
    });
    return `by ${places.join(",")}`;
  };
  return said.map((one) => {
    if (one === undefined) return undefined;
    if (one.alone && one.jumps.length === 0) return { at: "", port: "", through: through(one) };
    const by = through(one);
    const name = spelledAlike(one.hostname);
    const at = by === "" ? address(name) : name;
    return { at: isLocal(at) ? "localhost" : at, port: one.port, through: by };
  });
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
