// The private keys on this machine. Their contents are never read here: only the programs of the script do that, so that no
// key is ever in this process, its output or a word of a command.
import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isOwn } from "../here/owner.ts";
import { textIfPlain } from "../here/plain-file.ts";
import { keysHome } from "../here/state.ts";
import { Refusal, shown } from "../spec/errors.ts";
import { classes, type Elevation } from "../spec/options.ts";
import { quote } from "../spec/quote.ts";

export const hostKeyName = "ssh_host_ed25519_key";
export const globalKeyName = "global_ed25519";

/** A private key of this machine. */
export interface Key {
  /** Its name on the target. */
  readonly name: typeof hostKeyName | typeof globalKeyName;
  /** Its file, or the shell command that writes it. */
  readonly from: { readonly path: string } | { readonly command: string };
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
  if (found === undefined) throw new Refusal(`${what} ${path} is a broken link; put the key there`);
  if (found.isDirectory()) throw new Refusal(`${what} ${path} is a directory; put the key's file there`);
  if (!found.isFile()) throw new Refusal(`${what} ${path} is not a regular file; put the key's file there`);
  if (found.size === 0) throw new Refusal(`${what} ${path} is empty; put the key there`);
  // As ssh does: who could read it may have it already.
  if ((found.mode & 0o077) !== 0)
    throw new Refusal(
      `${what} ${path} can be read by others (mode ${(found.mode & 0o777).toString(8).padStart(4, "0")})`,
      `chmod 600 ${quote(path)}`,
    );
}

const readable = (path: string) => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
};

const fileOf = (host: string) => `${hostKeyName}_${host}`;

/**
 * A host's key in ~/.ssh/keys.homelab/{vps,pc,server}; undefined where there is none.
 * @throws Refusal when it is in two folders, or no file, or can't be read
 */
export function findHostKey(host: string): Key | undefined {
  const found = Object.keys(classes)
    .map((name) => join(keysHome(), name, fileOf(host)))
    .filter(isThere);
  if (found.length > 1) throw new Refusal(`${host} has more than one key: ${found.join(" and ")}; keep the right one`);
  const [path] = found;
  if (path === undefined) return undefined;
  requireFile("the host key", path);
  if (!readable(path)) throw new Refusal(`the host key ${path} can't be read by this user`, `sudo chown "$USER" ${quote(path)}`);
  return { name: hostKeyName, from: { path }, missing: false, elevate: "none" };
}

/** The hosts whose key, of those that are kept here, is one of these public ones (`type key`). */
export function ownersOf(keys: readonly string[]): readonly string[] {
  const files = Object.keys(classes).flatMap((name) => {
    const folder = join(keysHome(), name);
    return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
  });
  return files.flatMap((file) => {
    const host = /\/ssh_host_ed25519_key_([^/]+)\.pub$/.exec(file)?.[1];
    if (host === undefined || !statSync(file, { throwIfNoEntry: false })?.isFile() || !readable(file)) return [];
    return keys.includes((textIfPlain(file) ?? "").trim().split(" ").slice(0, 2).join(" ")) ? [host] : [];
  });
}

/**
 * A host's key that the script is to make, in a folder of ~/.ssh/keys.homelab.
 * @throws Refusal where that folder would be in somebody else's directory, or a public key is left there whose private one is gone
 */
export function newHostKey(host: string, kind: string): Key {
  const path = join(keysHome(), kind, fileOf(host));
  if (!isOwn(path))
    throw new Refusal(`${shown(path)} would be open to others, so hey makes no key there`, "the same with HOME=DIR before it");
  if (isThere(`${path}.pub`))
    throw new Refusal(
      `${path}.pub is there without its private key; hey does not overwrite it`,
      `mv ${quote(`${path}.pub`)} ${quote(`${path}.pub.old`)}`,
    );
  return { name: hostKeyName, from: { path }, missing: true, elevate: "none" };
}

/** A host's key that a shell command writes: pass, sops, a password manager. It is run once. */
export const commandKey = (command: string): Key => ({ name: hostKeyName, from: { command }, missing: false, elevate: "none" });

/** No key where the folders should have one. @param instead the line to type */
export const noHostKey = (host: string, instead: string) =>
  new Refusal(`no host key for ${host} in ~/.ssh/keys.homelab/{vps,pc,server} (${fileOf(host)})`, instead);

const globalPlaces = ["/persist/etc/ssh", "/etc/ssh"].map((dir) => join(dir, globalKeyName));

/**
 * The key that all hosts share, in /persist/etc/ssh, else in /etc/ssh; where only root can read it the script elevates.
 * @throws Refusal when it is no file
 */
export function findGlobalKey(elevate: Elevation): Key | undefined {
  const path = globalPlaces.find(isThere);
  if (path === undefined) return undefined;
  requireFile("the global key", path);
  return { name: globalKeyName, from: { path }, missing: false, elevate: readable(path) ? "none" : elevate };
}

/** @param instead as for noHostKey */
export const noGlobalKey = (instead: string) =>
  new Refusal(`no global key: neither ${globalPlaces.join(" nor ")} is there`, instead);
