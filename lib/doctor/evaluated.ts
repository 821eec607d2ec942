// Whether a host could still be entered with the configuration that the flake has for it.
import { join } from "node:path";
import { type Flake, machine } from "../flake.ts";
import { nix } from "../nix.ts";
import { constant, quote } from "../script.ts";
import { define, fragment, joined, type Plan, step } from "../step.ts";
import type { Finding, Id, Level } from "./finding.ts";
import { fingerprint, type Offered } from "./offered.ts";

/** What its firewall lets in by an interface, which may be a pattern; "" are all. */
interface Gate {
  readonly interface: string;
  readonly ports: readonly number[];
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

/** What evaluated.nix says of a host. */
interface Entrance {
  readonly system: string;
  readonly sshd: boolean;
  readonly ports: readonly number[];
  readonly opens: boolean;
  readonly rootLogin: string;
  readonly firewall: boolean;
  readonly open: readonly Gate[];
  readonly wheelAsks: boolean;
  readonly users: readonly { readonly name: string; readonly keys: readonly string[]; readonly wheel: boolean }[];
}

/** An evaluation for each host, one after another: a line each, its name and JSON, or its name and the error. */
export function evaluating(flake: Flake, hosts: readonly string[]): Plan {
  const evaluate = step(nix, "eval", "--raw", "--apply", joined(constant("doctor/evaluated.nix")));
  return {
    lines: hosts.flatMap((host) => [
      define("evaluate", { ...evaluate, argv: [...evaluate.argv, machine(flake, host)] }),
      fragment("local/evaluated.sh", { host }),
    ]),
  };
}

/** Where ssh comes in. */
interface Way {
  readonly port: number;
  /** Undefined where the host has not said it. */
  readonly interface: string | undefined;
}

/** Whether a firewall's name for interfaces means one: iptables ends a pattern with +, nftables with *. */
const means = (pattern: string, name: string) =>
  /[+*]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** What is wrong with a host's ports for who comes that way. */
function closed(
  { ports, opens, firewall, open }: Entrance,
  { port, interface: came }: Way,
): Pick<Finding, "level" | "seen"> | undefined {
  if (!ports.includes(port))
    return { level: "error", seen: `services.openssh.ports is [ ${ports.join(" ")} ], and ssh comes to port ${port}` };
  const gates = open
    .filter((gate) => gate.ports.includes(port) || gate.ranges.some(({ from, to }) => from <= port && port <= to))
    .map((gate) => gate.interface);
  if (!firewall || opens || gates.includes("")) return undefined;
  if (came !== undefined && gates.some((gate) => means(gate, came))) return undefined;
  // Nobody comes from elsewhere by the loopback interface, which NixOS always trusts.
  const others = gates.filter((gate) => gate !== "lo");
  const only = others.length === 0 ? "" : `; only by ${others.join(", ")}`;
  if (came === undefined && others.length > 0)
    return {
      level: "warning",
      seen: `the firewall lets port ${port} in by ${others.join(", ")} only, and by which interface ssh comes is not known`,
    };
  return {
    level: "error",
    seen: `the firewall does not let port ${port} in${came === undefined ? "" : ` by ${came}, by which ssh comes`}${only} (networking.firewall.allowedTCPPorts)`,
  };
}

/**
 * @param value what evaluating() said of the host; undefined for nothing
 * @param arch of the host itself, as `x86_64-linux`; undefined where it did not answer
 */
export function evaluated(
  flake: Flake,
  host: string,
  value: string | undefined,
  about: {
    readonly mine: Offered;
    readonly user: string | undefined;
    readonly arch: string | undefined;
    readonly came: Way;
    readonly elevates: boolean;
  },
): readonly Finding[] {
  const found: Finding[] = [];
  const edit = `\${EDITOR:-vi} ${quote(join(flake.dir ?? ".", "hosts", host, "default.nix"))}`;
  const say = (id: Id, level: Level, seen: string, fix = edit) => void found.push({ id, level, host, seen, fix });
  let entrance: Entrance;
  try {
    entrance = JSON.parse(value ?? "") as Entrance;
  } catch {
    say(
      "eval-fails",
      "error",
      value?.trim() || "it does not evaluate",
      `nix eval --show-trace ${quote(`${machine(flake, host)}.config.system.build.toplevel.drvPath`)}`,
    );
    return found;
  }
  const { mine, user, arch, came, elevates } = about;
  if (arch !== undefined && entrance.system !== "" && arch !== entrance.system)
    say("eval-arch", "error", `its system is for ${entrance.system}, and it is ${arch} (nixpkgs.hostPlatform)`);
  const shut = closed(entrance, came);
  if (!entrance.sshd) say("eval-sshd", "error", "services.openssh.enable is false");
  else if (shut !== undefined) say("eval-port", shut.level, shut.seen);
  const { keys, beside } = mine;
  const enters = (name: string) =>
    (entrance.users.find((one) => one.name === name)?.keys ?? []).some((line) => keys.has(fingerprint(line) ?? ""));
  const root = entrance.rootLogin !== "no" && enters("root");
  const admins = entrance.users.filter(({ name, wheel }) => wheel && enters(name)).map(({ name }) => name);
  if (keys.size > 0 && !root && admins.length === 0)
    say(
      "eval-login",
      beside === undefined ? "error" : "warning",
      `neither root${entrance.rootLogin === "no" ? " (PermitRootLogin is no)" : ""} nor a user in wheel has ${keys.size === 1 ? "my one key" : `one of my ${keys.size} keys`} (users.users.NAME.openssh.authorizedKeys.keys)${beside === undefined ? "" : `; not looked at is ${beside}`}`,
    );
  else if (!root && admins.length > 0 && entrance.wheelAsks)
    say(
      "eval-root",
      "warning",
      `only ${admins.join(", ")} could log in, and sudo would ask for a password (security.sudo.wheelNeedsPassword)`,
    );
  else if (!root && user === "root" && !elevates && keys.size > 0)
    say("eval-login", "error", `${admins.join(", ")} could log in, and root could not, as whom ssh goes there`);
  return found;
}
