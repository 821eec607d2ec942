// What a script says of a machine: a fact a line, its name first. Data, of which nothing moves a cursor.

export class Facts {
  /** What a login's shell has said before the answer began (`far` of lib/shell/here/far.sh). */
  readonly before: string;
  readonly #lines: readonly (readonly [string, string])[];

  /** @param text as it came; lines without a name are left out */
  constructor(text: string) {
    const { index = 0, 0: begin } = /(?:^|\n)hey answers\n/.exec(text) ?? { 0: "" };
    this.before = text.slice(0, index);
    const answer = text.slice(index + begin.length);
    this.#lines = answer.split("\n").flatMap((line) => {
      const [, name, value = ""] =
        /^([\p{L}\p{N}_][\p{L}\p{N}\p{M}_.@+=:~'-]*)(?: (.*))?$/u.exec(line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")) ?? [];
      return name === undefined ? [] : [[name, value.trim()] as const];
    });
  }

  /** The first value of that name, unless it is empty. */
  one(name: string): string | undefined {
    return this.#lines.find(([other]) => other === name)?.[1] || undefined;
  }

  /** The first value of that name as a number, 4 TiB at most; undefined for what is none. Nobody else counts with what a host says. */
  number(name: string): number | undefined {
    const text = this.one(name) ?? "";
    if (!/^\d{1,13}(?:\.\d{1,6})?$/.test(text)) return undefined;
    const value = Number(text);
    return value <= 2 ** 42 ? value : undefined;
  }

  /** All values of that name, in their order. */
  all(name: string): readonly string[] {
    return this.#lines.flatMap(([other, value]) => (other === name ? [value] : []));
  }
}
