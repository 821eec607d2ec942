// The private keys on this machine, and the script that brings them to a target. Their contents are never read here: only
// the programs of the script do that, so that no key is ever in this process, its output or a word of a command.
import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "./errors.ts";
import { home } from "./machine.ts";
import { constant, quote } from "./script.ts";
import { type Elevation, elevated, fragment, joined, type Line, type Plan, type Step, step, variable } from "./step.ts";
import { knownHostsEntry, login, remotely, type SshGiven, sshFacts, sshWords } from "./target.ts";

/** The folders of ~/.ssh/keys.homelab. */
export const classes = {
  vps: "rented machines",
  pc: "workstations",
  server: "machines at home",
} as const;

const hostKeyName = "ssh_host_ed25519_key";
const globalKeyName = "global_ed25519";

/** A private key of this machine. */
export interface Key {
  readonly path: string;
  /** Not there yet: the script makes it. */
  readonly missing: boolean;
  /** How to become a user that can read it; none where this one can. */
  readonly elevate: Elevation;
}

/** Whether anything, a dangling link too, bears that name. */
const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Refuses what is no key's file. @throws Refusal naming it */
function requireFile(what: string, path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Refusal(`${what} ${path} is a link to nothing; put the key there`);
  if (found.isDirectory()) throw new Refusal(`${what} ${path} is a directory; put the key's file there`);
  if (!found.isFile()) throw new Refusal(`${what} ${path} is no regular file; put the key's file there`);
  if (found.size === 0) throw new Refusal(`${what} ${path} is empty; put the key there`);
}

const readable = (path: string) => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * A host's key in ~/.ssh/keys.homelab/{vps,pc,server}.
 * @param made the class to make it in when there is none; undefined to refuse then
 * @param retry the line to type again, with what was missing added
 * @throws Refusal when it is missing, in two folders or no file
 */
export function hostKey(host: string, made: string | undefined, retry: string): Key {
  const root = join(home(), ".ssh", "keys.homelab");
  const file = `${hostKeyName}_${host}`;
  const found = Object.keys(classes)
    .map((name) => join(root, name, file))
    .filter(isThere);
  if (found.length > 1) throw new Refusal(`${host} has more than one key: ${found.join(" and ")}; keep the right one`);
  const [path] = found;
  if (path !== undefined) {
    requireFile("the host key", path);
    if (!readable(path))
      throw new Refusal(`the host key ${path} can't be read by this user`, `sudo chown "$USER" ${quote(path)}`);
    return { path, missing: false, elevate: "none" };
  }
  if (made === undefined)
    throw new Refusal(`no host key for ${host} in ~/.ssh/keys.homelab/{vps,pc,server} (${file})`, `${retry} --generate`);
  return { path: join(root, made, file), missing: true, elevate: "none" };
}

/**
 * The key that all hosts share, in /persist/etc/ssh, else in /etc/ssh; where only root can read it the script elevates.
 * @throws Refusal when there is none or it is no file
 */
export function globalKey(elevate: Elevation, retry: string): Key {
  const path = ["/persist/etc/ssh", "/etc/ssh"].map((dir) => join(dir, globalKeyName)).find(isThere);
  if (path === undefined)
    throw new Refusal(
      `no global key: neither /persist/etc/ssh/${globalKeyName} nor /etc/ssh/${globalKeyName} is there`,
      `${retry} --no-global`,
    );
  requireFile("the global key", path);
  return { path, missing: false, elevate: readable(path) ? "none" : elevate };
}

/** The lines that make a missing key, in a private folder first: ssh-keygen would write over one that appears meanwhile. */
function making({ path }: Key, host: string): readonly Line[] {
  const fresh = variable("fresh");
  return [
    fragment("local/new-key.sh", { key: path }),
    {
      ...step("ssh-keygen", "-t", "ed25519", "-f", joined(fresh, "/key"), ["-N", ""], "-C", `${host}.local`),
      stdin: "none",
      note: `make the host key ${path}`,
    },
    fragment("local/publish-key.sh"),
  ];
}

/** `check NAME PROGRAM…`: the program writes the private key; its public half is derived and checked. */
const checking = (name: string, { path, elevate }: Key): Step =>
  step("check_key", name, path, elevated(elevate, step("cat", path)).argv);

export interface Push {
  readonly host: string;
  readonly target: string;
  /** The directory on the target. */
  readonly dest: string;
  readonly key: Key;
  readonly global: Key | undefined;
  readonly keepKnownHosts: boolean;
  readonly sshGiven: SshGiven;
}

/**
 * Keys to a running target: one connection, one tar stream, checked there, then renamed into place; known_hosts after it.
 * Only links to the private keys are staged here, so that nothing secret is left behind, whatever kills the script.
 */
export function pushKeys({ host, target, dest, key, global, keepKnownHosts, sshGiven }: Push): Plan {
  const words = sshWords(sshGiven);
  const to = login(target);
  // The host key goes last: it is the one that, half done, would lock the target out.
  const keys = [...(global === undefined ? [] : [[globalKeyName, global] as const]), [hostKeyName, key] as const];
  const install = step(
    "sh",
    "-c",
    constant("remote/put-keys.sh"),
    "sh",
    dest,
    keys.map(([name]) => name),
  );
  const stream = elevated(global?.elevate ?? "none", step("tar", "-chf", "-", "-C", variable("stage"), "."));
  const entry = knownHostsEntry(sshFacts(words, to));
  return {
    lines: [
      fragment("local/stage-keys.sh"),
      ...(key.missing ? making(key, host) : []),
      ...keys.map(([name, from]) => checking(name, from)),
      {
        ...remotely(["ssh", ...words], to, { ...install, stdin: stream }),
        note: `send ${keys.length === 1 ? "the host key" : "the global key and the host key"} to ${to}:${dest}`,
      },
      ...(entry === undefined ? [] : [fragment(keepKnownHosts ? "local/say-known-hosts.sh" : "local/known-hosts.sh", entry)]),
    ],
  };
}
