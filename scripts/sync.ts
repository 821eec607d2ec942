#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Build this machine's system from the flake and make it the next boot's, or the running one.
import { buildWords, evaluationWords, sharedWords, systemWords, updateWords } from "../lib/deploy/passing.ts";
import { askedPreview, previewing } from "../lib/deploy/preview.ts";
import { askedBefore, rebuilding } from "../lib/deploy/rebuild.ts";
import { turnOf } from "../lib/deploy/turn.ts";
import { nix, wordsFor } from "../lib/here/backends.ts";
import { spelled } from "../lib/here/called.ts";
import { attribute, toplevel } from "../lib/here/flake.ts";
import { callerId, hostname, isRoot, isThisMachine, onPath } from "../lib/here/machine.ts";
import { evaluatedAsItSays, flakeMeant } from "../lib/inventory/flake.ts";
import { hostHere, knownHosts, requireHost } from "../lib/inventory/hosts.ts";
import { machineHere } from "../lib/inventory/inventory.ts";
import { readSettings } from "../lib/inventory/settings.ts";
import { call, nothing, type Part, parts, stage } from "../lib/script/part.ts";
import { elevated, joined, type Step, step, variable } from "../lib/script/step.ts";
import { unswayed } from "../lib/script/swaying.ts";
import { Refusal } from "../lib/spec/errors.ts";
import { type Elevation, elevations, flakeOption, passing, previewOptions } from "../lib/spec/options.ts";
import { synced } from "../lib/spec/passed.ts";
import { quote } from "../lib/spec/quote.ts";
import { argOr, flag, group, option } from "../lib/spec/spec.ts";
import { fits } from "../lib/spec/words.ts";
import { limits } from "../lib/target/access.ts";
import { verb } from "../lib/verb/verb.ts";

const actions = {
  boot: "make it the system of the next boot (default)",
  switch: "activate it now and make it the system of the next boot",
  test: "activate it now, until the next boot",
  build: "build it only",
  "dry-build": "show what would be built",
  "dry-activate": "show what activation would change",
} as const;
const changing: readonly string[] = ["boot", "switch", "test"];
const rootless: readonly string[] = ["build", "dry-build"];
const remotely: Readonly<Record<string, string>> = { boot: " --boot", test: " --test" };

/** How nh becomes root. It does so by itself, by the program that it finds first, and refuses to be started by root. */
function elevationOfNh(elevate: string | undefined): readonly string[] {
  if (elevate === "none") return wordsFor("nh", "elevateNone", "--elevate none");
  if (isRoot()) return wordsFor("nh", "byRoot", "way to be started by root");
  if (elevate === undefined) return [];
  if (elevate === "sudo") return wordsFor("nh", "elevateSudo", "--elevate sudo");
  return wordsFor("nh", "elevateOther", `--elevate ${elevate}`, [[elevate]]);
}

/**
 * As root, for a command that reads a repository of the caller's. git and nix let root read another user's only where SUDO_UID says that this is
 * who has become root, and of these programs sudo alone sets it.
 */
function elevatedForRepository(by: Elevation, inner: Step): Step {
  const isSaid = by === "sudo" || by === "none" || isRoot();
  return elevated(by, isSaid ? inner : { ...inner, argv: ["env", `SUDO_UID=${callerId()}`, ...inner.argv] });
}

