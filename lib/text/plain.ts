// What a machine says, for a person.

/** A line for a person, with nothing in it that moves a cursor or colours what follows. */
export const plain = (line: string) =>
  line
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, "")
    .replaceAll("\t", " ")
    .replace(/[\p{Cc}\p{Cf}]/gu, "");
