#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Update a running host: build here, copy the closure, activate there. The host compiles nothing.
import { existsSync, realpathSync } from "node:fs";
import { asking, buildAll, connected, deployment } from "../lib/deploy/deployment.ts";
import { armedThere, askedGuard } from "../lib/deploy/guard.ts";
import { buildWords, evaluationWords, realisationWords, systemWords, updateWords } from "../lib/deploy/passing.ts";
import { askedPreview } from "../lib/deploy/preview.ts";
import { askedReboot, rebooting } from "../lib/deploy/reboot.ts";
import { askedBefore, rebuilding } from "../lib/deploy/rebuild.ts";
import { turnOf } from "../lib/deploy/turn.ts";
import { wayOf } from "../lib/deploy/way.ts";
import { wordsFor } from "../lib/here/backends.ts";
import { spelled } from "../lib/here/called.ts";
import { attribute } from "../lib/here/flake.ts";
import { onPath } from "../lib/here/machine.ts";
import { evaluatedAsItSays, flakeMeant } from "../lib/inventory/flake.ts";
import { requireHost } from "../lib/inventory/hosts.ts";
import { call, parts, stage } from "../lib/script/part.ts";
import { step, wordsOf } from "../lib/script/step.ts";
import { unswayed } from "../lib/script/swaying.ts";
import { shown, Usage } from "../lib/spec/errors.ts";
import {
  buildOptions,
  elevateOptions,
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
  passing,
  previewOptions,
  rebootOptions,
  rebootStatuses,
  renameOption,
  sshOptions,
  targetHelp,
} from "../lib/spec/options.ts";
import { deployments } from "../lib/spec/passed.ts";
import { argUnless, flag, group, knownTarget, option } from "../lib/spec/spec.ts";
import { accessTo, rebuildWords } from "../lib/target/access.ts";
import { requireMachineOf } from "../lib/target/identity.ts";
import { pinnedSshopts } from "../lib/target/ssh.ts";
import { verb } from "../lib/verb/verb.ts";

/** The path in the store of a system that was built. @throws Usage for anything else */
function systemAt(path: string): string {
  const found = existsSync(path) ? realpathSync(path) : path;
  if (/^\/nix\/store\/[0-9a-z]{32}-[\w.+?=-]+$/.test(found)) return found;
  throw new Usage(
    `--store-path ${shown(path)} is not a path of the store; type one like /nix/store/…-nixos-system-…, or a link to it`,
  );
}

