// Whether a host could be reached at its port with the configuration that the flake has for it.
import type { Finding } from "./finding.ts";

/** What its firewall lets in by an interface, which may be a pattern; "" are all. */
interface Gate {
  readonly interface: string;
  readonly ports: readonly number[];
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

/** What evaluated.nix says of a host's ports. */
export interface Ports {
  /** Of sshd. */
  readonly ports: readonly number[];
  /** Whether sshd opens them itself. */
  readonly opens: boolean;
  /** Whether there is one. */
  readonly firewall: boolean;
  readonly open: readonly Gate[];
}

/** Where ssh comes in. */
export interface Way {
  readonly port: number;
  /** Undefined where the host has not said it. */
  readonly interface: string | undefined;
}

/** Whether a firewall's name for interfaces means one: iptables ends a pattern with +, nftables with *. */
const fits = (pattern: string, name: string) =>
  /[+*]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** What is wrong with a host's ports for who comes that way. */
export function closed(
  { ports, opens, firewall, open }: Ports,
  { port, interface: came }: Way,
): Pick<Finding, "level" | "seen"> | undefined {
  if (!ports.includes(port))
    return { level: "error", seen: `services.openssh.ports is [ ${ports.join(" ")} ], and ssh comes to port ${port}` };
  const gates = open
    .filter((gate) => gate.ports.includes(port) || gate.ranges.some(({ from, to }) => from <= port && port <= to))
    .map((gate) => gate.interface);
  if (!firewall || opens || gates.includes("")) return undefined;
  if (came !== undefined && gates.some((gate) => fits(gate, came))) return undefined;
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
