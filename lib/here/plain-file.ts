// Reading a file that may be anything: of a stranger's repository, or of somebody else's making. Nothing is waited for, and not all memory taken.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";

/** What is not read. */
export class Unread extends Error {
  constructor(
    /** "no file" of what is none (a directory, a pipe, a device, a link to nothing), "too large", or the system's word (EACCES). */
    readonly why: string,
  ) {
    super(why);
  }
}

/** A megabyte is more than people write. */
export const usual = 1 << 20;

/** A file's bytes. A pipe is not waited for, and a device not read. @param most more than so many bytes are none. @throws Unread */
export function readPlain(path: string, most = usual): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const found = fstatSync(file);
    if (!found.isFile()) throw new Unread("no file");
    if (found.size > most) throw new Unread("too large");
    // It may grow meanwhile, and some files say that they are empty (/proc).
    const bytes = Buffer.alloc(Math.min(most, Math.max(found.size, 65536)) + 1);
    let length = 0;
    for (let more = 1; more > 0 && length < bytes.length; length += more)
      more = readSync(file, bytes, length, bytes.length - length, null);
    if (length === bytes.length) throw new Unread("too large");
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof Unread) throw error;
    const { code = "" } = error as NodeJS.ErrnoException;
    // ENXIO: a socket.
    throw new Unread(["ENOENT", "ELOOP", "ENXIO", "EISDIR", "ENOTDIR"].includes(code) ? "no file" : code);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Its text; undefined where it isn't read. */
export function textIfPlain(path: string, most = usual): string | undefined {
  try {
    return readPlain(path, most).toString("utf8");
  } catch (error) {
    if (error instanceof Unread) return undefined;
    throw error;
  }
}

/**
 * Why another program is not to open a file, as it would wait for it, or read it to no end; undefined where it may. What isn't there is not
 * opened, and a directory is not read.
 * @param most more than so many bytes are too many
 */
export function oddity(path: string, most = Number.POSITIVE_INFINITY): string | undefined {
  try {
    const found = statSync(path);
    // A socket is refused by the system itself.
    if (found.isDirectory() || found.isSocket()) return undefined;
    const end = realpathSync(path);
    // Some files of the kernel's are waited for, too.
    if (end !== "/dev/null" && (!found.isFile() || /^\/(?:proc|sys)\//.test(end))) return "is a pipe or a device";
    if (found.size > most) return "is larger than a megabyte";
  } catch {
    // It is a link to nothing, or can't be read.
  }
  return undefined;
}
