// Patterns of names, as a shell has them.

/** Whether a name is meant by a pattern: `*`, `?`, and `[a-c]` or `[!a-c]`; everything else stands for itself. */
export function globbed(pattern: string, name: string): boolean {
  const source = pattern.replace(/\[(!?)([^\]/]+)\]|[\s\S]/g, (text, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\^[]/g, "\\$&")}]`;
    return text === "*" ? "[^/]*" : text === "?" ? "[^/]" : text.replace(/[\\^$.|+(){}[\]]/g, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`, "su").test(name);
  } catch {
    // A range that runs backwards is none.
    return false;
  }
}

export const isGlob = (word: string) => /[*?[]/.test(word);
