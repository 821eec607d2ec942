// The aliases in ssh's configuration, read as the completions read them (completions/*/ssh.*). Not by npm's ssh-config: it follows no Include.
import { readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { globbed, isGlob } from "../here/glob.ts";
import { homeOf, sshHome } from "../here/machine.ts";
import { textIfPlain } from "../here/plain-file.ts";
import { type SshGiven, sshWords } from "../target/ssh.ts";
import { sshSays } from "../target/ssh-says.ts";

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

/** Under what a file is read: the words of each Host around its Include, or that only ssh can tell. */
type Around = readonly string[] | "asked";

/** Whether a name is one that such words of a Host line mean: by one of them, and by none with a "!" (match.c; no [a-c] there). */
function meansIt(words: readonly string[], name: string): boolean {
  const fits = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[\\^$.|+(){}[\]]/g, "\\$&")
        .replace(/\*/g, ".*")
        .replace(/\?/g, ".")}$`,
      "su",
    ).test(name);
  return (
    words.some((word) => !word.startsWith("!") && fits(word)) &&
    !words.some((word) => word.startsWith("!") && fits(word.slice(1)))
  );
}

/** The path that a word of an Include means; also where an ssh from 9.9 on puts something in the place of variables and tokens. */
function included(word: string, folder: string): { readonly path: string; readonly isAsked: boolean } {
  const [, tilde, user, rest] = /^(~)([^/]*)(.*)$/s.exec(word) ?? [];
  if (tilde !== undefined)
    return { path: `${user === "" ? sshHome() : (homeOf(user ?? "") ?? "/nonexistent")}${rest}`, isAsked: false };
  const put = word
    .replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? "")
    .replace(/%([%du])/g, (_, token: string) => ({ "%": "%", d: sshHome(), u: userInfo().username })[token] ?? "");
  return { path: put.startsWith("/") ? put : join(folder, put), isAsked: put !== word };
}

/** How many files at most are one in another (readconf.c), and how many are read in all. */
const [deepest, most] = [16, 4096];

class Reader {
  readonly found = new Map<string, Declared>();
  /** Those of which only ssh can tell whether they are any. */
  readonly unsure = new Map<string, Declared>();
  private readonly texts = new Map<string, string>();
  private count = 0;

  /** @param folder where relative Includes lie (ssh_config(5)) */
  constructor(private readonly folder: string) {}

  /** Adds the aliases of a file. @param within the files that include it */
  read(file: string, around: readonly Around[] = [], within: readonly string[] = []): void {
    if (within.includes(file) || within.length > deepest || this.count++ > most) return;
    // A pipe would be waited for.
    const text = this.texts.get(file) ?? textIfPlain(file) ?? "";
    this.texts.set(file, text);
    let block: Around | undefined;
    for (const [at, line] of text.split(/\r?\n/).entries()) {
      const [, keyword = "", rest = ""] = /^\s*(host|match|include)(?=[\s="])(.*)$/i.exec(line) ?? [];
      if (keyword === "") continue;
      const words = wordsOf(rest);
      if (keyword.toLowerCase() === "host") {
        block = words;
        this.declare(words, around, { file, line: at + 1 });
      } else if (keyword.toLowerCase() === "match") {
        block = words.length === 1 && /^all$/i.test(words[0] ?? "") ? undefined : "asked";
      } else {
        for (const word of words) {
          const { path, isAsked } = included(word, this.folder);
          const all = [...around, ...(block === undefined ? [] : [block]), ...(isAsked ? ["asked" as const] : [])];
          for (const one of files(path)) this.read(one, all, [...within, file]);
        }
      }
    }
  }

  private declare(words: readonly string[], around: readonly Around[], at: Declared): void {
    for (const word of words) {
      if (word.startsWith("!") || /[*?[]/.test(word) || this.found.has(word)) continue;
      if (![words, ...around].every((one) => one === "asked" || meansIt(one, word))) continue;
      if (!around.includes("asked")) this.found.set(word, at);
      else if (!this.unsure.has(word)) this.unsure.set(word, at);
    }
  }
}

/** Of these names those of which ssh knows more than of a name that nobody has. */
function known(names: readonly string[], words: readonly string[]): ReadonlySet<string> {
  const said = (some: readonly string[]) =>
    sshSays(some.map((to) => ({ words, to }))).map((text, at) =>
      text
        .split("\n")
        .map((line) => (/^(?:host|hostname) /.test(line) && line.endsWith(` ${some[at]}`) ? "" : line))
        .join("\n"),
    );
  const nobody = said(names.map((name) => `${name}.hey-nobody`));
  return new Set(said(names).flatMap((text, at) => (text !== "" && text !== nobody[at] ? [names[at] ?? ""] : [])));
}

/**
 * The names that stand in a Host line of the configuration that ssh will go by, without patterns, where that line counts for them.
 * It is the last -F of $NIX_SSHOPTS and the line, else the user's and then the system's.
 */
export function aliases(given: SshGiven): ReadonlyMap<string, Declared> {
  const words = sshWords(given);
  const own = join(sshHome(), ".ssh");
  const named = words
    .flatMap((word, at) => (word === "-F" ? (words[at + 1] ?? []) : /^-F./.test(word) ? word.slice(2) : []))
    .at(-1);
  const readers = named !== undefined ? [new Reader(own)] : [new Reader(own), new Reader("/etc/ssh")];
  for (const [at, file] of (named !== undefined ? [named] : [join(own, "config"), "/etc/ssh/ssh_config"]).entries())
    readers[at]?.read(file);
  const found = new Map(readers.reverse().flatMap((reader) => [...reader.found]));
  const unsure = new Map(readers.flatMap((reader) => [...reader.unsure].filter(([name]) => !found.has(name))));
  if (unsure.size > 0) for (const name of known([...unsure.keys()], words)) found.set(name, unsure.get(name) as Declared);
  return found;
}
