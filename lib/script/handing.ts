// A text as an open file, which /bin/sh reads as /dev/fd/3. A pipe of node's is a socket, which nobody can open.
import { randomBytes } from "node:crypto";
import { openSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../spec/errors.ts";

/** Memory first, where there is such a place. */
const places = () => [process.env["XDG_RUNTIME_DIR"] ?? "", "/dev/shm", tmpdir()].filter((place) => place.startsWith("/"));

/**
 * Opens a file that has the text, and no name: nobody else reads it, and nothing is left of it.
 * @throws Refusal where there is no place for one
 */
export function handed(text: string): number {
  let why = "no such place";
  for (const place of places()) {
    const path = join(place, `hey-${process.pid}-${randomBytes(8).toString("hex")}`);
    try {
      const file = openSync(path, "wx+", 0o600);
      unlinkSync(path);
      const bytes = Buffer.from(text);
      // By its place in the file, as who opens it may share how far it was read.
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at);
      return file;
    } catch (error) {
      why = (error as Error).message;
    }
  }
  throw new Refusal(
    `hey can't keep the script anywhere (${why}); nothing was done`,
    "the same with TMPDIR=DIR before it, a directory of yours",
  );
}
