#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// A hey.toml comes with its repository. What it has that could do harm counts once its user has seen it, and says so.
import { lstatSync } from "node:fs";
import { findFlake } from "../lib/here/flake.ts";
import { fileOf, readSettings, trustworthy } from "../lib/inventory/settings.ts";
import { pathOf, sumOf, trustedText } from "../lib/inventory/trust.ts";
import { trustLines } from "../lib/inventory/trust-lines.ts";
import { call, type Plan, saying, stage } from "../lib/script/part.ts";
import { step } from "../lib/script/step.ts";
import { Refusal, shown } from "../lib/spec/errors.ts";
import { flakeOption } from "../lib/spec/options.ts";
import { flag } from "../lib/spec/spec.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Trust what hey.toml runs and where it sends secrets",
  purpose: "Set up",
  description:
    "Shows the settings of hey.toml that could do harm in a stranger's repository, and asks whether to use them. " +
    "hey remembers the file as it is now. After a change it asks again and shows the change. " +
    "All other settings need no trust.",
  takes: {
    flake: flakeOption,
    revoke: flag("stop trusting it"),
    yes: flag("trust it without asking", { short: "y" }),
  },
  examples: ["", "--yes", "--revoke"],
  plan: ({ flake: given, revoke, yes }): Plan => {
    const flake = findFlake(given, "as given");
    const file = fileOf(flake);
    if (file === undefined)
      throw new Refusal(`the flake ${shown(flake.ref)} is not a directory here, so it has no hey.toml that could count`);
    if (revoke)
      return {
        main: [call("forget_trust", [file, pathOf(file)])],
        stages: [stage(`forget that ${file} was trusted`, "here", 1)],
      };
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) throw new Refusal(`there is no ${shown(file)}`);
    const said = readSettings(flake);
    const before = trustedText(file);
    const some = trustworthy(said);
    if (some.length === 0) return saying([`${file} has no setting that needs trust: it counts as it is.`]);
    const lines = trustLines(file, flake, said, before);
    if (said.bytes === undefined || !some.some(({ untrusted }) => untrusted)) return saying([...lines, "It is trusted."]);
    return {
      main: [call("offer_trust", [file, sumOf(said.bytes), pathOf(file), yes ? "yes" : ""])],
      own: {
        show_settings: { about: "what in it needs trust.", lines: lines.map((line) => step("printf", "%s\\n", line)) },
      },
      stages: [stage(`show what needs trust, and note that ${file} is trusted`, "here", 1)],
    };
  },
});
