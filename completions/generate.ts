// Writes the completions: what the verbs take, with the shells' own code beside this file. `--check` says whether they are up to date.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { topics } from "../lib/verb/topics.ts";
import { allVerbs } from "../lib/verb/verbs.ts";
import { bashFile } from "./bash.ts";
import { fishFile } from "./fish.ts";
import { dispatched, tableOf } from "./table.ts";
import { zshFunctions, zshLoader } from "./zsh.ts";

const head =
  "# Written by completions/generate.ts; change the verbs in scripts/ or the code in completions/*/ and run: hey completions --write\n";

/** The shell code of one directory, in the order of the names. */
function engine(shell: string, files?: readonly string[]): string {
  const folder = join(__dirname, shell);
  const named =
    files ??
    readdirSync(folder)
      .filter((file) => file.endsWith(`.${shell}`))
      .sort();
  return named.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
}

/** The files' text by name. */
export function completions(): Record<string, string> {
  const verbs = allVerbs();
  const tables = verbs.map(tableOf);
  const hey = dispatched(tables, topics(verbs));
  const [compdef, ...functions] = zshFunctions(
    engine("zsh", ["flake.zsh", "ssh.zsh", "offer.zsh", "verb.zsh"]),
    tables,
    hey,
  ).split("\n");
  const files = {
    "_hey-scripts": [compdef, head, ...functions].join("\n"),
    "hey.zsh": `${head}\n${zshLoader(engine("zsh", ["loader.zsh"]), tables)}\n`,
    "hey.bash": bashFile(head, engine("bash"), tables, hey),
    "hey.fish": fishFile(head, engine("fish"), tables, hey),
  };
  for (const [name, text] of Object.entries(files)) {
    const odd = /[^\t\n\x20-\x7e]/.exec(text);
    if (odd !== null)
      throw new Error(`completions/${name} would hold ${JSON.stringify(odd[0])}; a shell in another locale could not show it`);
  }
  return files;
}

function main(words: readonly string[]): void {
  const check = words[0] === "--check";
  const stale = Object.entries(completions()).filter(([name, text]) => {
    const file = join(__dirname, name);
    const written = readdirSync(__dirname).includes(name) ? readFileSync(file, "utf8") : undefined;
    if (written === text) return false;
    if (!check) {
      // A shell may be reading it.
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    }
    process.stderr.write(`completions/${name} ${check ? "differs from what the verbs say" : "written"}\n`);
    return true;
  });
  if (check && stale.length > 0) process.exitCode = 1;
}

if (require.main === module) main(process.argv.slice(2));
