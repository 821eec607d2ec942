#!/bin/sh
":" //; here=$(readlink -f "$0"); exec "${here%/*}/../lib/start" "$here" "$0" "$@"

// Bring a host's ssh key and the global key to its target, so that agenix can decrypt there.
import { spelled } from "../lib/called.ts";
import { findFlake, requireHost } from "../lib/flake.ts";
import { classes, globalKey, hostKey, pushKeys } from "../lib/keys.ts";
import { arg, flag, flakeOption, option } from "../lib/spec.ts";
import { type Elevation, elevations } from "../lib/step.ts";
import { sshOptions } from "../lib/target.ts";
import { verb } from "../lib/verb.ts";

export default verb(module, {
  summary: "Send a host's ssh key and the global key to its target, for agenix",
  takes: {
    host: arg("host in the flake", "hosts"),
    target: arg("where to reach the machine by ssh", "targets"),
    flake: flakeOption,
    persist: flag("put them into /persist/etc/ssh, for a root that is wiped at boot"),
    "no-global": flag("send the host's key only"),
    generate: flag("make the host's key if there is none"),
    class: option("CLASS", "the folder of keys.homelab for a key that is made, if not vps", classes),
    "keep-known-hosts": flag("say the line for known_hosts instead of writing it"),
    elevate: option("PROGRAM", "how to read a global key that only root can read here", elevations),
    ...sshOptions,
  },
  examples: ["vps-ultraman vps_ultraman_root", "vps-ultraman vps_ultraman_root --generate --persist"],
  plan: ({ host, target, persist, noGlobal, generate, class: kind = "vps", keepKnownHosts, elevate = "sudo", ...given }) => {
    requireHost(findFlake(given.flake, "as given"), host);
    const retry = `${spelled("ops-push-keys")} ${host} ${target}`;
    return pushKeys({
      host,
      target,
      dest: persist ? "/persist/etc/ssh" : "/etc/ssh",
      key: hostKey(host, generate ? kind : undefined, retry),
      global: noGlobal ? undefined : globalKey(elevate as Elevation, retry),
      keepKnownHosts,
      sshGiven: given,
    });
  },
});
