#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// What was done from here to which host, and what came of it.
import { asJson, asTable } from "../lib/log/history.ts";
import { entries } from "../lib/log/log.ts";
import { saying } from "../lib/script/part.ts";
import { didYouMean, Refusal, shown } from "../lib/spec/errors.ts";
import { arg, flag, option } from "../lib/spec/spec.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Show what was done from this machine, and the results",
  purpose: "Look",
  description:
    "Deployments, rollbacks, reboots, installs and keys that were sent are noted by their scripts at the end, also by a " +
    "script that was printed and run by hand. " +
    "A script that is killed with -9 notes nothing.",
  takes: {
    host: arg("only what was done to this host", "hosts", "optional"),
    last: option("N", "show at most N, the newest (default: 50)", "number", { short: "n", range: [1, 1000] }),
    json: flag("JSON, with everything that is known"),
  },
  examples: ["", "vps-ultraman", "-n 5 --json"],
  plan: ({ host, last = "50", json }) => {
    const all = entries();
    const hosts = [...new Set(all.flatMap(({ host: meant, reached }) => [meant, ...(reached === undefined ? [] : [reached])]))];
    if (host !== undefined && !hosts.includes(host))
      throw new Refusal(`the log has nothing about ${shown(host)}${didYouMean(host, hosts)}`);
    const wanted = all
      .filter((entry) => host === undefined || entry.host === host || entry.reached === host)
      .slice(-Number(last));
    const { isTTY, columns: width } = process.stdout;
    return saying(json ? asJson(wanted) : asTable(wanted.reverse(), isTTY ? width || 80 : undefined));
  },
});
