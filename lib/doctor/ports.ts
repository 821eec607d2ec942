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
  /** The addresses at which alone it listens, if there are any: each at its port, or at those above. */
  readonly listens: readonly { readonly addr: string; readonly port: number | null }[];
  /** Whether sshd opens its ports itself. */
  readonly opens: boolean;
  /** Whether there is one, and whether somebody has written rules of their own for it. */
  readonly firewall: boolean;
  readonly own: boolean;
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

const isLoopback = (addr: string) => /^(?:127\.|\[?::1\]?$|localhost$)/.test(addr);

/** What sshd's ports and addresses keep out; undefined where it listens. */
function deaf({ ports, listens }: Ports, { port, interface: came }: Way): string | undefined {
  if (listens.length === 0)
    return ports.includes(port) ? undefined : `services.openssh.ports is [ ${ports.join(" ")} ], and ssh comes to port ${port}`;
  // Who comes through a tunnel comes by the loopback interface.
  const hears = listens.some(
    (at) => (at.port === null ? ports : [at.port]).includes(port) && (came === "lo" || !isLoopback(at.addr)),
  );
  const shown = listens.map(({ addr, port: at }) => (at === null ? addr : `${addr}:${at}`));
  return hears
    ? undefined
    : `services.openssh.listenAddresses has ${shown.join(", ")} alone, and ssh comes to port ${port}${came === undefined ? "" : ` by ${came}`}`;
}

/** What is wrong with a host's ports for who comes that way. */
export function closed(wanted: Ports, way: Way): Pick<Finding, "level" | "seen"> | undefined {
  const { ports, opens, firewall, own, open } = wanted;
  const { port, interface: came } = way;
  const silent = deaf(wanted, way);
  if (silent !== undefined) return { level: "error", seen: silent };
  const gates = open
    .filter((gate) => gate.ports.includes(port) || gate.ranges.some(({ from, to }) => from <= port && port <= to))
    .map((gate) => gate.interface);
  if (!firewall || (opens && ports.includes(port)) || gates.includes("")) return undefined;
  if (came !== undefined && gates.some((gate) => fits(gate, came))) return undefined;
  // Nobody comes from elsewhere by the loopback interface, which NixOS always trusts.
  const others = gates.filter((gate) => gate !== "lo");
  const only = others.length === 0 ? "" : `; only by ${others.join(", ")}`;
  // What is not certain is a warning.
  const doubt = own ? "; what extraCommands and extraInputRules let in is not known" : "";
  if (came === undefined && others.length > 0)
    return {
      level: "warning",
      seen: `the firewall lets port ${port} in by ${others.join(", ")} only, and by which interface ssh comes is not known${doubt}`,
    };
  return {
    level: own ? "warning" : "error",
    seen: `the firewall does not let port ${port} in${came === undefined ? "" : ` by ${came}, by which ssh comes`}${only} (networking.firewall.allowedTCPPorts)${doubt}`,
  };
}