export default verb(module, {
  summary: "Build this machine's system and activate it",
  purpose: "This machine",
  most: ["ask", "rollback", "list", "host", "print"],
  description:
    "Uses nh if it is on PATH, else nixos-rebuild. " +
    "For boot, switch and test hey refuses another host: its system would become this machine's.",
  takes: {
    action: argOr("what to do with the system", actions, "boot"),
    host: option("HOST", "a host of the flake (default: this machine's name)", "hosts"),
    flake: flakeOption,
    backend: option("PROGRAM", "use this program (default: nh if it is on PATH)", {
      nh: "nh os",
      "nixos-rebuild": "nixos-rebuild",
    }),
    elevate: option("PROGRAM", "become root by this program", elevations),
    ...group("Generations", {
      rollback: option("N", "roll back to generation N (default: the one before what boots)", "generations", {
        bare: "previous",
      }),
      list: flag("list the generations of this machine, newest first"),
      json: flag("with --list: JSON"),
    }),
    ...previewOptions,
    force: flag("activate another host's system on this machine"),
    ...passing,
  },
  wraps: synced,
  passes: "nixos-rebuild (with nh: to nix)",
  examples: ["", "switch", "build --host vps-ultraman"],
  // What changes nothing is never asked about.
  machine: ({ action, list, host, flake }) => (list || !changing.includes(action) ? undefined : machineHere({ host, flake })),
  plan: (typed) => {
    const words = evaluatedAsItSays(typed);
    const { action, host: named, flake: given, backend, elevate, rollback, list, json, force, specialisation, passed } = words;
    const preview = askedPreview(words);
    const asRoot = (inner: Step) => elevatedForRepository((elevate ?? "sudo") as Elevation, inner);
    const become = elevate === "none" || (elevate === undefined && isRoot()) ? "" : (elevate ?? "sudo");
    const here: Part = { main: [], given: { target: "this machine", become, ...limits({}) }, from: ["connect-here"] };
    if (list)
      return parts(here, {
        main: [call("as_me", ["list_generations", json ? "json" : "table"])],
        stages: [stage("list the generations of this machine", "here")],
      });
    if (rollback !== undefined) {
      const shown = previewing({ action, preview, turn: turnOf(undefined) }, undefined, hostname(), []);
      return {
        logged: { host: hostname(), target: "" },
        ...parts(
          here,
          shown.begins,
          {
            main: [
              call("connect_here", [], "nobody else's change is in the way"),
              call("find_generation_here", [], "is it here, and whole?"),
              call("take_generation", [], "$system: what was found"),
            ],
            // What runs is this machine's own: it is nobody's change.
            given: { wanted_generation: rollback, force: "yes", bootloader: "0", type_reboot: "reboot" },
            stages: [
              stage(`find ${rollback === "previous" ? "the generation before what boots" : `generation ${rollback}`}`, "here", 1),
            ],
          },
          shown.question,
          {
            main: [call("activate_here", [action])],
            stages: [stage(`${action} it`, "here", 1, 4, 13)],
          },
        ),
      };
    }
    const flake = flakeMeant(given, "absolute", words);
    const said = readSettings(flake);
    const own = hostHere(flake, said);
    const host = named ?? own;
    fits("this machine's name", "hosts", host);
    requireHost(flake, host, host === own ? `${spelled("sync")} ${action} --host NAME` : undefined);
    const changes = changing.includes(action);
    const logged = { host, target: "" };
    if (changes && !force && !isThisMachine(host, knownHosts(flake, said))) {
      const from = given === undefined ? "" : ` --flake ${quote(given)}`;
      const instead = `${spelled("ops-deploy")} ${quote(host)}${remotely[action] ?? ""}`;
      throw new Refusal(
        `this machine is ${hostname()}, and ${action} here would make it ${host}`,
        `${instead}${from} (or --force, if ${host} is what this machine is to become)`,
      );
    }
    const program = changes && (backend ?? (onPath("nh") ? "nh" : "nixos-rebuild")) === "nh" ? "nh" : "nixos-rebuild";
    const system = systemWords(program, words, action === "dry-activate");
    const builds = buildWords(program, words);
    const updates = updateWords(program, words);
    const line = (): Step => {
      if (program === "nh") {
        const nh = step(
          "nh",
          "os",
          action,
          flake.ref,
          "--hostname",
          host,
          [...elevationOfNh(elevate), ...system, ...updates],
          "--",
          ["--show-trace", ...builds, ...passed],
        );
        return unswayed("nh", nh);
      }
      const rebuild = step(
        "nixos-rebuild",
        "--show-trace",
        "--flake",
        attribute(flake, host),
        action,
        [...system, ...builds, ...updates],
        passed,
      );
      return unswayed("nixos-rebuild", rootless.includes(action) ? rebuild : asRoot(rebuild));
    };
    // nh would take another that it finds, without a word.
    const elevates = program === "nh" && elevate !== undefined && elevate !== "none" && !isRoot();
    const about = {
      ...(changes && { logged }),
      ...(elevates && { needs: { [elevate]: undefined } }),
    };
    const reboots: Part = { main: [], given: { type_reboot: "reboot" } };
    const note = `${program} ${action}`;
    if (!changes && preview === undefined) return { ...about, main: [line()], stages: [stage(note, "here", "its own")] };
    const single = line();
    const runs: Part = changes
      ? rebuilding(single, note, {
          action,
          specialisation,
          installBootloader: words.installBootloader,
          lookBy: "",
          mends: true,
        })
      : { main: [{ ...single, note }], stages: [stage(note, "here", "its own")] };
    if (preview === undefined) return { ...about, ...parts(here, reboots, askedBefore, runs) };
    const build = [
      ...buildWords("nix", words),
      ...updateWords("nix", words),
      ...(program === "nh" ? passed : sharedWords(passed)),
    ];
    const built = (link: string) =>
      step(nix, "build", "--show-trace", "--out-link", joined(variable("tmp"), `/${link}`), toplevel(flake, host), build);
    const shows = previewing(
      { action, preview, turn: turnOf(undefined) },
      flake,
      host,
      evaluationWords({ ...words, debug: false }),
    );
    return {
      ...about,
      ...parts(
        here,
        shows.begins,
        reboots,
        changes ? askedBefore : nothing,
        {
          main: [
            call("build_here", [], "a private directory, gone at the end"),
            { ...built("system"), note: `build ${host}` },
            call("take_built_system", [], "$system"),
            ...(specialisation === undefined ? [] : [call("take_specialisation", [specialisation])]),
          ],
          given: { host },
          stages: [stage(`build ${host}`, "here", 1, "or nix's")],
        },
        shows.question,
        {
          main: [
            call("require_unchanged", [], "since it was shown"),
            // A person takes their time, and may edit the flake meanwhile.
            ...(preview === "ask"
              ? [{ ...built("again"), note: `is ${host} still what was shown?` }, call("require_same_system")]
              : []),
          ],
        },
        runs,
      ),
    };
  },
});
