// What surrounds nixos-anywhere in a first install: the keys, a look at the machine and the question before it, and after it
// the proof that the machine came back as itself.
import { nix } from "../here/backends.ts";
import { type Flake, machine } from "../here/flake.ts";
import { keysHome } from "../here/state.ts";
import { call, nothing, type Part, parts, stage } from "../script/part.ts";
import { joined, type Step, step, variable, type Word, wordsOf } from "../script/step.ts";
import { quote } from "../spec/quote.ts";
import { limits } from "../target/access.ts";
import {
  asOptions,
  knownGiven,
  knownHosts,
  login,
  ownWords,
  pinnedPairs,
  pinnedWords,
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
  /** A directory of a person's own, whose files come along. */
  readonly extraFiles: string | undefined;
  /** Also over a NixOS of another name. */
  readonly rename: boolean;
  readonly reboots: boolean;
  /** Given beforehand: nothing is asked. */
  readonly consent: boolean;
  /** Seconds; undefined not to wait. */
  readonly wait: string | undefined;
  readonly noDiskoDeps: boolean;
  /** Its hardware configuration is written in the install: before that the flake can't be evaluated as a whole. */
  readonly generates: boolean;
  /** What the machine says is shown as it came. */
  readonly raw: boolean;
  readonly sshGiven: SshGiven;
  /** The file of the private key to log in with. */
  readonly identity: string | undefined;
}

/** The keys, and what is known of them before the machine is looked at. */
function withKeys({ host, keys, persist, consent, flake }: Install, key: Key | undefined): Part {
  if (key === undefined)
    return parts(keys.length === 0 ? nothing : staging(host, keys, treeOf(persist), true), { main: [call("say_no_host_key")] });
  const looks =
    !key.missing && flake.dir !== undefined ? [call("look_for_recipient", [flake.dir], "are secrets encrypted to it?")] : [];
  return parts(staging(host, keys, treeOf(persist), true), {
    main: [...(key.missing && !consent ? [call("stop_unencrypted")] : []), ...looks],
  });
}

/** Where the keys lie ready, as nixos-anywhere copies them. */
export const treeOf = (persist: boolean) => (persist ? "tree/persist/etc/ssh" : "tree/etc/ssh");

const evaluating = ({ flake, host }: Install, describe: string): readonly Word[] =>
  [nix, "eval", "--raw", flake.words ?? [], machine(flake, host), "--apply", describe].flat();

/** The architecture, the system and the name of the host. */
const evaluated = (about: Install): Step => ({
  ...step(
    "beside_plainly",
    evaluating(
      about,
      'c: c.pkgs.stdenv.hostPlatform.system + " " + builtins.unsafeDiscardStringContext c.config.system.build.toplevel.outPath + " " + c.config.networking.hostName',
    ),
  ),
  capture: "wanted",
  note: `evaluate ${about.host}`,
});

/** The same without the system. */
const evaluatedEarly = (about: Install): Step =>
  call("evaluate_early", evaluating(about, 'c: c.pkgs.stdenv.hostPlatform.system + " - " + c.config.networking.hostName'));

/** A look at the machine, and the question: nothing on it is touched before. */
function looking(about: Install, words: readonly string[]): Part {
  const { raw, host, target, consent, noDiskoDeps, rename, generates } = about;
  const danger = `nixos-anywhere erases the disks of ${target}`;
  return {
    main: [
      call("ask_machine", [], "what it is"),
      generates ? evaluatedEarly(about) : evaluated(about),
      call("show_machine", [], "and does the system fit it?"),
      ...(consent ? [] : [call("ask_name", [host, danger], "typed by you, or nothing is done")]),
    ],
    given: {
      host,
      target,
      own_options: asOptions(ownWords(words)),
      pinned_options: asOptions(pinnedWords),
      no_disko_deps: noDiskoDeps ? "yes" : "",
      rename: rename ? "yes" : "",
      kept_keys: keysHome(),
      ...limits({ raw }),
    },
    stages: [
      stage("look at the machine", "there", 255),
      stage(`evaluate ${host}; does it fit, and is it no NixOS of another name?`, "here", 1),
      ...(consent ? [] : [stage(`ask for the name ${host}`, "here", 1)]),
    ],
    programs: ["ssh"],
  };
}

/** @param install nixos-anywhere's line, given the words that this adds to it */
export function aroundInstall(install: (extra: readonly Word[]) => Step, about: Install): Part {
  const { host, target, keys, sshGiven, wait } = about;
  const words = [...sshWords(sshGiven), ...(about.identity === undefined ? [] : ["-i", about.identity])];
  // Only a machine that starts as the new system presents the new key.
  const facts = sshFacts(words, target, true);
  const key = keys.find(({ name }) => name === hostKeyName);
  // After the install there is root and whoever the configuration names, not the user of the old system.
  const back = login(target.slice(target.lastIndexOf("@") + 1));
  const known = key === undefined || !about.reboots || knownHosts(facts) === undefined ? undefined : knownGiven(facts);
  const { extraFiles } = about;
  const extra =
    keys.length > 0
      ? ["--extra-files", joined(variable("stage"), "/tree")]
      : extraFiles === undefined
        ? []
        : ["--extra-files", extraFiles];
  return parts(
    withKeys(about, key),
    keys.length === 0 || extraFiles === undefined
      ? nothing
      : { main: [call("take_files", [extraFiles], "they go with the keys")] },
    looking(about, words),
    known === undefined
      ? nothing
      : {
          main: [call("expect_key", [], "known here before it is there")],
          given: known,
        },
    {
      main: [
        {
          ...call("install_machine", wordsOf(install([...extra, pinnedPairs.flatMap((pair) => ["--ssh-option", pair])].flat()))),
          stdin: "none",
          note: `install ${host} on ${target}`,
        },
      ],
      given: { type_look: ["ssh", ...words, login(target)].map(quote).join(" ") },
      stages: [stage("install it by nixos-anywhere: its disks are erased", "there", "its own")],
    },
    known === undefined ? nothing : { main: [call("replace_key", ["anew"], "in known_hosts")] },
    known === undefined || wait === undefined
      ? { main: [call("say_not_verified")] }
      : {
          main: [
            ...(about.generates ? [evaluated(about)] : []),
            call("await_host", [back, wait], "as itself: by its key, its system, its secrets"),
          ],
          stages: [stage(`wait for it, at most ${wait} s: is it itself?`, "both", 30, 31, 32, 33)],
        },
  );
}
