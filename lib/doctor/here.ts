// What can be found out without a connection.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { some } from "../errors.ts";
import { type Flake, untracked } from "../flake.ts";
import type { Machine } from "../inventory.ts";
import { findHostKey } from "../keys.ts";
import { onPath } from "../machine.ts";
import { quote } from "../script.ts";
import type { Finding } from "./finding.ts";
import { settingTarget } from "./target-setting.ts";
import type { Typing } from "./typing.ts";

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
    rebuild ? "nixos-rebuild" : "no nixos-rebuild: type --backend nix, or keep it in hey.toml",
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
      fix: `git -C ${quote(flake.dir)} add -N ${files.map(quote).join(" ")}`,
    });
  if (rule.by === "name" && !typed)
    found.push({
      ...{ id: "target-by-name", level: "note", host, seen: `it is reached as ${target}, for want of anything else` },
      fix: flake?.dir === undefined ? null : settingTarget(join(flake.dir, "hey.toml"), host),
    });
  return found;
}

/** The public half of the host's key here, as `type key`; undefined where there is none, or it can't be read. */
export function publicHere(host: string): string | undefined {
  try {
    const key = findHostKey(host);
    if (key === undefined || !("path" in key.from)) return undefined;
    // ssh-keygen reads it, and this process sees the public half alone.
    const derived = spawnSync("ssh-keygen", ["-y", "-P", "", "-f", key.from.path], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return derived.status === 0 ? derived.stdout.trim().split(" ").slice(0, 2).join(" ") : undefined;
  } catch {
    return undefined;
  }
}

/** Lists of recipients that are there, and don't have a public key. */
export function listsWithout(flake: Flake | undefined, key: string): readonly string[] {
  const { dir } = flake ?? {};
  if (dir === undefined) return [];
  const lists = ["secrets.nix", "secrets/secrets.nix", ".sops.yaml"].filter((file) => existsSync(join(dir, file)));
  const isIn = (file: string) => readFileSync(join(dir, file), "utf8").includes(key);
  // sops knows ssh keys by their age recipients, which only ssh-to-age can tell.
  const known = lists.filter((file) => file !== ".sops.yaml" || isIn(file));
  return known.some(isIn) ? [] : known;
}

/** Of the host's key: here, on its disk, and in the lists of recipients. @param there on its disk, as `type key` */
export function keys(flake: Flake | undefined, host: string, there: string | undefined, type: Typing): readonly Finding[] {
  const here = publicHere(host);
  if (here === undefined)
    return [
      {
        id: "key-missing",
        level: "note",
        host,
        seen: "no key of it is in ~/.ssh/keys.homelab",
        fix: type.verb("ops-push-keys", "--generate"),
      },
      ...unlisted(flake, host, there),
    ];
  const differs = there !== undefined && there !== here;
  return [
    ...(differs
      ? [
          {
            id: "key-differs",
            level: "warning",
            host,
            seen: "its key on its disk is not the one that is kept here",
            fix: type.verb("ops-push-keys"),
          } as const,
        ]
      : []),
    ...unlisted(flake, host, there ?? here),
  ];
}

function unlisted(flake: Flake | undefined, host: string, key: string | undefined): readonly Finding[] {
  const lists = key === undefined ? [] : listsWithout(flake, key.split(" ")[1] ?? key);
  if (lists.length === 0 || key === undefined) return [];
  return [
    {
      ...{ id: "key-unlisted", level: "warning", host, seen: `${lists.join(" and ")} does not have its key ${key}` },
      fix: `\${EDITOR:-vi} ${quote(join(flake?.dir ?? ".", lists[0] ?? ""))} && agenix -r`,
    },
  ];
}
