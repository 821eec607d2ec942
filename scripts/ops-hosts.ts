#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// The machines: what the other verbs will take for each, and why.
import { findFlake } from "../lib/here/flake.ts";
import { importing, kinds } from "../lib/inventory/importing.ts";
import { inventory } from "../lib/inventory/inventory.ts";
import { asJson, asTable } from "../lib/inventory/listing.ts";
import { select } from "../lib/inventory/selection.ts";
import { saying } from "../lib/script/part.ts";
import { Refusal } from "../lib/spec/errors.ts";
import { flakeOption, sshOptions } from "../lib/spec/options.ts";
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
    "ssh-config": sshOptions["ssh-config"],
  },
  examples: ["", "--on 'web*,@vps,!db' --why", "--import deploy-rs"],
  plan: ({ flake: given, on, why, json, import: tool, yes, sshConfig }) => {
    const flake = findFlake(given, "as given");
    if (tool !== undefined) return importing(flake, tool, yes);
    const all = inventory(flake, { sshOption: [], sshConfig });
    if (all.length === 0)
      throw new Refusal(
        "no host of the flake is known without evaluation: it has neither hosts/NAME/default.nix nor a name in nixosConfigurations",
        "a hey.toml with [hosts.NAME]",
      );
    const machines = on === undefined ? all : select(all, on);
    return saying(json ? asJson(machines) : asTable(machines, why));
  },
});
