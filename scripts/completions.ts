#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// How a shell comes to complete the verbs, and the files that do it.
import { join, resolve } from "node:path";
import { spelled } from "../lib/here/called.ts";
import { home } from "../lib/here/machine.ts";
import { textIfPlain } from "../lib/here/plain-file.ts";
import { xdgHome } from "../lib/here/state.ts";
import { call, saying, stage } from "../lib/script/part.ts";
import { step } from "../lib/script/step.ts";
import { Usage } from "../lib/spec/errors.ts";
import { quote } from "../lib/spec/quote.ts";
import { arg, flag } from "../lib/spec/spec.ts";
import { verb } from "../lib/verb/verb.ts";

const root = resolve(__dirname, "..");
const variable = (name: string, otherwise: string) => process.env[name] || join(home(), otherwise);

const shells = {
  zsh: { help: "for ~/.zshrc", rc: () => join(variable("ZDOTDIR", ""), ".zshrc") },
  bash: { help: "for ~/.bashrc", rc: () => join(home(), ".bashrc") },
  fish: {
    help: "for ~/.config/fish/conf.d/hey.fish",
    rc: () => join(xdgHome("XDG_CONFIG_HOME", ".config"), "fish/conf.d/hey.fish"),
  },
} as const;
const choices = Object.fromEntries(Object.entries(shells).map(([name, { help }]) => [name, help]));

/** What to add where zsh may complete nothing: by default its file has no compinit, and no word of that comes from zsh. */
function lacking(shell: string, file: string): string | undefined {
  // A file that isn't there is made, or the script says why it can't be.
  if (shell !== "zsh" || textIfPlain(file)?.includes("compinit") === true) return undefined;
  return `${file} has no compinit; if TAB offers only files, add this to it: autoload -Uz compinit && compinit`;
}

const generate = (...words: string[]) => step("node", join(root, "lib/load.cjs"), join(root, "completions/generate.ts"), words);

export default verb(module, {
  summary: "Set up completions for zsh, bash and fish",
  purpose: "Set up",
  description:
    "They complete hosts, targets and options. hey shows the line for the shell's own file. " +
    "TAB starts no program. Hosts come from nix's last answer, or from the flake's folders and text before the first one; " +
    "targets come from ssh's files.",
  takes: {
    shell: arg("the shell", choices, "optional"),
    install: flag("add the line to the shell's own file, once"),
    write: flag("for developers: write the files of completions/"),
    check: flag("for developers: fail if the files of completions/ are old"),
  },
  examples: ["zsh", "bash --install"],
  plan: ({ shell, install, write, check }) => {
    if (write || check) return { main: [generate(...(check ? ["--check"] : []))] };
    if (shell === undefined) throw new Usage(`which shell? Type ${spelled("completions")} zsh, bash or fish`);
    const { rc } = shells[shell as keyof typeof shells];
    const line = `source ${quote(join(root, `completions/hey.${shell}`))}`;
    if (!install) return saying([line]);
    const tells = lacking(shell, rc());
    return {
      main: [call("add_line", [rc(), line], "once")],
      stages: [stage(`one line into ${rc()}, once`, "here", 1)],
      ...(tells === undefined ? {} : { tells }),
    };
  },
});
