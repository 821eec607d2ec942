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
  summary: "List the flake's hosts, and where each is reached",
  purpose: "Look",
  most: ["on", "why", "import"],
  description: "hey reaches a host by its target in hey.toml, else by an ssh alias of its name, else by the name itself.",
  takes: {
    flake: flakeOption,
    on: option("SELECTION", "only these: names, 'web*', @tag, !except, with commas between", "machines"),
    why: flag("also show the source: hey.toml and its line, an ssh alias and its file, or the name"),
    json: flag("JSON, with everything that is known"),
    import: option("TOOL", "write a hey.toml from another tool's settings in the flake; shows it first", kinds),
    yes: flag("with --import: write it without asking", { short: "y" }),
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
