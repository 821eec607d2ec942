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
  inHostsPlace,
  limitOptions,
  rebootStatuses,
  renameOption,
  sshOptions,
} from "../lib/spec/options.ts";
import { argUnless, flag, knownTarget, option } from "../lib/spec/spec.ts";
import { accessTo } from "../lib/target/access.ts";
import { askingIdentity, requireMachineOf } from "../lib/target/identity.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Reboot a host, wait until it is back, and verify which system was booted",
  description: "A reboot is proven by another boot_id over a new connection, and then by the system that runs.",
  takes: {
    host: argUnless("host in the flake", "hosts", inHostsPlace),
    target: knownTarget("where to reach it by ssh, if not as hey.toml, an ssh alias of it or its name says", "by name too"),
    flake: flakeOption,
    ...evaluationOptions,
    "if-needed": flag("only where what boots has another kernel, initrd, kernel modules or systemd than what was booted"),
    ...renameOption,
    wait: option("SECONDS", "how long to wait for it to come back, if not 300", "seconds", { kept: "always" }),
    ...fleetOptions,
    ...elevateOptions,
    ...limitOptions,
    ...sshOptions,
  },
  examples: ["vps-ultraman vps_ultraman_root", "vps-pacman --if-needed"],
  statuses: { ...fleetStatuses, ...rebootStatuses },
  plan: ({ host, target, flake, ifNeeded, rename, wait, lane, ...given }) => {
    const reboot = { when: ifNeeded ? "if-needed" : "always", limit: wait ?? "300" };
    const turn = turnOf(lane);
    const about = { host, target, access: accessTo(target, given), turn };
    return {
      logged: { host, target },
      ...parts(
        connected(about, { unattended: false, alert: false }),
        askingIdentity,
        turn.waits,
        requireMachineOf({ host, rename }, flakeIfAny(flake, given, "say")),
        rebooting(reboot),
      ),
    };
  },
});
