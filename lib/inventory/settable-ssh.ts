// Which of ssh's options count in a hey.toml that the user has not trusted. It comes with its repository, and so may be a stranger's: it is
// obeyed where it only says how to reach a host. What runs a program, loosens the check of host keys, forwards anything, writes files,
// changes what ssh tells, or sends the connection to another machine than the target says needs trust (docs/security.md).
import { userInfo } from "node:os";
import { isOwn } from "../here/owner.ts";
import { oddity, usual } from "../here/plain-file.ts";
import type { Setting } from "./setting.ts";

const name = "[A-Za-z0-9_][A-Za-z0-9_.-]*";
// No token (%d), variable or pattern, and nobody else's home.
const path = "(~/|/)?[A-Za-z0-9_.@+,][A-Za-z0-9_.@+,/-]*";
const hop = `(${name}@)?(${name}|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?`;
const boolean = "yes|no";
/** A dead connection must be noticed. */
const seconds = "[1-9][0-9]?";

/** What may be set, in lower case, with the values that it may have: a regular expression for all of it, as JavaScript and Nix take them. */
export const settable: Readonly<Record<string, string>> = {
  port: "[1-9][0-9]{0,4}",
  user: name,
  hostkeyalias: name,
  identityfile: path,
  certificatefile: path,
  identitiesonly: boolean,
  proxyjump: `${hop}(,${hop})*`,
  addressfamily: "any|inet|inet6",
  bindaddress: "[A-Za-z0-9_:][A-Za-z0-9_.:-]*",
  bindinterface: name,
  compression: boolean,
  connecttimeout: seconds,
  connectionattempts: seconds,
  serveraliveinterval: seconds,
  serveralivecountmax: seconds,
  tcpkeepalive: boolean,
  // Only to be stricter.
  stricthostkeychecking: "yes",
  forwardagent: "no",
  forwardx11: "no",
};

/** Of these the ones by which ssh may come to another machine, or take another one for the target: no secret goes there unasked. */
const leading = ["port", "hostkeyalias", "proxyjump", "addressfamily", "bindaddress", "bindinterface"];

/** Of these the ones that name a file, and what ssh puts behind that name for other files (ssh.c, load_public_identity_files). */
const naming = ["identityfile", "certificatefile"];
const behind = ["", ".pub", "-cert", "-cert.pub"];

/**
 * Whether ssh can read what it opens for a file of that name: it would wait for a pipe. Of somebody else's file it is not known what it is when
 * ssh opens it.
 */
function isReadable(path: string): boolean {
  // Not join(): that takes `..` for the directory before it in the text.
  const from = path.startsWith("~/")
    ? `${userInfo().homedir}${path.slice(1)}`
    : path.startsWith("/")
      ? path
      : `${process.cwd()}/${path}`;
  return behind.every((end) => oddity(from + end, usual) === undefined && isOwn(from + end));
}

function isHarmless(key: string, value: string): boolean {
  if (!Object.hasOwn(settable, key) || !new RegExp(`^(?:${settable[key]})$`).test(value)) return false;
  return !naming.includes(key) || isReadable(value);
}

/** Why options of ssh's need trust, if they do. @param pairs KEY=VALUE each */
export function trustFor(pairs: readonly string[]): Setting["trust"] {
  const split = pairs.map((pair) => /^([^=]*)=(.*)$/s.exec(pair) ?? []);
  if (!split.every(([, key = "", value = ""]) => isHarmless(key.toLowerCase(), value))) return "runs";
  return split.some(([, key = ""]) => leading.includes(key.toLowerCase())) ? "leads" : undefined;
}
