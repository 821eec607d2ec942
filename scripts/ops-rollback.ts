#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Back to a generation that the host has. Nothing is built, and no flake is needed.
import { rollback } from "../lib/deploy/deployment.ts";
import { askedGuard } from "../lib/deploy/guard.ts";
import { askedPreview } from "../lib/deploy/preview.ts";
import { askedReboot } from "../lib/deploy/reboot.ts";
import { turnOf } from "../lib/deploy/turn.ts";
import { wayOf } from "../lib/deploy/way.ts";
import { flakeIfAny } from "../lib/inventory/flake.ts";
import {
  elevateOptions,
  evaluationOptions,
  flakeOption,
  fleetOptions,
  fleetStatuses,
  guardOptions,
  guardStatuses,
  headings,
  hostHelp,
  inHostsPlace,
  limitOptions,
  lockoutOptions,
  orBootOption,
  previewOptions,
  rebootOptions,
  rebootStatuses,
  renameOption,
  sshOptions,
  targetHelp,
} from "../lib/spec/options.ts";
import { argUnless, flag, group, knownTarget, option } from "../lib/spec/spec.ts";
import { accessTo, askedOnce } from "../lib/target/access.ts";
import { ownWords, sshWords } from "../lib/target/ssh.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Take a host back to an older generation, or list them",
  purpose: "Deploy",
  most: ["list", "to", "guard", "ask", "print"],
  description:
    "Takes a host to any generation that it still has. It builds nothing and needs no flake. " +
    "A generation that was garbage-collected is refused at once.",
  takes: {
    host: argUnless(hostHelp, "hosts", inHostsPlace),
    target: knownTarget(targetHelp, "by name too"),
    flake: flakeOption,
    ...evaluationOptions,
    to: option("N", "the generation (default: the one before what boots)", "generations"),
    list: flag("list the generations, newest first: what runs, boots and was booted"),
    ...group(headings.activation, { boot: flag("activate at the next boot, not now") }),
    ...orBootOption,
    ...guardOptions,
    ...previewOptions,
    ...renameOption,
    ...lockoutOptions,
    ...group(headings.right, { force: flag("roll back although someone else changed the host") }),
    ...rebootOptions,
    ...fleetOptions,
    ...group("Several hosts", { json: flag("with --list: the list as JSON; with several hosts: events, one a line") }),
    ...elevateOptions,
    ...limitOptions,
    ...sshOptions,
  },
  examples: ["vps-ultraman vps_ultraman_root", "vps-pacman --list", "vps-pacman --to 12 --guard"],
  statuses: { ...guardStatuses, ...fleetStatuses, ...rebootStatuses },
  looks: ({ list }) => list,
  plan: ({ host, target, to = "previous", list, json, boot, force, rename, lane, ...given }) => {
    const access = accessTo(target, given);
    if (list) {
      const options = ownWords(sshWords(given));
      return askedOnce(
        access.to,
        ["list_generations", json && lane === undefined ? "json" : "table"],
        options,
        "list its generations",
        "list_there",
        given,
      );
    }
    const guard = askedGuard(given);
    const reboot = askedReboot(given);
    const about = {
      host,
      target,
      access,
      action: boot ? ("boot" as const) : ("switch" as const),
      installBootloader: false,
      force,
      rename,
      reboot,
      preview: askedPreview(given),
      lockout: given,
    };
    return {
      logged: { host, target },
      ...rollback(
        { ...about, way: wayOf({ boot, orBoot: given.orBoot }, guard, reboot), turn: turnOf(lane) },
        to,
        flakeIfAny(given.flake, given, "say"),
      ),
    };
  },
});
