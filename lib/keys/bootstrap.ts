// What surrounds nixos-anywhere in a first install: the keys, a look at the machine and the question before it, and after it
// the proof that the machine came back as itself.
import { nix } from "../here/backends.ts";
import { type Flake, machine } from "../here/flake.ts";
import { define, fragment, joined, type Line, type Step, step, variable, type Word } from "../script/step.ts";
import {
  farScript,
  knownHostsEntry,
  login,
  pinnedWords,
  plainWords,
  remotely,
  type SshGiven,
  sshFacts,
  sshWords,
} from "../target/ssh.ts";
import { hostKeyName, type Key } from "./keys.ts";
import { staging } from "./staging.ts";

export interface Install {
  readonly flake: Flake;
  readonly host: string;
  readonly target: string;
  /** The host's key last; without it the machine makes one of its own and can't be verified. */
  readonly keys: readonly Key[];
  readonly persist: boolean;
  readonly reboots: boolean;
  /** Given beforehand: nothing is asked. */
  readonly consent: boolean;
  /** Seconds; undefined not to wait. */
  readonly wait: string | undefined;
  readonly noDiskoDeps: boolean;
  readonly sshGiven: SshGiven;
  /** The file of the private key to log in with. */
  readonly identity: string | undefined;
}

/** @param install nixos-anywhere's line, given the words that this adds to it */
export function aroundInstall(install: (extra: readonly Word[]) => Step, about: Install): readonly Line[] {
  const { flake, host, target, keys, sshGiven } = about;
  const words = [...sshWords(sshGiven), ...(about.identity === undefined ? [] : ["-i", about.identity])];
  const ssh = ["ssh", ...plainWords, ...words];
  // Only a machine that starts as the new system presents the new key.
  const entry = about.reboots ? knownHostsEntry(sshFacts(words, target)) : undefined;
  const key = keys.find(({ name }) => name === hostKeyName);
  // After the install there is root and whoever the configuration names, not the user of the old system.
  const back = login(target.slice(target.lastIndexOf("@") + 1));
  const describe =
    'c: c.pkgs.stdenv.hostPlatform.system + " " + builtins.unsafeDiscardStringContext c.config.system.build.toplevel.outPath';
  const recipient = key?.missing && !about.consent ? [fragment("here/stop-unencrypted.sh")] : [];
  const mentioned =
    key && !key.missing && flake.dir !== undefined ? [fragment("here/mentioned.sh", { flake_dir: flake.dir })] : [];
  return [
    ...(keys.length === 0 ? [] : staging(host, keys, about.persist ? "tree/persist/etc/ssh" : "tree/etc/ssh", true, true)),
    ...(key === undefined ? [fragment("here/no-host-key.sh", { host })] : []),
    ...recipient,
    ...mentioned,
    define("ask_facts", remotely([...ssh, "-o", "ConnectTimeout=8"], target, farScript(["apart", "facts"]))),
    fragment("here/ask-facts.sh", { target }),
    { ...step(nix, "eval", "--raw", machine(flake, host), "--apply", describe), capture: "wanted", note: `evaluate ${host}` },
    fragment("here/heard.sh"),
    fragment("here/survey.sh", { host, no_disko_deps: about.noDiskoDeps ? "yes" : "" }),
    ...(!about.consent
      ? [
          fragment("here/question.sh"),
          fragment("here/ask-name.sh", { name: host, danger: `nixos-anywhere erases the disks of ${target}` }),
        ]
      : []),
    ...(key === undefined || entry === undefined ? [] : [fragment("here/expect-key.sh", entry)]),
    fragment("here/touched.sh"),
    {
      ...install(keys.length === 0 ? [] : ["--extra-files", joined(variable("stage"), "/tree")]),
      stdin: "none",
      note: `install ${host} on ${target}`,
    },
    ...(key === undefined || entry === undefined ? [] : [fragment("here/known-hosts.sh", { reinstalled: "yes" })]),
    ...(key === undefined || entry === undefined || about.wait === undefined
      ? [fragment("here/not-verified.sh")]
      : [
          define("ask_pinned", remotely([...ssh, ...pinnedWords], back, farScript(["apart", "installed"]))),
          fragment("here/await-host.sh", { host, target, login: back, name: entry.name, limit: about.wait }),
        ]),
  ];
}
