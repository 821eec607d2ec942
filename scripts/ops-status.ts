#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// What the machines are like now.
import { evaluating } from "../lib/deploy/deployment.ts";
import { requireWritable } from "../lib/here/new-file.ts";
import { machinesAsked } from "../lib/inquiry/inquiry.ts";
import { flakeMeant } from "../lib/inventory/flake.ts";
import { requireHost } from "../lib/inventory/hosts.ts";
import { namesKnown } from "../lib/inventory/inventory.ts";
import { withSettings } from "../lib/inventory/settings.ts";
import { entries } from "../lib/log/log.ts";
import { call, parts, stage } from "../lib/script/part.ts";
import {
  askedOptions,
  elevateOption,
  evaluationOptions,
  flakeOption,
  hostHelp,
  sshOptions,
  targetHelp,
} from "../lib/spec/options.ts";
import { arg, flag, option } from "../lib/spec/spec.ts";
import { page } from "../lib/status/page.ts";
import { statusOf } from "../lib/status/status.ts";
import { paperHere, statusList, statusTable } from "../lib/status/table.ts";
import { accessTo, askedOnce } from "../lib/target/access.ts";
import { askingWords, sshWords } from "../lib/target/ssh.ts";
import { shownJson } from "../lib/text/json.ts";
import { verb } from "../lib/verb/verb.ts";

const takes = {
  host: arg(`${hostHelp} (default: all of them)`, "hosts", "optional"),
  target: arg(targetHelp, "targets", "optional"),
  flake: flakeOption,
  ...askedOptions,
  ...evaluationOptions,
  eval: flag("also compare each host with the flake (takes an evaluation)"),
  watch: option("SECONDS", "ask again every SECONDS (default: 5), until ^C", "seconds", { bare: "5", range: [1, 3600] }),
  json: flag("JSON, with everything that is known"),
  html: option("FILE", "also write a page to read on a phone, with the deploys over time", "files"),
  ...elevateOption,
  ...sshOptions,
};

export default verb(module, {
  summary: "Show what the hosts run and boot, and how they are",
  purpose: "Look",
  most: ["on", "eval", "watch", "html", "json"],
  description:
    "Asks all hosts side by side, with one connection each, and changes nothing. An unreachable host is a line that says why.",
  takes,
  examples: ["", "vps-ultraman", "--on @vps --eval", "--html fleet.html"],
  statuses: {
    0: "all hosts answered",
    20: "some hosts do not evaluate (--eval)",
    21: "some hosts were unreachable; all others answered",
  },
  inquire: (given) => {
    const machines = machinesAsked(given);
    const flake = flakeMeant(given.flake, "as given", given, "say");
    if (given.host !== undefined) requireHost(flake, given.host);
    if (given.html !== undefined) {
      // What the page can't be made of, or put to, is said before anybody is asked.
      requireWritable(given.html);
      entries();
    }
    const known = namesKnown(given);
    const hosts = machines.map(({ host }) => host);
    const again = given.watch === undefined ? undefined : Number(given.watch);
    return {
      // Two for the connection, and the rest for a machine that is slow.
      patience: 6,
      again,
      data: given.json,
      beside: given.eval
        ? parts(evaluating(flake, flake.words ?? [], true), {
            main: [call("show_systems", hosts)],
            stages: [stage(`evaluate ${hosts.join(", ")}`, "here")],
          })
        : undefined,
      questions: machines.map((machine) => {
        const { host, target } = machine;
        const own = withSettings(takes, given, machine);
        const { to, silently } = accessTo(target, own);
        return {
          host,
          target,
          plan: askedOnce(to, silently("tell_status"), [...askingWords(), ...sshWords(own)], "ask what it is like"),
        };
      }),
      report: (answers, beside) => {
        const wanted = (host: string) => beside && (beside.facts.one(host)?.split(" ")[1] ?? "");
        const all = answers.map((answer) => statusOf(answer, known, wanted(answer.host)));
        const [only] = given.host === undefined ? [] : all;
        const text = only === undefined ? statusTable(all, paperHere()) : statusList(only, paperHere());
        const undecided = all.some(({ flake }) => flake === "does not evaluate");
        return {
          text: given.json ? `${shownJson(all, again === undefined ? 2 : 0)}\n` : text,
          status: undecided ? 20 : all.every(({ answers: does }) => does) ? 0 : 21,
          file:
            given.html === undefined ? undefined : { path: given.html, text: page(all, entries(), { now: new Date(), again }) },
        };
      },
    };
  },
});
