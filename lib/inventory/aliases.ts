// The aliases in ssh's configuration, read as the completions read them (completions/*/ssh.*). Not by npm's ssh-config: it follows no Include.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { globbed, isGlob } from "../here/glob.ts";
import { home } from "../here/machine.ts";
import { textIfPlain } from "../here/plain-file.ts";
import { type SshGiven, sshWords } from "../target/ssh.ts";

/** Where an alias is declared. */
export interface Declared {
  readonly file: string;
  readonly line: number;
}

/** The words of a line after its keyword: ssh quotes with " and ', and ends at a word that starts with # (misc.c, argv_split). */
function wordsOf(text: string): string[] {
  const words = text.replace(/^\s*=/, "").match(/(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|\\.|[^\s"'])+/g) ?? [];
  const end = words.findIndex((word) => word.startsWith("#"));
  return (end < 0 ? words : words.slice(0, end)).map((word) =>
    word.replace(
      /"([^"]*)(?:"|$)|'([^']*)(?:'|$)|\\(["'\\ ])/g,
      (_, double = "", single = "", bare = "") => double + single + bare,
    ),
  );
}

/** The names in a directory; none of what is no directory, or can't be read: ssh passes that over, too. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The paths that an absolute pattern means; without a pattern's characters, that path. */
function files(pattern: string): string[] {
  const parts = pattern.split("/").filter((part) => part !== "");
  return parts.reduce<string[]>(
    (folders, part) =>
      folders.flatMap((folder) => {
        if (!isGlob(part)) return [join(folder, part)];
        return namesIn(folder)
          .filter((name) => (part.startsWith(".") || !name.startsWith(".")) && globbed(part, name))
          .sort()
          .map((name) => join(folder, name));
      }),
    ["/"],
  );
}

/** Adds the aliases of a file. @param folder where its relative Includes lie (ssh_config(5)) */
function read(file: string, folder: string, seen: Set<string>, found: Map<string, Declared>): void {
  // A pipe would be waited for.
  const text = seen.has(file) ? undefined : textIfPlain(file);
  seen.add(file);
  for (const [at, line] of (text ?? "").split(/\r?\n/).entries()) {
    const [, keyword = "", rest = ""] = /^\s*(host|include)(?=[\s="])(.*)$/i.exec(line) ?? [];
    if (keyword === "") continue;
    for (const word of wordsOf(rest)) {
      if (keyword.toLowerCase() === "host") {
        if (!word.startsWith("!") && !isGlob(word) && !found.has(word)) found.set(word, { file, line: at + 1 });
        continue;
      }
      const path = word.startsWith("~/") ? join(home(), word.slice(2)) : word.startsWith("/") ? word : join(folder, word);
      for (const included of files(path)) read(included, folder, seen, found);
    }
  }
}

/**
 * The names that stand in a Host line of the configuration that ssh will go by, without patterns; what Match means is known only to ssh.
 * It is the last -F of $NIX_SSHOPTS and the line, else the user's and then the system's.
 */
export function aliases(given: SshGiven): ReadonlyMap<string, Declared> {
  const words = sshWords(given);
  const own = join(home(), ".ssh");
  const named = words
    .flatMap((word, at) => (word === "-F" ? (words[at + 1] ?? []) : /^-F./.test(word) ? word.slice(2) : []))
    .at(-1);
  const found = new Map<string, Declared>();
  const seen = new Set<string>();
  if (named !== undefined) {
    read(named, own, seen, found);
  } else {
    read(join(own, "config"), own, seen, found);
    read("/etc/ssh/ssh_config", "/etc/ssh", seen, found);
  }
  return found;
}
