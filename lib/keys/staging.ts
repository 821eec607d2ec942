// The part of a script that checks keys and lays them ready in a private directory, under the names they have on a target.
import { call, type Part, parts, stage } from "../script/part.ts";
import { elevated, joined, type Step, step, variable } from "../script/step.ts";
import type { Key } from "./keys.ts";

/** Makes a missing key, in a private folder first: ssh-keygen would write over one that appears meanwhile. */
function making(path: string, host: string): readonly Step[] {
  const make = step(
    "ssh-keygen",
    "-t",
    "ed25519",
    "-f",
    joined(variable("fresh_key"), "/key"),
    ["-N", ""],
    "-C",
    `${host}.local`,
  );
  return [call("begin_key", [path]), { ...make, stdin: "none", note: `make the host key ${path}` }, call("publish_key", [path])];
}

/** `link_key` and `copy_key NAME SHOWN PROGRAM…`: the program writes the private key (lib/shell/here/keys.sh). */
function laying({ name, from, elevate }: Key, copied: boolean): Step {
  if ("command" in from) return call("copy_key", [name, "the output of --key-cmd", "sh", "-c", from.command]);
  return call(copied ? "copy_key" : "link_key", [name, from.path, ...elevated(elevate, step("cat", from.path)).argv]);
}

/**
 * Stages keys in `$keys`, a directory `into` below the private `$stage`, each with a .pub made of it.
 * @param copied false: links only (a key from a command is a copy all the same). All of it goes with the script, even when it is killed.
 */
export function staging(host: string, keys: readonly Key[], into: string, copied: boolean): Part {
  const isCopied = ({ from }: Key) => copied || "command" in from;
  const makes = keys.flatMap((key) => (key.missing && "path" in key.from ? [key.from.path] : []));
  return parts(
    { main: [call("stage_keys", [into], "a private directory, gone at the end, also if this is killed")] },
    { main: makes.flatMap((path) => making(path, host)) },
    {
      main: keys.map((key) => laying(key, isCopied(key))),
      stages: [
        ...makes.map((path) => stage(`make the host key ${path}`, "here", 1)),
        stage(`check the keys: ${keys.map(({ name }) => name).join(", ")}`, "here", 1),
      ],
    },
  );
}
