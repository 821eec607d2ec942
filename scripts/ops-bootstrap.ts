#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// First install of a remote machine: its keys go with it, nixos-anywhere boots an installer, formats and installs, and the
// machine must come back as itself.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { nixRun } from "../lib/here/backends.ts";
import { spelled } from "../lib/here/called.ts";
import { attribute } from "../lib/here/flake.ts";
import { evaluatedAsItSays, flakeMeant } from "../lib/inventory/flake.ts";
import { requireHost } from "../lib/inventory/hosts.ts";
import { aroundInstall, treeOf } from "../lib/keys/bootstrap.ts";
import { commandKey, findGlobalKey, findHostKey, type Key, newHostKey } from "../lib/keys/keys.ts";
import { stage } from "../lib/script/part.ts";
import { step, type Word } from "../lib/script/step.ts";
import { unswayed } from "../lib/script/swaying.ts";
import { Refusal, shown, Usage } from "../lib/spec/errors.ts";
import {
  type Elevation,
  type Evaluated,
  elevations,
  evaluationOptions,
  flakeOption,
  headings,
  hostHelp,
  keyOptions,
  limitOptions,
  renameOption,
  sshOptions,
} from "../lib/spec/options.ts";
import { anywhere } from "../lib/spec/passed.ts";
import { arg, flag, group, option, options, pairs } from "../lib/spec/spec.ts";
import { port } from "../lib/target/ssh.ts";
import { verb } from "../lib/verb/verb.ts";

const generators = { "nixos-facter": "nixos-facter's report", "nixos-generate-config": "a hardware-configuration.nix" } as const;

/** @throws Usage for what is no directory */
function requireFolder(dir: string): void {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
    throw new Usage(`--extra-files: there is no directory ${shown(dir)}`);
}

/** @throws Refusal where one of the keys is among a person's own files: only one of the two could arrive */
function requireApart(dir: string, keys: readonly Key[], persist: boolean): void {
  for (const { name } of keys)
    for (const file of [name, `${name}.pub`].map((one) => join(treeOf(persist).replace("tree/", ""), one)))
      if (existsSync(join(dir, file)))
        throw new Refusal(`--extra-files has ${file}, which hey sends from the keys here; remove it there, or type --no-keys`);
}

