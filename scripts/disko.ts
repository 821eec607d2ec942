#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Partition, format and mount a host's disks as its configuration declares them.
import { nixRun } from "../lib/here/backends.ts";
import { attribute } from "../lib/here/flake.ts";
import { onPath } from "../lib/here/machine.ts";
import { flakeMeant } from "../lib/inventory/flake.ts";
import { requireHost } from "../lib/inventory/hosts.ts";
import { call, stage } from "../lib/script/part.ts";
import { elevated, step } from "../lib/script/step.ts";
import { type Elevation, elevations, flakeOption, hostHelp } from "../lib/spec/options.ts";
import { partitioned } from "../lib/spec/passed.ts";
import { arg, flag, option, required } from "../lib/spec/spec.ts";
import { verb } from "../lib/verb/verb.ts";

const modes = {
  "destroy,format,mount": "wipe the disks, then partition, format and mount them",
  destroy: "unmount and wipe the disks",
  format: "partition and format what isn't yet; wipes nothing",
  mount: "mount what is formatted",
  "format,mount": "format what isn't yet, and mount",
  unmount: "unmount",
} as const;

export default verb(module, {
  summary: "Partition, format and mount disks, before an install",
  purpose: "Set up",
  description: "Uses disko. Before it wipes disks hey asks for the host's name. If disko is not on PATH, nix runs it.",
  takes: {
    mode: arg("what to do", modes),
    host: required("HOST", hostHelp, "hosts"),
    flake: flakeOption,
    elevate: option("PROGRAM", "become root by this program", elevations),
    yes: flag("wipe without asking for the host's name", { short: "y" }),
  },
  wraps: partitioned,
  passes: "disko",
  examples: ["destroy,format,mount --host id3-eniac", "mount --host id3-eniac"],
  plan: ({ mode, host, flake: given, elevate = "sudo", yes, passed }) => {
    const flake = flakeMeant(given, "absolute");
    requireHost(flake, host);
    const destroys = mode.split(",").includes("destroy");
    const program = onPath("disko") ? ["disko"] : nixRun("github:nix-community/disko/latest");
    // disko asks for a "yes" of its own before it destroys; ours, for the host's name, comes before that one and is stricter.
    const words = step(program, "--mode", mode, destroys && "--yes-wipe-all-disks", "--flake", attribute(flake, host), passed);
    const run = elevated(elevate as Elevation, words);
    const danger = `disko ${mode} destroys all data on the disks of ${host}`;
    const question = destroys && !yes ? [call("ask_name", [host, danger], "typed by you, or nothing is done")] : [];
    return {
      main: [...question, run],
      stages: [
        ...question.map(() => stage(`ask for the name ${host}`, "here", 1)),
        stage(`disko --mode ${mode}${destroys ? ": all data on its disks is destroyed" : ""}`, "here", "its own"),
      ],
    };
  },
});