export default verb(module, {
  summary: "Build a host's system here and activate it there",
  purpose: "Deploy",
  most: ["ask", "guard", "boot", "reboot", "on", "print"],
  description:
    "Builds the host's system on this machine, copies it to the target, and makes it the running one and that of the " +
    "next boot. " +
    "With --guard the host rolls back by itself unless this machine can log in again, over new connections. " +
    "With --on or --all hey builds for several hosts at once and deploys to them side by side.",
  takes: {
    host: argUnless(hostHelp, "hosts", inHostsPlace),
    target: knownTarget(targetHelp, "by name too"),
    flake: flakeOption,
    ...group(headings.activation, {
      boot: flag("activate at the next boot, not now"),
      test: flag("activate now, but not at the next boot"),
      "dry-activate": flag("only show what activation would change"),
    }),
    ...group(headings.build, {
      fast: flag("nixos-rebuild: don't build its newest version first"),
      debug: flag("more output from nix and nixos-rebuild"),
      "build-host": option("HOST", "build on that machine", "targets"),
      "store-path": option("PATH", "deploy this system, which is built already, by a CI for example", "files"),
    }),
    "build-on": buildOptions["build-on"],
    ...passing,
    ...orBootOption,
    ...guardOptions,
    ...previewOptions,
    ...renameOption,
    ...lockoutOptions,
    ...group(headings.right, {
      force: flag("deploy although someone else changed the host, or it runs this system already"),
    }),
    ...group(headings.guard, {
      status: flag("show a pending deployment, and what runs and boots"),
      cancel: flag("roll back a pending deployment now"),
    }),
    ...rebootOptions,
    "use-substitutes": buildOptions["use-substitutes"],
    backend: buildOptions.backend,
    ...fleetOptions,
    ...elevateOptions,
    ...limitOptions,
    ...sshOptions,
  },
  wraps: deployments,
  passes: "nixos-rebuild (with --backend nix: to nix build)",
  examples: [
    "vps-ultraman vps_ultraman_root",
    "vps-pacman --boot",
    "vps-pacman --boot --reboot --guard",
    "vps-pacman --backend nix",
  ],
  statuses: { ...guardStatuses, ...fleetStatuses, ...rebootStatuses },
  // Where hey.toml keeps another backend, that is for one host.
  adapted: (given) => ({ ...given, backend: given.backend ?? "nix" }),
  looks: ({ status }) => status,
  before: (given, hosts, dir) => {
    if (given.status || given.cancel) return undefined;
    const flake = flakeMeant(given.flake, "as given", given);
    return buildAll(flake, hosts, dir, evaluationWords(evaluatedAsItSays(given)), realisationWords(given));
  },
  plan: (typed) => {
    const given = evaluatedAsItSays(typed);
    const { host, target, boot, test, dryActivate, fast, debug, useSubstitutes, backend, force, passed, lane } = given;
    if (given.status || given.cancel) return armedThere(given.status ? "status" : "cancel", target, given);
    const guard = askedGuard(given);
    const reboot = askedReboot(given);
    const way = wayOf(given, guard, reboot);
    const turn = turnOf(lane);
    const access = accessTo(target, given);
    const flake = flakeMeant(given.flake, "as given", given);
    requireHost(flake, host);
    const action = boot ? "boot" : test ? "test" : dryActivate ? "dry-activate" : "switch";
    const preview = askedPreview(given);
    const isNix =
      backend === "nix" ||
      guard !== undefined ||
      preview !== undefined ||
      lane !== undefined ||
      given.laneTimeout !== undefined ||
      given.orBoot ||
      given.storePath !== undefined ||
      given.forceLockout ||
      given.thenPort !== undefined ||
      given.raw;
    const onTarget = given.buildOn === "target";
    // Nix and ssh do all but what is asked of nixos-rebuild itself.
    const isReplaced = !isNix && backend === undefined && !onTarget && given.buildHost === undefined && !onPath("nixos-rebuild");
    if (isNix || isReplaced) {
      const { specialisation, installBootloader } = given;
      const words = [...buildWords("nix", given), ...updateWords("nix", given), ...passed];
      const about = {
        flake,
        host,
        target,
        access,
        action,
        specialisation,
        installBootloader,
        storePath: given.storePath === undefined ? undefined : systemAt(given.storePath),
        debug,
        useSubstitutes,
        force,
        rename: given.rename,
        way,
        turn,
        reboot,
        preview,
        lockout: given,
        passed: words,
        evaluated: evaluationWords(given),
      } as const;
      return {
        ...deployment(about),
        ...(isReplaced && { tells: "nixos-rebuild is not on PATH; nix and ssh do it instead" }),
        ...(action !== "dry-activate" && { logged: { host, target } }),
      };
    }
    if (access.asks && reboot !== undefined) {
      throw new Usage("nixos-rebuild asks for the password itself, and --reboot would ask again; type --backend nix");
    }
    const buildHost = onTarget ? access.to : given.buildHost;
    const own = [
      ...systemWords("nixos-rebuild", given, dryActivate),
      ...buildWords("nixos-rebuild", given),
      ...updateWords("nixos-rebuild", given),
    ];
    const rebuild = step(
      "nixos-rebuild",
      action,
      "--show-trace",
      "--flake",
      attribute(flake, host),
      "--target-host",
      access.to,
      rebuildWords(access),
      fast && wordsFor("nixos-rebuild", "noReexec", "--fast"),
      debug && "--verbose",
      buildHost !== undefined &&
        wordsFor("nixos-rebuild", "buildHost", onTarget ? "--build-on target" : "--build-host", [[buildHost]]),
      useSubstitutes && "--use-substitutes",
      own,
      passed,
    );
    // The line has words that the other backend refuses: a person must choose.
    const instead = `${spelled("ops-deploy")} ${host} ${target}${access.typed} --backend nix`;
    const about = {
      ...(!dryActivate && { logged: { host, target } }),
      needs: { "nixos-rebuild": instead },
    };
    const line = step("over_connection", wordsOf(unswayed("nixos-rebuild", rebuild)));
    const note = `nixos-rebuild ${action}: build it, copy it, activate it`;
    const rebuilt = {
      action,
      specialisation: given.specialisation,
      installBootloader: given.installBootloader,
      lookBy: `${spelled("ops-ssh")}${access.typedShell} ${target} `,
      mends: !access.asks,
    };
    return {
      ...about,
      ...parts(
        connected({ host, target, access, turn }, way, true),
        { main: [], given: { rebuild_options: pinnedSshopts(given) } },
        // Where a password is asked for, that is nixos-rebuild's question, and there is no silent way to ask as root.
        ...(access.asks
          ? [askedBefore]
          : [
              asking(
                { force, action },
                "ask it: may it be changed, is there room, is nobody else at it?",
                "refuse_activating",
                "has_room",
                "tell_stand",
              ),
              requireMachineOf({ host, rename: given.rename }, flake),
            ]),
        dryActivate
          ? { main: [{ ...line, note }], stages: [stage(note, "both", "its own")] }
          : parts(
              { main: access.asks ? [] : [call("note_before")] },
              rebuilding(line, note, rebuilt, call("still_in_rebuilt", [action], "it must not be locked out")),
            ),
        rebooting(reboot),
      ),
    };
  },
});
