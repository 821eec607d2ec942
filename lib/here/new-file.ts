// A file that a person has asked for: there as a whole or not at all.
import { randomBytes } from "node:crypto";
import { accessSync, chmodSync, constants, lstatSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Refusal, shown } from "../spec/errors.ts";

/** Why the system did not do something, in a word. */
export const reason = (error: unknown) => (error as NodeJS.ErrnoException).code ?? (error as Error).message;

/** Refuses what could not be written, while nothing has been done yet. @throws Refusal */
export function requireWritable(path: string): void {
  const dir = dirname(resolve(path));
  try {
    accessSync(`${dir}/`, constants.W_OK);
  } catch (error) {
    throw new Refusal(`${shown(path)} can't be written (${reason(error)}, ${shown(dir)})`);
  }
  const there = lstatSync(resolve(path), { throwIfNoEntry: false });
  const leadsTo = there?.isSymbolicLink() ? statSync(resolve(path), { throwIfNoEntry: false }) : undefined;
  // /dev/stdout is a link, and none to remove.
  const isOfSystem = /^\/(?:dev|proc)\//.test(resolve(path));
  if (leadsTo !== undefined && (isOfSystem || !(leadsTo.isFile() || leadsTo.isDirectory())))
    throw new Refusal(`${shown(path)} is not an ordinary file; type another path`);
  if (there?.isSymbolicLink()) throw new Refusal(`${shown(path)} is a link; type the path that it points to, or remove it`);
  if (there?.isDirectory() || path.endsWith("/")) throw new Refusal(`${shown(path)} is a directory; type a file's path`);
  if (there !== undefined && !there.isFile()) throw new Refusal(`${shown(path)} is not an ordinary file; type another path`);
}

/**
 * Puts the text there under that name at once, in the place of what was there, with its mode; a link there is replaced, never followed.
 * @throws Refusal
 */
export function putFile(path: string, text: string): void {
  const fresh = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    const mode = there?.isFile() ? there.mode & 0o777 : undefined;
    writeFileSync(fresh, text, { flag: "wx", ...(mode !== undefined && { mode }) });
    if (mode !== undefined) chmodSync(fresh, mode);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new Refusal(`${shown(path)} can't be written (${reason(error)})`);
  }
}
