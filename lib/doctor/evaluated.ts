// Whether a host could still be entered with the configuration that the flake has for it.
import { join } from "node:path";
import { nixLooks } from "../here/backends.ts";
import { type Flake, machine } from "../here/flake.ts";
import { constant } from "../script/constant.ts";
import { call, type Plan, stage } from "../script/part.ts";
import { joined, step } from "../script/step.ts";
import { quote } from "../spec/quote.ts";
import type { Finding, Id, Level } from "./finding.ts";
import { type Login, type Logins, locked } from "./login.ts";
import { closed, type Ports, type Way } from "./ports.ts";

/** What evaluated.nix says of a host. */
interface Entrance extends Ports, Logins {
  readonly system: string;
  readonly sshd: boolean;
}

/** An evaluation for each host, one after another: a line each, its name and JSON, or its name and the error. */
export function evaluating(flake: Flake, hosts: readonly string[]): Plan {
  return {
    main: hosts.map((host) => call("evaluate_host", [host, machine(flake, host)])),
    own: {
      evaluate: {
        about: "what nix says of a host.",
        lines: [step(nixLooks(flake), "eval", "--raw", flake.words ?? [], "--apply", joined(constant("doctor/evaluated.nix")))],
        passes: true,
      },
    },
    stages: [stage(`evaluate ${hosts.join(", ")}`, "here", "nix's")],
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
    readonly login: Login;
    readonly arch: string | undefined;
    readonly came: Way;
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
      `nix eval --show-trace ${[...(flake.words ?? []).map(quote), ""].join(" ")}${quote(`${machine(flake, host)}.config.system.build.toplevel.drvPath`)}`,
    );
    return found;
  }
  const { login, arch, came } = about;
  if (arch !== undefined && entrance.system !== "" && arch !== entrance.system)
    say("eval-arch", "error", `its system is for ${entrance.system}, and it is ${arch} (nixpkgs.hostPlatform)`);
  const shut = closed(entrance, came);
  if (!entrance.sshd) say("eval-sshd", "error", "services.openssh.enable is false");
  else if (shut !== undefined) say("eval-port", shut.level, shut.seen);
  for (const { id, level, seen } of locked(entrance, login)) say(id, level, seen);
  return found;
}
