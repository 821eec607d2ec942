// What can be found out without a connection.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { spelled } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import { onPath } from "../here/machine.ts";
import { submoduleOf, tracking, untracked, withSubmodules } from "../here/untracked.ts";
import type { Machine } from "../inventory/setting.ts";
import { some } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import type { Finding } from "./finding.ts";
import { settingTarget } from "./target-setting.ts";

/** The first line that a program says of itself. */
function version(program: string, word: string): string {
  const said = spawnSync(program, [word], { encoding: "utf8", timeout: 2000 });
  return `${said.stdout ?? ""}${said.stderr ?? ""}`.split("\n", 1)[0]?.replace(/[^\x20-\x7e]/g, "") ?? "";
}

/** Of the programs here. */
export function tools(): readonly Finding[] {
  const needed = ["nix", "ssh", "git"].filter((name) => !onPath(name));
  const missing = needed.map(
    (name): Finding => ({
      ...{ id: "tool-missing", level: "error", host: null },
      ...{ seen: `${name} is not on PATH`, fix: `nix-env -f '<nixpkgs>' -iA ${name === "ssh" ? "openssh" : name}` },
    }),
  );
  const rebuild = onPath("nixos-rebuild");
  const seen = [
    needed.includes("nix") ? undefined : version("nix", "--version"),
    needed.includes("ssh") ? undefined : version("ssh", "-V"),
    rebuild ? "nixos-rebuild" : "no nixos-rebuild: ops-deploy uses nix and ssh",
  ];
  return [...missing, { id: "tools", level: "note", host: null, seen: seen.filter(Boolean).join(", "), fix: null }];
}

/** Of one host, before it is asked. */
export function before(flake: Flake | undefined, { host, target, rule }: Machine, typed: boolean): readonly Finding[] {
  const files = flake === undefined ? [] : untracked(flake, host);
  const found: Finding[] = [];
  if (flake?.dir !== undefined && files.length > 0)
    found.push({
      ...{ id: "host-untracked", level: "error", host, seen: `git does not track ${some(files)}, so nix does not see it` },
      fix: tracking(flake.dir, files),
    });
  const submodule = flake === undefined ? undefined : submoduleOf(flake, host);
  if (flake !== undefined && submodule !== undefined)
    found.push({
      ...{ id: "host-untracked", level: "error", host },
      ...{
        seen: `it lies in the submodule ${submodule}, into which nix does not see`,
        fix: `${spelled("ops-doctor")} ${quote(host)} --flake ${quote(withSubmodules(flake))}`,
      },
    });
  if (rule.by === "name" && !typed)
    found.push({
      ...{ id: "target-by-name", level: "note", host, seen: `no target is configured; hey uses the host's name, ${target}` },
      fix: flake?.dir === undefined ? null : settingTarget(join(flake.dir, "hey.toml"), host),
    });
  return found;
}
