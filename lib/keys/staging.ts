// The lines of a script that check keys and lay them ready in a private directory, under the names they have on a target.
import { elevated, fragment, joined, type Line, type Step, step, variable } from "../script/step.ts";
import type { Key } from "./keys.ts";

/** Makes a missing key, in a private folder first: ssh-keygen would write over one that appears meanwhile. */
function making(path: string, host: string): readonly Line[] {
  const make = step("ssh-keygen", "-t", "ed25519", "-f", joined(variable("fresh"), "/key"), ["-N", ""], "-C", `${host}.local`);
  return [
    fragment("here/new-key.sh", { key: path }),
    { ...make, stdin: "none", note: `make the host key ${path}` },
    fragment("here/publish-key.sh"),
  ];
}

/** `link_key` and `copy_key NAME SHOWN PROGRAM…`: the program writes the private key (lib/shell/here/stage-keys.sh). */
function laying({ name, from, elevate }: Key, copied: boolean): Step {
  if ("command" in from) return step("copy_key", name, "the output of --key-cmd", "sh", "-c", from.command);
  return step(copied ? "copy_key" : "link_key", name, from.path, elevated(elevate, step("cat", from.path)).argv);
}

/**
 * Stages keys in `$keys`, a directory `into` below the private `$stage`, each with a .pub made of it.
 * @param copied false: links only, so that nothing private is left whatever kills the script (a key from a command is a copy
 * all the same). Copies go with the script, even when it is killed.
 * @param tells whether later lines call tell_recipient
 */
export function staging(host: string, keys: readonly Key[], into: string, copied: boolean, tells = false): readonly Line[] {
  const isCopied = ({ from }: Key) => copied || "command" in from;
  const makes = keys.some(({ missing }) => missing);
  return [
    fragment("here/private-place.sh"),
    fragment("here/stage-keys.sh", { into }),
    ...(keys.some(isCopied) ? [fragment("here/reap.sh"), fragment("here/copy-key.sh")] : []),
    ...(keys.every(isCopied) ? [] : [fragment("here/link-key.sh")]),
    ...(makes || tells ? [fragment("here/recipient.sh")] : []),
    ...keys.flatMap((key) => (key.missing && "path" in key.from ? making(key.from.path, host) : [])),
    ...keys.map((key) => laying(key, isCopied(key))),
  ];
}
