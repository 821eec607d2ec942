// Which of ssh's options count in a hey.toml that the user has not trusted. It comes with its repository, and so may be a stranger's: it is
// obeyed where it only says how to reach a host. What runs a program, loosens the check of host keys, forwards anything, writes files,
// changes what ssh tells, or sends the connection to another machine than the target says needs trust (docs/security.md).
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

/** Why options of ssh's need trust, if they do. @param pairs KEY=VALUE each */
export function trustFor(pairs: readonly string[]): Setting["trust"] {
  const keys = pairs.map((pair) => {
    const at = pair.indexOf("=");
    const key = pair.slice(0, at).toLowerCase();
    const isHarmless = Object.hasOwn(settable, key) && new RegExp(`^(?:${settable[key]})$`).test(pair.slice(at + 1));
    return isHarmless ? key : undefined;
  });
  return keys.includes(undefined) ? "runs" : keys.some((key) => leading.includes(key ?? "")) ? "leads" : undefined;
}
