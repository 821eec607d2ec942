#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// Install a host on the disks mounted under a directory, from the installer ISO.
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { attribute } from "../lib/here/flake.ts";
import { evaluatedAsItSays, flakeMeant } from "../lib/inventory/flake.ts";
import { requireHost } from "../lib/inventory/hosts.ts";
import { stage } from "../lib/script/part.ts";
import { elevated, step } from "../lib/script/step.ts";
import { unswayed } from "../lib/script/swaying.ts";
import { shown, Usage } from "../lib/spec/errors.ts";
import { type Elevation, elevations, evaluationOptions, flakeOption, hostHelp, nixWords } from "../lib/spec/options.ts";
import { installed } from "../lib/spec/passed.ts";
import { option, required } from "../lib/spec/spec.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Install a host on mounted disks, from the installer ISO",
  purpose: "Set up",
  description:
    "Partition and mount the disks first, for example with hey disko. nixos-install asks for a root password at its end.",
  takes: {
    host: required("HOST", hostHelp, "hosts"),
    root: option("DIR", "where its disks are mounted (default: /mnt)", "dirs"),
    flake: flakeOption,
    ...evaluationOptions,
    elevate: option("PROGRAM", "become root by this program", elevations),
  },
  wraps: installed,
  passes: "nixos-install",
  examples: ["--host id3-eniac --root /mnt", "--host id3-eniac -- --no-root-passwd"],
  plan: (typed) => {
    const { host, root = "/mnt", flake: given, elevate = "sudo", impure, overrideInput, passed } = evaluatedAsItSays(typed);
    if ((existsSync(root) ? realpathSync(root) : resolve(root)) === "/")
      throw new Usage(
        `--root ${shown(root)} is the running system; type the directory where the new disks are mounted, like --root /mnt`,
      );
    const flake = flakeMeant(given, "absolute", { impure, overrideInput, passed });
    requireHost(flake, host);
    const install = step(
      "nixos-install",
      "--show-trace",
      "--root",
      resolve(root),
      "--flake",
      attribute(flake, host),
      nixWords({ impure, overrideInput }),
      passed,
    );
    return {
      main: [unswayed("nixos-install", elevated(elevate as Elevation, install))],
      stages: [stage(`nixos-install ${host} under ${resolve(root)}`, "here", "its own")],
    };
  },
});
