// Which hey.toml the user has trusted, as it was then: $XDG_STATE_HOME/hey/trusted, a file for each of them by the SHA-256 of its path. The
// first line of it has the path, the second the SHA-256 of the hey.toml, and all behind them is that file itself, for the next question's
// difference. lib/shell/here/trust.sh writes them.
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { isOwn } from "../here/owner.ts";
import { textIfPlain } from "../here/plain-file.ts";
import { stateHome } from "../here/state.ts";
import { unlinked } from "../here/tree.ts";

export const sumOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** The path that a note is of: without links, so that a file is the same by whatever way one comes to it. It may not be there yet. */
export const pathOf = (file: string): string => join(unlinked(dirname(file)), basename(file));

/** A hey.toml as it was when it was trusted; undefined where it never was. */
export function trustedText(file: string): string | undefined {
  const place = stateHome();
  const path = pathOf(file);
  const record = place === undefined ? "" : join(place, "trusted", sumOf(path));
  const [head, sum, ...lines] = (record === "" || !isOwn(record) ? "" : (textIfPlain(record, 2 << 20) ?? "")).split("\n");
  const text = lines.join("\n");
  // A note that was cut off, by a full disk say, is none.
  return head === path && sum === sumOf(text) ? text : undefined;
}

/** Whether a hey.toml is as it was when it was trusted. */
export const isTrusted = (file: string, bytes: Uint8Array): boolean => trustedText(file) === Buffer.from(bytes).toString("utf8");
