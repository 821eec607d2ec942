#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Reboot a host, and see that it comes back.
import { connected } from "../lib/deploy/deployment.ts";
import { rebooting } from "../lib/deploy/reboot.ts";
import { turnOf } from "../lib/deploy/turn.ts";
import { flakeIfAny } from "../lib/inventory/flake.ts";
import { parts } from "../lib/script/part.ts";
import {
  elevateOptions,
  evaluationOptions,
  flakeOption,
  fleetOptions,
  fleetStatuses,
  hostHelp,
  inHostsPlace,
  limitOptions,
  rebootStatuses,
  renameOption,
  sshOptions,
  targetHelp,
} from "../lib/spec/options.ts";
import { argUnless, flag, knownTarget, option } from "../lib/spec/spec.ts";
import { accessTo } from "../lib/target/access.ts";
import { askingIdentity, requireMachineOf } from "../lib/target/identity.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Reboot a host and check that it comes back",
  purpose: "Deploy",
  most: ["if-needed", "wait", "on", "print"],
  description: "hey proves the reboot by a new boot_id over a new connection, then checks which system runs.",
  takes: {
    host: argUnless(hostHelp, "hosts", inHostsPlace),
    target: knownTarget(targetHelp, "by name too"),
    flake: flakeOption,
    ...evaluationOptions,
    "if-needed": flag("only if a new kernel, initrd, kernel modules or systemd is waiting"),
    ...renameOption,
    force: flag("reboot although a program on the host forbids it now"),
    wait: option("SECONDS", "how long the reboot may take (default: 300)", "seconds", { kept: "always" }),
    ...fleetOptions,
    ...elevateOptions,
    ...limitOptions,
    ...sshOptions,
  },
  examples: ["vps-ultraman vps_ultraman_root", "vps-pacman --if-needed"],
  statuses: { ...fleetStatuses, ...rebootStatuses },
  plan: ({ host, target, flake, ifNeeded, rename, force, wait, lane, ...given }) => {
    const reboot = { when: ifNeeded ? "if-needed" : "always", limit: wait ?? "300" };
    const turn = turnOf(lane);
    const about = { host, target, access: accessTo(target, given), turn };
    return {
      logged: { host, target },
      ...parts(
        connected(about, { unattended: false, alert: false }),
        askingIdentity,
        turn.waits,
        { main: [], given: { force: force ? "yes" : "" } },
        requireMachineOf({ host, rename }, flakeIfAny(flake, given, "say")),
        rebooting(reboot),
      ),
    };
  },
});