export default verb(module, {
  summary: "Install NixOS on a remote machine (ERASES ITS DISKS)",
  purpose: "Set up",
  most: ["generate", "no-keys", "yes", "vm-test", "print"],
  description:
    "Shows what the machine is, asks for the host's name, and runs nixos-anywhere with the host's keys, so that the first " +
    "boot can decrypt its secrets. " +
    "Then it waits for the machine and checks its key, its system and its secrets.",
  takes: {
    host: arg(hostHelp, "hosts"),
    target: arg("ssh destination (not for --vm-test)", "targets", "optional"),
    flake: flakeOption,
    impure: evaluationOptions.impure,
    ...group("Keys", {
      "no-keys": flag("run nixos-anywhere alone: no keys, no question, no checks"),
      persist: keyOptions.persist,
      "no-global": flag("send only the host's key, not the global one"),
      generate: keyOptions.generate,
      class: keyOptions.class,
      "key-cmd": option("CMD", "take the host's key from this shell command, not from the folder"),
    }),
    ...group("The install", {
      "vm-test": flag("try the installation in a virtual machine here"),
      "no-disko-deps": flag("for machines with little memory: don't load disko's programs into it"),
      "disko-mode": option("MODE", "what disko does", {
        disko: "wipe, format and mount",
        format: "format what isn't yet, and mount",
        mount: "mount",
      }),
      phases: option("LIST", "run only these phases, of kexec,disko,install,reboot", "phases"),
      "no-reboot": flag("stay in the installer after the install"),
      "extra-files": option("DIR", "copy the files of DIR to / of the new system", "dirs"),
      kexec: option("FILE", "boot this installer (a tarball: file or URL)", "text"),
      "disk-encryption-keys": pairs(["REMOTE", "text"], ["LOCAL", "files"], "put this file into the installer, for disko"),
      "generate-hardware-config": pairs(
        [`GENERATOR`, generators],
        ["PATH", "files"],
        "write the machine's hardware configuration to a file here",
      ),
      debug: flag("show every command of nixos-anywhere"),
    }),
    ...group("Afterwards", {
      wait: option("SECONDS", "how long to wait for the machine (default: 300)", "seconds"),
      "no-wait": flag("don't wait for the machine"),
    }),
    ...group(headings.build, {
      "build-on": option("WHERE", "where to build", {
        auto: "as nixos-anywhere sees fit",
        local: "here",
        remote: "on the target",
      }),
    }),
    ...renameOption,
    yes: flag("don't ask for the host's name; accept a new key", { short: "y" }),
    ...group("Connection", {
      identity: option("FILE", "log in with this private key", "files", { short: "i" }),
      elevate: option("PROGRAM", "read a global key that only root can read here, by this program", elevations),
      raw: limitOptions.raw,
      // Of the system that is there now, about which hey.toml says nothing.
      "ssh-option": options("KEY=VALUE", sshOptions["ssh-option"].help, "pairs"),
    }),
  },
  wraps: anywhere,
  passes: "nixos-anywhere",
  examples: [
    "vps-ultraman vps_ultraman_root --no-disko-deps",
    "vps-ultraman vps_ultraman_root --generate",
    "vps-ultraman --vm-test",
  ],
  statuses: {
    0: "installed and verified",
    30: "installed, but not back within --wait",
    31: "it came back with another host key",
    32: "it came back with the right key, but another system",
    33: "it runs the right system, but agenix or sops-nix failed",
  },
  sendsSecrets: true,
  plan: (typed) => {
    const given = evaluatedAsItSays(typed as typeof typed & Evaluated);
    const [[input] = []] = given.overrideInput ?? [];
    if (input !== undefined)
      throw new Usage(`nixos-anywhere can't replace an input; leave ${shown(input)} out of override-input in hey.toml`);
    const { host, target, noReboot, vmTest, identity, sshOption, passed } = given;
    const flake = flakeMeant(given.flake, "as given", given);
    requireHost(flake, host);
    if (given.generateHardwareConfig.length > 1) throw new Usage("--generate-hardware-config is given twice; type it once");
    for (const [, local] of given.diskEncryptionKeys) {
      if (!existsSync(local)) throw new Usage(`--disk-encryption-keys: there is no file ${shown(local)}`);
    }
    if (given.extraFiles !== undefined) requireFolder(given.extraFiles);
    const ssh = { sshOption, sshConfig: undefined };
    const install = (before: readonly Word[], to?: string) => {
      const line = step(
        nixRun("github:nix-community/nixos-anywhere"),
        "--flake",
        attribute(flake, host),
        before,
        // Of nix's own words it takes settings alone.
        given.impure && ["--option", "pure-eval", "false"],
        given.noDiskoDeps && "--no-disko-deps",
        noReboot && ["--phases", "kexec,disko,install"],
        given.phases !== undefined && ["--phases", given.phases],
        given.diskoMode !== undefined && ["--disko-mode", given.diskoMode],
        given.buildOn !== undefined && ["--build-on", given.buildOn],
        given.kexec !== undefined && ["--kexec", given.kexec],
        given.diskEncryptionKeys.flatMap((pair) => ["--disk-encryption-keys", ...pair]),
        given.generateHardwareConfig.flatMap((pair) => ["--generate-hardware-config", ...pair]),
        vmTest && "--vm-test",
        identity !== undefined && ["-i", identity],
        given.debug && "--debug",
        to !== undefined && port(ssh, to),
        sshOption.flatMap((pair) => ["--ssh-option", pair]),
        passed,
        to,
      );
      return unswayed("nixos-anywhere", line);
    };
    if (vmTest)
      return { main: [install([])], stages: [stage(`try the installation of ${host} in a virtual machine`, "here", "its own")] };
    if (target === undefined)
      throw new Usage(`no target is given (an ssh destination); type ${spelled("ops-bootstrap")} ${host} TARGET`);
    const line = (extra: readonly Word[]) => install(extra, target);
    const logged = { host, target };
    const stages = [stage(`install ${host} on ${target} by nixos-anywhere: its disks are erased`, "there", "its own")];
    if (given.noKeys)
      return { logged, main: [line(given.extraFiles === undefined ? [] : ["--extra-files", given.extraFiles])], stages };
    const key =
      given.keyCmd !== undefined
        ? commandKey(given.keyCmd)
        : (findHostKey(host) ?? (given.generate ? newHostKey(host, given.class ?? "vps") : undefined));
    const global = given.noGlobal ? undefined : findGlobalKey((given.elevate ?? "sudo") as Elevation);
    const keys = [...(global === undefined ? [] : [global]), ...(key === undefined ? [] : [key])];
    if (given.extraFiles !== undefined) requireApart(given.extraFiles, keys, given.persist);
    if (identity !== undefined && !existsSync(identity)) throw new Usage(`--identity: there is no file ${shown(identity)}`);
    const phases = noReboot ? "kexec,disko,install" : (given.phases ?? "kexec,disko,install,reboot");
    return {
      logged,
      ...aroundInstall(line, {
        flake,
        host,
        target,
        keys,
        persist: given.persist,
        reboots: phases.includes("reboot"),
        consent: given.yes,
        wait: given.noWait ? undefined : (given.wait ?? "300"),
        noDiskoDeps: given.noDiskoDeps,
        generates: given.generateHardwareConfig.length > 0,
        raw: given.raw,
        extraFiles: given.extraFiles,
        rename: given.rename,
        sshGiven: ssh,
        identity,
      }),
    };
  },
});
