#!/bin/sh
":" //; here=$(readlink -f "$0"); exec "${here%/*}/../lib/start" "$here" "$0" "$@"

// First install of a remote machine: nixos-anywhere boots an installer there, disko formats, NixOS is installed.
import { attribute, findFlake, requireHost } from "../lib/flake.ts";
import { nixRun } from "../lib/nix.ts";
import { arg, flag, flakeOption } from "../lib/spec.ts";
import { step } from "../lib/step.ts";
import { port, sshOptions } from "../lib/target.ts";
import { verb } from "../lib/verb.ts";

export default verb(module, {
  summary: "Install NixOS on a remote machine that runs anything else (erases its disks)",
  takes: {
    host: arg("host in the flake", "hosts"),
    target: arg("where to reach the machine by ssh", "targets"),
    flake: flakeOption,
    "no-disko-deps": flag("leave disko's programs out of the closure, for machines with little memory"),
    "no-reboot": flag("stop after the install, in the installer"),
    debug: flag("show every command that nixos-anywhere runs"),
    "ssh-option": sshOptions["ssh-option"],
  },
  passes: "nixos-anywhere",
  examples: ["vps-ultraman vps_ultraman_root --no-disko-deps"],
  plan: ({ host, target, flake: given, noDiskoDeps, noReboot, debug, sshOption, passed }) => {
    const flake = findFlake(given, "as given");
    requireHost(flake, host);
    return {
      lines: [
        step(
          nixRun("github:nix-community/nixos-anywhere"),
          "--flake",
          attribute(flake, host),
          noDiskoDeps && "--no-disko-deps",
          noReboot && ["--phases", "kexec,disko,install"],
          debug && "--debug",
          port({ sshOption, sshConfig: undefined }, target),
          sshOption.flatMap((pair) => ["--ssh-option", pair]),
          passed,
          target,
        ),
      ],
    };
  },
});
