// What the doctor can find. docs/doctor.md has the list.
import type { Choices } from "../spec/spec.ts";

/** `error`: a deployment would fail, or lock somebody out. `warning`: it may. `note`: good to know. */
export type Level = "error" | "warning" | "note";

export const ids = {
  "host-untracked": "git does not track a file of the host, so nix does not see it",
  "tool-missing": "a program that is needed here is not on PATH",
  tools: "the versions of nix, ssh and nixos-rebuild here",
  "target-by-name": "neither hey.toml nor an ssh alias says where the host is reached",
  "name-unknown": "the target's name does not resolve",
  "port-closed": "nothing listens at the target's ssh port",
  "no-answer": "the target does not answer in time",
  "host-key-unknown": "known_hosts has no key for the target",
  "host-key-changed": "the target's key is not the one in known_hosts",
  "login-refused": "sshd takes none of the keys offered",
  unreachable: "ssh fails for another reason",
  "other-host": "by its name or its host key the machine is another host",
  "login-talks": "the login writes to stdout before a command, which breaks nix copy",
  "not-nixos": "no NixOS runs there",
  "no-root": "the ssh user can't become root there without a password",
  untrusted: "nix there takes no unsigned paths from the ssh user",
  "disk-full": "a disk there is full",
  "disk-low": "a disk there is nearly full",
  "boot-full": "/boot has no room for one more kernel",
  "memory-low": "little memory is left there",
  "units-failed": "units have failed there",
  "activation-failed": "the last activation there failed",
  armed: "another deployment is under way there",
  "boot-menu": "the boot menu there boots another system than the profile",
  "reboot-needed": "a new kernel, initrd or systemd there waits for a reboot",
  clock: "the clock there is wrong",
  "key-missing": "there is no key for the host here",
  "key-differs": "the host's key here is not the one on its disk",
  "key-presented": "sshd there presents a key that is not on its disk",
  "key-unlisted": "secrets.nix or .sops.yaml does not mention the host's key",
  "list-unread": "secrets.nix or .sops.yaml is not an ordinary file, or too large to read",
  "eval-fails": "the host does not evaluate",
  "eval-arch": "the host's system is for another architecture",
  "eval-sshd": "sshd would not be enabled",
  "eval-port": "sshd would not listen, or the firewall would be closed, at the port that ssh uses",
  "eval-login": "the ssh user could not log in with any of your keys",
  "eval-root": "the ssh user could log in, but not become root without a password",
} as const satisfies Choices;

export type Id = keyof typeof ids;

export interface Finding {
  readonly id: Id;
  readonly level: Level;
  /** Null where it is of this machine. */
  readonly host: string | null;
  /** What was seen. */
  readonly seen: string;
  /** One command that mends it, or shows more of it; null where nothing need be done. */
  readonly fix: string | null;
}
