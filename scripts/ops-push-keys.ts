#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Bring a host's ssh key and the global key to its target, so that agenix can decrypt there.
import { turnOf } from "../lib/deploy/turn.ts";
import { again } from "../lib/here/called.ts";
import { flakeMeant } from "../lib/inventory/flake.ts";
import { requireHost } from "../lib/inventory/hosts.ts";
import { commandKey, findGlobalKey, findHostKey, newHostKey, noGlobalKey, noHostKey } from "../lib/keys/keys.ts";
import { staging } from "../lib/keys/staging.ts";
import { call, calling, nothing, type Part, parts, stage } from "../lib/script/part.ts";
import { elevated, step, variable } from "../lib/script/step.ts";
import {
  type Elevation,
  elevateOptions,
  elevations,
  evaluationOptions,
  flakeOption,
  fleetOptions,
  fleetStatuses,
  hostHelp,
  inHostsPlace,
  keyOptions,
  limitOptions,
  renameOption,
  sshOptions,
} from "../lib/spec/options.ts";
import { argUnless, flag, group, knownTarget, option } from "../lib/spec/spec.ts";
import { accessTo, requireAlone } from "../lib/target/access.ts";
import { requireMachineOf } from "../lib/target/identity.ts";
import { asOptions, knockingWords, knownGiven, ownWords, pinnedWords, sshFacts, sshWords } from "../lib/target/ssh.ts";
import { verb } from "../lib/verb/verb.ts";

const mayTakeKeys = (dest: string, names: readonly string[]) =>
  calling(
    "ask_there",
    ["may_take_keys", dest, ...names],
    "is it there, who is it, and can it take them?",
    stage(`ask it who it is, and whether keys can be put into ${dest}`, "there", 1),
  );

export default verb(module, {
  summary: "Send a host its ssh key, for agenix and sops-nix",
  purpose: "Set up",
  most: ["check", "generate", "persist", "print"],
  description:
    "The keys lie in ~/.ssh/keys.homelab/{vps,pc,server}/ssh_host_ed25519_key_HOST, and the global one in " +
    "/persist/etc/ssh or /etc/ssh. " +
    "hey sends them as one stream through one ssh call, checks them there and renames them into place, so that each is " +
    "whole at any moment. " +
    "It removes the old key from known_hosts once a new connection has proven the new one.",
  takes: {
    host: argUnless(hostHelp, "hosts", inHostsPlace),
    target: knownTarget("ssh destination (default: from hey.toml, or an ssh alias)", "where said"),
    flake: flakeOption,
    ...evaluationOptions,
    ...group("Keys", {
      persist: keyOptions.persist,
      "no-global": flag("send only the host's key, not the global one"),
      generate: keyOptions.generate,
      class: keyOptions.class,
      "key-cmd": option("CMD", "take the host's key from this shell command, not from the folder"),
      check: flag("compare the keys here, on the host's disk and of its sshd; change nothing"),
      "keep-known-hosts": flag("print the line for known_hosts, don't write it"),
    }),
    ...renameOption,
    ...fleetOptions,
    ...elevateOptions,
    ...group("Connection", {
      elevate: option("PROGRAM", "become root by this program, here for a key that only root can read, and there", elevations, {
        kept: "always",
      }),
    }),
    ...limitOptions,
    ...sshOptions,
  },
  examples: ["vps-ultraman vps_ultraman_root", "vps-ultraman vps_ultraman_root --generate --persist"],
  statuses: { 1: "refused; with --check: the keys differ", ...fleetStatuses },
  // Each puts known_hosts right, which is one file.
  adapted: (given) => ({ ...given, jobs: given.serial ? undefined : "1" }),
  sendsSecrets: true,
  plan: ({
    host,
    target,
    persist,
    noGlobal,
    generate,
    class: kind,
    keyCmd,
    check,
    keepKnownHosts,
    elevate,
    rename,
    lane,
    ...given
  }) => {
    const flake = flakeMeant(given.flake, "as given", given);
    requireHost(flake, host);
    const key =
      keyCmd === undefined ? (findHostKey(host) ?? (generate ? newHostKey(host, kind ?? "vps") : undefined)) : commandKey(keyCmd);
    if (key === undefined) throw noHostKey(host, again("ops-push-keys", "--generate"));
    const global = noGlobal ? undefined : findGlobalKey((elevate ?? "sudo") as Elevation);
    if (global === undefined && !noGlobal) throw noGlobalKey(again("ops-push-keys", "--no-global"));

    const words = sshWords(given);
    const access = accessTo(target, { elevate, ...given });
    const { to } = access;
    const turn = turnOf(lane);
    requireAlone(access, turn.alone);
    const dest = persist ? "/persist/etc/ssh" : "/etc/ssh";
    // The host key goes last: it is the one that, half done, would lock the target out.
    const keys = [...(global === undefined ? [] : [global]), key];
    const names = keys.map(({ name }) => name);
    const begins = parts(
      turn.begins,
      staging(host, keys, "keys", false),
      access.connect({ unattended: false, alert: false }),
      check ? nothing : mayTakeKeys(dest, names),
      turn.waits,
      check ? nothing : requireMachineOf({ host, rename }, flake, true),
    );
    const own: Part = { main: [], given: { own_options: asOptions(ownWords(words)) } };
    if (check)
      return parts(begins, own, {
        main: [call("compare_keys", [dest, ...names], "here, on its disk, and as its sshd presents it")],
        given: { knocking_options: asOptions(knockingWords) },
        stages: [stage("compare: here, on its disk, and as its sshd presents them", "both", 1)],
      });
    const send = elevated(global?.elevate ?? "none", step("tar", "-chf", "-", "-C", variable("keys"), "."));
    return {
      logged: { host, target: to },
      ...parts(
        begins,
        own,
        {
          main: [
            keepKnownHosts
              ? call("say_key", [], "the line for known_hosts")
              : call("expect_key", ["--keep-known-hosts"], "known here before it is there"),
          ],
        },
        {
          main: [
            call("begin_to_send"),
            {
              ...call("send_keys", [dest, ...names], "one stream, checked there, renamed into place"),
              stdin: send,
              capture: "sent",
              note: `send ${names.join(" and ")} to ${to}:${dest}`,
            },
            call("end_to_send"),
            call("prove_key", persist ? [] : ["1", "2", "5"], "by a new connection"),
          ],
          given: {
            type_check: again("ops-push-keys", "--check"),
            persist: persist ? "yes" : "",
            pinned_options: asOptions(pinnedWords),
            ...knownGiven(sshFacts(words, to, true)),
          },
          stages: [
            stage(`send ${names.join(" and ")} to ${dest}`, "there", 1),
            stage("does it present the new key to a new connection?", "both", 1),
          ],
        },
        keepKnownHosts ? nothing : { main: [call("replace_key", [], "in known_hosts")] },
      ),
    };
  },
});
