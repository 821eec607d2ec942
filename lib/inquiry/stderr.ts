// What a question's stderr says, with what ssh -v says beside.

/** Messages of ssh -v. They are no reason for anything. */
const beside = /^(?:debug[1-3]: |OpenSSH_|Authenticated |Transferred: |Bytes per second: |Killed by signal )/;

/**
 * Its lines, without what moves a cursor. A message of ssh -v ends with \r\n, may stand behind half a line of the host's, and may have
 * lines of its own, as it shows the command that is sent: of these only the first is kept.
 */
export const linesOf = (text: string): readonly string[] => {
  // By its ends, as a host may begin many messages and end none: whoever looks from each beginning reads all the rest each time.
  const ended = text.split("\r\n");
  const last = ended.pop() ?? "";
  const each = ended.map((words) => {
    const at = words.search(/debug[1-3]: /);
    return at < 0 ? words : `${words.slice(0, at)}\n${words.slice(at).split("\n", 1)[0]}`;
  });
  return [...each, last]
    .join("\n")
    .split(/[\r\n]+/)
    .map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, "").trim())
    .filter(Boolean);
};

/** What ssh says of a pipe that the ssh to a jump host has closed, which has said why. */
const piped = /UNKNOWN port 65535|^kex_exchange_identification: /;

/** What a person is shown of it. */
export const shownLines = (lines: readonly string[]): readonly string[] => lines.filter((line) => !beside.test(line));

/** The last line that says why there is no answer; "" where none does. */
export function reasonIn(lines: readonly string[]): string {
  const reasons = shownLines(lines);
  return reasons.filter((line) => !piped.test(line)).at(-1) ?? reasons.at(-1) ?? "";
}
