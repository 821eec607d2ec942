// What ssh -v has said of how it got in.

/** Of the ssh that goes to the target: one that leads through a jump host sends none. */
const sending = "debug1: Sending command: ";

/**
 * The last line of that kind before the target was given its command. The ssh that leads through a jump host is given -v, too, and has said
 * its own before, as nothing is heard of the target until it is in; what the host itself says comes later, and may look the same.
 */
function last(lines: readonly string[], kind: RegExp): string | undefined {
  const sent = lines.findIndex((line) => line.startsWith(sending));
  return lines
    .slice(0, Math.max(0, sent))
    .flatMap((line) => kind.exec(line)?.[1] ?? [])
    .at(-1);
}

/**
 * What the ssh's here have said themselves: all until the target may speak, which is once both have keys, and then the last line. What stands
 * between may be the words of its login (Banner), which look like any of ssh's.
 * @param jumps how many hosts lead to the target: the ssh to each of them has said its own before; undefined for what a command of a person's own
 *   says, of which nothing is known
 */
export function ownWords(lines: readonly string[], jumps: number | undefined): readonly string[] {
  if (jumps === undefined) return lines;
  const keyed = lines.flatMap((line, at) => (line === "debug1: SSH2_MSG_NEWKEYS sent" ? [at] : []))[jumps];
  const end = lines.filter((line) => !line.startsWith("debug")).at(-1);
  return keyed === undefined ? lines : [...lines.slice(0, keyed + 1), ...(end === undefined ? [] : [end])];
}

/** Whether the target let somebody in, and was given its command: what is said from then on may be the host's own words. */
export const isIn = (lines: readonly string[]): boolean => lines.some((line) => line.startsWith(sending));

/** Where the last ssh went that a host has answered, as `host port`: the one that leads to the target through others comes last. */
export const lastReached = (lines: readonly string[]): string | undefined =>
  lines.flatMap((line) => /^debug1: Authenticating to (\S+):(\d+) as '/.exec(line)?.slice(1).join(" ") ?? []).at(-1);

/** The host to which the last ssh that goes by the network has tried to connect, as its configuration names it. */
export const lastTried = (lines: readonly string[]): string | undefined =>
  lines.flatMap((line) => /^debug1: Connecting to (\S+) /.exec(line)?.[1] ?? []).at(-1);

/** The fingerprint of the ed25519 key that a target has presented; undefined where it was another kind of key, or nobody got in. */
export const presentedIn = (lines: readonly string[]): string | undefined =>
  /^ssh-ed25519 (\S+)/.exec(last(lines, /^debug1: Server host key: (.*)/) ?? "")?.[1];

/** A key as ssh -v names it: its file, or its name in the agent; `ED25519`, or `ED25519-CERT` of a certificate; `SHA256:…`. */
interface Named {
  readonly from: string;
  readonly kind: string;
  readonly fingerprint: string;
}

/** The key by which the target let somebody in; undefined where ssh does not say, or it was by none. */
export function acceptedIn(lines: readonly string[]): Named | undefined {
  const said = last(lines, /^debug1: Server accepts key: (.*)/) ?? "";
  const [, from, kind, fingerprint] = /^(.*) ([\w-]+) (SHA256:\S+)/.exec(said) ?? [];
  return from === undefined || kind === undefined || fingerprint === undefined ? undefined : { from, kind, fingerprint };
}
