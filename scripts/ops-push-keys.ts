#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Bring a host's ssh key and the global key to its target, so that agenix can decrypt there.
import { again } from "../lib/here/called.ts";
import { findFlake, requireHost } from "../lib/here/flake.ts";
import { commandKey, findGlobalKey, findHostKey, newHostKey, noGlobalKey, noHostKey } from "../lib/keys/keys.ts";
import { staging } from "../lib/keys/staging.ts";
import { define, elevated, fragment, step, variable } from "../lib/script/step.ts";
import { Usage } from "../lib/spec/errors.ts";
import {
  type Elevation,
  elevateOptions,
  elevations,
  flakeOption,
  fleetOptions,
  fleetStatuses,
  inHostsPlace,
  keyOptions,
  sshOptions,
} from "../lib/spec/options.ts";
import { argUnless, flag, knownTarget, option } from "../lib/spec/spec.ts";
import { accessTo, askingSecret, asRoot, provingRoot } from "../lib/target/access.ts";
import {
  farScript,
  knockingWords,
  knownAs,
  knownHostsEntry,
  pinnedWords,
  plainWords,
  remotely,
  sshFacts,
  sshWords,
} from "../lib/target/ssh.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Send a host's ssh key and the global key to its target, for agenix",
  description:
    "The keys lie in ~/.ssh/keys.homelab/{vps,pc,server}/ssh_host_ed25519_key_HOST, and the global one in " +
    "/persist/etc/ssh or /etc/ssh. " +
    "They go as one stream through one ssh, are checked there, and are renamed into place, so that each is whole at " +
    "any moment. " +
    "The old key leaves known_hosts when a new connection has proven the new one.",
  takes: {
    host: argUnless("host in the flake", "hosts", inHostsPlace),
    target: knownTarget(
      "where to reach the machine by ssh, if neither hey.toml nor an ssh alias of the host says so",
      "where said",
    ),
    flake: flakeOption,
    persist: keyOptions.persist,
    "no-global": flag("send the host's key only"),
    generate: keyOptions.generate,
    class: keyOptions.class,
    "key-cmd": option("CMD", "a shell command that writes the host's key, instead of the folder"),
    check: flag("compare the keys here, on the target's disk and presented by its sshd; change nothing", {
      excludes: ["generate"],
    }),
    "keep-known-hosts": flag("say the line for known_hosts instead of writing it"),
    ...fleetOptions,
    ...elevateOptions,
    elevate: option(
      "PROGRAM",
      "how to become root: here for a global key that only root can read, and there if the target's user isn't root",
      elevations,
      { kept: "always" },
    ),
    ...sshOptions,
  },
  examples: ["vps-ultraman vps_ultraman_root", "vps-ultraman vps_ultraman_root --generate --persist"],
  statuses: { 1: "refused, or with --check: keys differ", ...fleetStatuses },
  adapted: (given) => {
    if (given.keyCmd !== undefined) throw new Usage("--key-cmd writes one host's key; leave --on out");
    // Each puts known_hosts right, which is one file.
    return { ...given, jobs: "1" };
  },
  plan: ({ host, target, persist, noGlobal, generate, class: kind, keyCmd, check, keepKnownHosts, elevate, lane, ...given }) => {
    requireHost(findFlake(given.flake, "as given"), host);
    if (kind !== undefined && !generate) throw new Usage("--class is for a key that is made; type --generate with it");
    const key =
      keyCmd === undefined ? (findHostKey(host) ?? (generate ? newHostKey(host, kind ?? "vps") : undefined)) : commandKey(keyCmd);
    if (key === undefined) throw noHostKey(host, again("ops-push-keys", "--generate"));
    const global = noGlobal ? undefined : findGlobalKey((elevate ?? "sudo") as Elevation);
    if (global === undefined && !noGlobal) throw noGlobalKey(again("ops-push-keys", "--no-global"));

    const words = sshWords(given);
    const ssh = ["ssh", ...plainWords, ...words];
    const access = accessTo(target, { elevate, ...given });
    const { to } = access;
    const hearing = access.by === undefined && lane === undefined ? [] : [fragment("here/heard.sh", { target: to })];
    const noting = lane === undefined ? [] : [fragment("here/lane.sh", { lane }), fragment("here/gate.sh")];
    const proving = [...hearing, ...noting, ...provingRoot(access, ssh)];
    const dest = persist ? "/persist/etc/ssh" : "/etc/ssh";
    // The host key goes last: it is the one that, half done, would lock the target out.
    const keys = [...(global === undefined ? [] : [global]), key];
    const names = keys.map(({ name }) => name);
    const facts = sshFacts(words, to);
    const entry = knownHostsEntry(facts);
    if (check) {
      return {
        lines: [
          ...askingSecret(access, lane === undefined),
          ...staging(host, keys, "keys", false),
          ...proving,
          define("ask_keys", asRoot(access, ssh, farScript(["apart", "public-keys"], dest, names))),
          define("knock", remotely([...ssh, ...knockingWords], to, step("true"))),
          fragment("here/compare-keys.sh"),
        ],
      };
    }
    const send = elevated(global?.elevate ?? "none", step("tar", "-chf", "-", "-C", variable("keys"), "."));
    const install = { ...asRoot(access, ssh, farScript("put-keys", dest, names), send), capture: "changed" };
    return {
      logged: { host, target: to },
      lines: [
        ...askingSecret(access, lane === undefined),
        ...staging(host, keys, "keys", false),
        ...proving,
        ...(entry === undefined || keepKnownHosts ? [] : [fragment("here/expect-key.sh", entry)]),
        fragment("here/sending.sh", { check: again("ops-push-keys", "--check") }),
        { ...install, note: `send ${names.join(" and ")} to ${to}:${dest}` },
        fragment("here/sent.sh"),
        define("reach_pinned", step(ssh, pinnedWords, to, "--")),
        fragment("here/prove-key.sh", { name: knownAs(facts), persist: persist ? "yes" : "", patience: persist ? "" : "1 2 5" }),
        ...(entry === undefined
          ? []
          : [keepKnownHosts ? fragment("here/say-known-hosts.sh", entry) : fragment("here/known-hosts.sh", { reinstalled: "" })]),
      ],
    };
  },
});
