#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// The machines: what the other verbs will take for each, and why.
import { flakeMeant } from "../lib/inventory/flake.ts";
import { importing, kinds } from "../lib/inventory/importing.ts";
import { machinesMeant } from "../lib/inventory/inventory.ts";
import { asJson, asTable } from "../lib/inventory/listing.ts";
import { goOnWithout } from "../lib/inventory/settings.ts";
import { saying } from "../lib/script/part.ts";
import { evaluationOptions, flakeOption, sshOptions } from "../lib/spec/options.ts";
import { flag, option } from "../lib/spec/spec.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "List the hosts of the flake: where each is reached, its tags and settings",
  description: "A host is reached by its target in hey.toml, else by an ssh alias of its name, else by the name itself.",
  takes: {
    flake: flakeOption,
    on: option("SELECTION", "only these: host names, patterns and @tags, with '!' what is left out", "machines"),
    why: flag("also what says so: hey.toml with its line, an ssh alias with its file, or the name alone"),
    json: flag("as JSON, with all of it"),
    import: option("TOOL", "write a hey.toml of what the flake says for another tool, after showing it", kinds),
    yes: flag("with --import, write it without asking", { short: "y" }),
    ...evaluationOptions,
    "ssh-config": sshOptions["ssh-config"],
  },
  examples: ["", "--on 'web*,@vps,!db' --why", "--import deploy-rs"],
  plan: ({ flake: given, on, why, json, import: tool, yes, sshConfig, impure, overrideInput }) => {
    const flake = flakeMeant(given, "as given", { impure, overrideInput }, "say");
    if (tool !== undefined) return importing(flake, tool, yes);
    const machines = machinesMeant(flake, { sshOption: [], sshConfig }, { on });
    goOnWithout([...new Set(machines.flatMap(({ held }) => held))], { flake: given });
    return saying(json ? asJson(machines) : asTable(machines, why));
  },
});
