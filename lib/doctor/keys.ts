// The host's key: the one that is kept here, the one on its disk, and those in the lists of recipients.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import type { Flake } from "../here/flake.ts";
import { findHostKey } from "../keys/keys.ts";
import { quote } from "../spec/quote.ts";
import type { Status } from "../status/status.ts";
import type { Finding } from "./finding.ts";
import { recipientLists } from "./recipients.ts";
import type { Typing } from "./typing.ts";

/** The public half of the host's key here, as `type key`; undefined where there is none, or it can't be read. */
function publicHere(host: string): string | undefined {
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

/** The recipient of age that a public key comes to, as sops may have it; undefined where the program that tells is not here. */
function recipient(key: string): string | undefined {
  const told = spawnSync("ssh-to-age", { input: `${key}\n`, encoding: "utf8", timeout: 2000, stdio: ["pipe", "pipe", "ignore"] });
  return /^age1\w+$/m.exec(told.stdout ?? "")?.[0];
}

/** Lists of recipients that are there, where none of them has a public key (`type key`), by name in the flake's directory. */
function listsWithout(dir: string | undefined, host: string, key: string): readonly string[] {
  if (dir === undefined) return [];
  const lists = recipientLists(dir, host);
  const [, blob = key] = key.split(" ");
  const asAge = lists.some(({ text }) => text.includes("age1")) ? recipient(key) : undefined;
  if (lists.some(({ text }) => text.includes(blob) || (asAge !== undefined && text.includes(asAge)))) return [];
  // Of the recipients of age it is not known whose they are, unless that program is here.
  return lists.flatMap(({ file, text, sure }) => (!sure || (text.includes("age1") && asAge === undefined) ? [] : [file]));
}

/** @param there on its disk, as `type key`; undefined for none, or where the host does not answer */
export function keys(
  flake: Flake | undefined,
  { host, answers }: Pick<Status, "host" | "answers">,
  there: string | undefined,
  type: Typing,
): readonly Finding[] {
  const here = publicHere(host);
  const dir = flake?.dir;
  const found: Finding[] = [];
  if (here === undefined)
    found.push({
      ...{ id: "key-missing", level: "note", host },
      seen: `no key of it is in ~/.ssh/keys.homelab${there === undefined ? "" : `; it has its own, ${there}`}`,
      // One that is made now would take the place of the one by which the host reads its secrets.
      fix: answers && there === undefined ? type.verb("ops-push-keys", "--generate") : null,
    });
  else if (there !== undefined && there !== here) {
    // The one that secrets are encrypted to is the right one.
    const isListed = listsWithout(dir, host, here).length === 0;
    found.push({
      ...{ id: "key-differs", level: "warning", host },
      seen: `its key on its disk is not the one that is kept here${isListed ? "" : ", which no secret is encrypted to"}`,
      fix: type.verb("ops-push-keys", ...(isListed ? [] : ["--check"])),
    });
  }
  const key = there ?? here;
  const lists = key === undefined ? [] : listsWithout(dir, host, key);
  for (const { file, why } of key === undefined || dir === undefined ? [] : recipientLists(dir, host)) {
    if (dir === undefined || why === undefined) continue;
    found.push({
      ...{
        id: "list-unread",
        level: "warning",
        host,
        seen: `${file} was not read (${why}), so it is not known whether it has its key`,
      },
      fix: `ls -ld ${quote(join(dir, file))}`,
    });
  }
  const [first] = lists;
  if (dir !== undefined && first !== undefined) {
    const edit = `cd ${quote(dirname(join(dir, first)))} && \${EDITOR:-vi} ${quote(first.replace(/.*\//, ""))}`;
    found.push({
      ...{ id: "key-unlisted", level: "warning", host, seen: `${lists.join(" and ")} does not have its key ${key}` },
      // sops wants the names of the files, which nothing says.
      fix: first === ".sops.yaml" ? `(${edit})` : `(${edit} && agenix -r)`,
    });
  }
  return found;
}
