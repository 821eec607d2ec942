#!/bin/sh
":" //; here=$(readlink -f "$0"); exec "${here%/*}/../lib/start" "$here" "$0" "$@"

// What the machines are like now.
import { evaluating } from "../lib/deploy.ts";
import { accessTo, asRoot, elevateOption } from "../lib/elevation.ts";
import { findFlake, requireHost } from "../lib/flake.ts";
import { askedOptions, machinesAsked } from "../lib/inquiry/inquiry.ts";
import { withSettings } from "../lib/settings.ts";
import { arg, flag, flakeOption, option } from "../lib/spec.ts";
import { statusOf } from "../lib/status/status.ts";
import { statusTable } from "../lib/status/table.ts";
import { fragment } from "../lib/step.ts";
import { askingWords, farScript, sshOptions, sshWords } from "../lib/target.ts";
import { verb } from "../lib/verb.ts";

const takes = {
  host: arg("host in the flake, if not all of them", "hosts", "optional"),
  target: arg("where to reach it by ssh, if not as hey.toml, an ssh alias of it or its name says", "targets", "optional"),
  flake: flakeOption,
  ...askedOptions,
  eval: flag("also whether each runs and boots what the flake says, which takes an evaluation"),
  watch: option("SECONDS", "again and again, so many seconds apart (5), until ^C", "seconds", { bare: "5", range: [1, 3600] }),
  json: flag("as JSON, with all that is known"),
  ...elevateOption,
  ...sshOptions,
};

export default verb(module, {
  summary: "Show what hosts run and boot, and how they are",
  takes,
  examples: ["", "vps-ultraman", "--on @vps --eval"],
  inquire: (given) => {
    const machines = machinesAsked(given);
    if (given.host !== undefined) requireHost(findFlake(given.flake, "as given"), given.host);
    const hosts = machines.map(({ host }) => host);
    return {
      // Two for the connection, and the rest for a machine that is slow.
      patience: 6,
      again: given.watch === undefined ? undefined : Number(given.watch),
      beside: given.eval ? { lines: [...evaluating(findFlake(given.flake, "as given"), []), fragment("local/systems.sh", { hosts: hosts.join(" ") })] } : undefined,
      questions: machines.map((machine) => {
        const { host, target } = machine;
        const own = withSettings(takes, given, machine);
        const ask = asRoot(accessTo(target, own), ["ssh", ...askingWords, ...sshWords(own)], farScript(["deployment", "status"]));
        return { host, target, plan: { lines: [{ ...ask, stdin: "none" }] } };
      }),
      report: (answers, beside) => {
        const wanted = (host: string) => beside && (beside.facts.one(host)?.split(" ")[1] ?? "");
        const all = answers.map((answer) => statusOf(answer, wanted(answer.host)));
        const width = process.stdout.isTTY ? process.stdout.columns : undefined;
        return { text: given.json ? `${JSON.stringify(all, null, 2)}\n` : statusTable(all, width), status: all.every(({ answers: does }) => does) ? 0 : 21 };
      },
    };
  },
});
