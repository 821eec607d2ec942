#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// A first hey.toml, so that the safe way is the default from the first deployment on.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { spelled } from "../lib/here/called.ts";
import { findFlake } from "../lib/here/flake.ts";
import { aliases } from "../lib/inventory/aliases.ts";
import { flakeMeant } from "../lib/inventory/flake.ts";
import { machinesIfKnown } from "../lib/inventory/inventory.ts";
import { proposed } from "../lib/inventory/proposed.ts";
import { pathOf } from "../lib/inventory/trust.ts";
import { call, stage } from "../lib/script/part.ts";
import { step } from "../lib/script/step.ts";
import { Refusal, shown } from "../lib/spec/errors.ts";
import { evaluationOptions, flakeOption, sshOptions } from "../lib/spec/options.ts";
import { flag } from "../lib/spec/spec.ts";
import { verb } from "../lib/verb/verb.ts";

/** Refuses where a hey.toml is, whatever it is. A shell that redirects to it has made it, without anything in it. @throws Refusal */
function requireAbsent(file: string): void {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there === undefined || (there.isFile() && there.size === 0)) return;
  throw new Refusal(`${shown(file)} is there already; hey does not overwrite it`, `${spelled("ops-hosts")} --why`);
}

export default verb(module, {
  summary: "Write a first hey.toml, with guard and ask turned on",
  purpose: "Set up",
  description:
    "Reads the flake and ssh's configuration, shows the hey.toml it would write, and asks. " +
    "From then on a deployment shows what will change, and rolls back by itself if this machine can't log in again. " +
    "hey never overwrites a hey.toml.",
  takes: {
    flake: flakeOption,
    ...evaluationOptions,
    yes: flag("write it without asking", { short: "y" }),
    "ssh-config": sshOptions["ssh-config"],
  },
  examples: ["", "--yes"],
  plan: ({ flake: given, yes, sshConfig, impure, overrideInput }) => {
    const { dir } = findFlake(given, "as given");
    const file = dir === undefined ? "" : join(dir, "hey.toml");
    if (file !== "") requireAbsent(file);
    const flake = flakeMeant(given, "as given", { impure, overrideInput }, "say");
    const ssh = { sshOption: [], sshConfig };
    const lines = proposed(machinesIfKnown(flake, ssh), aliases(ssh));
    return {
      main: [
        { ...call("settings_text", [], "what it will say"), capture: "text" },
        call("offer_settings", [file, yes ? "yes" : "", pathOf(file)], "shown, and written where that is agreed to"),
      ],
      own: {
        settings_text: {
          about: "a hey.toml of what the flake and ssh's configuration have.",
          lines: lines.map((line) => (line === "" ? step("printf", "\\n") : step("printf", "%s\\n", line))),
        },
      },
      stages: [stage("show it, and write hey.toml", "here", 1)],
    };
  },
});
