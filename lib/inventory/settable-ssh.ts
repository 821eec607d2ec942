// Which of ssh's options hey.toml may set. A hey.toml comes with its repository, and so may be a stranger's: it is obeyed where it only says
// how to reach a host. What runs a program, loosens the check of host keys, forwards anything, writes files, changes what ssh tells, or
// sends the connection to another machine than the target says is for ~/.ssh/config and for the line.
import { shown, Usage } from "../spec/errors.ts";

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

const instead = "; put it into ~/.ssh/config, or type --ssh-option";

/** Refuses an option of ssh's that hey.toml may not set. @param pair KEY=VALUE @throws Usage */
export function requireSettable(pair: string): void {
  const at = pair.indexOf("=");
  const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
  const lower = key.toLowerCase();
  if (!Object.hasOwn(settable, lower)) {
    throw new Usage(`hey.toml can't set ssh's ${shown(key)}, as it is none of the harmless ones (README)${instead}`);
  }
  if (!new RegExp(`^(?:${settable[lower]})$`).test(value))
    throw new Usage(`hey.toml can't set ssh's ${key} to ${shown(value)}${instead}`);
}
