#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// What would go wrong with a deployment, found out before one.
import { evaluated, evaluating } from "../lib/doctor/evaluated.ts";
import { type Finding, ids } from "../lib/doctor/finding.ts";
import { before, tools } from "../lib/doctor/here.ts";
import { keys } from "../lib/doctor/keys.ts";
import { offered } from "../lib/doctor/offered.ts";
import { asText } from "../lib/doctor/report.ts";
import { answered, onDisk, silent } from "../lib/doctor/there.ts";
import { typing } from "../lib/doctor/typing.ts";
import { onPath } from "../lib/here/machine.ts";
import { machinesAsked } from "../lib/inquiry/inquiry.ts";
import { flakeMeant } from "../lib/inventory/flake.ts";
import { requireHost } from "../lib/inventory/hosts.ts";
import { namesKnown } from "../lib/inventory/inventory.ts";
import { withSettings } from "../lib/inventory/settings.ts";
import { ownersOf } from "../lib/keys/keys.ts";
import {
  askedOptions,
  elevateOption,
  evaluationOptions,
  flakeOption,
  hostHelp,
  sshOptions,
  targetHelp,
} from "../lib/spec/options.ts";
import { arg, flag, options } from "../lib/spec/spec.ts";
import { statusOf } from "../lib/status/status.ts";
import { paperHere } from "../lib/status/table.ts";
import { accessTo, askedOnce } from "../lib/target/access.ts";
import { askingWords, sshFacts, sshWords } from "../lib/target/ssh.ts";
import { shownJson } from "../lib/text/json.ts";
import { verb } from "../lib/verb/verb.ts";

const takes = {
  host: arg(`${hostHelp} (default: all of them)`, "hosts", "optional"),
  target: arg(targetHelp, "targets", "optional"),
  flake: flakeOption,
  ...askedOptions,
  ...evaluationOptions,
  eval: flag("also check that the next deploy would not lock you out (takes an evaluation)"),
  skip: options("ID", "leave out this finding", ids),
  json: flag("JSON"),
  ...elevateOption,
  "ask-elevate-password": flag("as for deployments: sudo's password is asked for once", {
    kept: "always",
  }),
  ...sshOptions,
};

export default verb(module, {
  summary: "Find problems before you deploy, each with its fix",
  purpose: "Look",
  most: ["on", "eval", "skip", "json"],
  description:
    "Asks all hosts side by side, with one connection each, and changes nothing. " +
    "Each finding has an id, what was seen, and a command that fixes it.",
  takes,
  examples: ["", "vps-ultraman vps_ultraman_root --eval", "--on @vps --skip memory-low"],
  statuses: { 0: "no errors", 1: "found errors" },
  inquire: (given) => {
    const flake = flakeMeant(given.flake, "as given", given, "say");
    if (given.host !== undefined) requireHost(flake, given.host);
    const machines = machinesAsked(given);
    // What is missing here is a finding, and no reason to say nothing.
    const asked = (onPath("ssh") ? machines : []).map((machine) => {
      const own = withSettings(takes, given, machine);
      const access = accessTo(machine.target, own);
      return { machine, own, access, words: sshWords(own) };
    });
    const known = namesKnown(given);
    const hosts = machines.map(({ host }) => host);
    return {
      // Two for the connection, and the rest for a machine that is slow.
      patience: 8,
      data: given.json,
      beside: given.eval && onPath("nix") ? evaluating(flake, hosts) : undefined,
      questions: asked.map(({ machine, access, words }) => {
        // -v, as ssh says only then which key the target has presented; not over a connection that is there already, which presents none.
        const options = ["-v", ...askingWords(), "-o", "ControlMaster=no", "-o", "ControlPath=none", ...words];
        return {
          host: machine.host,
          target: machine.target,
          plan: askedOnce(access.to, access.silently("tell_health"), options, "ask what it is like"),
        };
      }),
      report: (answers, beside) => {
        const here = machines.flatMap((machine) => before(flake, machine, given.target !== undefined));
        const there = asked.flatMap(({ machine, own, access, words }, at): readonly Finding[] => {
          const answer = answers[at];
          if (answer === undefined) return [];
          const status = statusOf(answer, known, undefined);
          const ssh = sshFacts(words, access.to);
          const type = typing(machine, { ...own, flake: given.flake, target: given.target }, access, ssh);
          const said = status.answers
            ? answered(status, answer, type, access, ownersOf(onDisk(answer).map(({ key }) => key)))
            : [silent(status, answer, ssh, type)];
          // A router may lead to another port of the host than ssh goes to.
          const came = {
            port: answer.facts.number("port") ?? Number(ssh("port") ?? "22"),
            interface: answer.facts.one("interface"),
          };
          const login = () => ({
            user: ssh("user") ?? "root",
            by: access.by,
            asks: access.asks,
            mine: offered(ssh, answer.errors),
          });
          return [
            ...said,
            // What another system has there is gone once NixOS is installed.
            ...keys(flake, status, status.runs === "nothing" ? undefined : onDisk(answer)[0]?.key, type),
            ...(beside === undefined
              ? []
              : evaluated(flake, machine.host, beside.facts.one(machine.host), {
                  login: login(),
                  arch: answer.facts.one("arch"),
                  came,
                })),
          ];
        });
        const all = [...tools(), ...here, ...there].filter(({ id }) => !given.skip.includes(id));
        return {
          text: given.json ? `${shownJson(all, 2)}\n` : asText(all, hosts, paperHere().coloured),
          status: all.some(({ level }) => level === "error") ? 1 : 0,
        };
      },
    };
  },
});
