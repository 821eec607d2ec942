// Says what of lib/shell does not keep to its contracts, a line each; 1 where something doesn't. The directory is the first word, if not ours.
//   1 what a function assigns is local, or under Sets; then it is on the list of state.sh
//   2 what it reads is local, on that list, or a constant
//   3 what it calls is a function of its side, a builtin, or a program that is there
//   4 what ends the script says Ends
//   5 no single quote in lib/shell/there
//   6 each name is defined once, but in modules of which a script has one
//   7 no local hides what the target is told: what a function calls sees the function's own
//   8 what is called in $(…) sets nothing but for the command that it calls: that would be gone with the subshell
import {
  alternatives,
  bare,
  closure,
  type Definition,
  isConstant,
  localsOf,
  modules,
  readsOf,
  type Side,
  setsOf,
  shared,
  use,
} from "../lib/script/shell.ts";

const builtins =
  ": . [ break cd command continue echo eval exec exit export false kill local printf pwd read return set shift test times trap true umask unset wait";

/** What is on every machine that hey runs on, and on every target; then what is looked for, or may fail. */
const programs: Readonly<Record<Side, string>> = {
  here: "awk base64 cat chmod cp cut date dd env find git grep head id ln mkdir mkfifo mktemp mv nix nix-store openssl readlink rm sed sh sha256sum shasum sleep sort ssh ssh-add ssh-keygen ssh-to-age stty tail tee touch tr uname uniq wc",
  there:
    "bash bootctl cat chmod chown comm cp cut date dd df dix doas env findmnt flock grep grub-editenv head id ip join ln ls lsblk mkdir mkfifo mount mktemp mv nix nix-env nix-store nproc nsenter nvd paste busctl printenv readlink rm run0 sed setpriv setsid sh sleep sort ssh ssh-keygen sshd stat sudo sync systemctl systemd-run tail tar timeout tr uname unshare wc xargs",
};

const keywords = new Set("if then else elif fi while until do done ! { } esac in".split(" "));

/** The commands of shell code: the words that are called. */
function commandsOf(code: string): readonly string[] {
  const tokens: string[] = bare(code).match(/;;|&&|\|\||[0-9]*(?:>>|>&|<&|[<>])|[;&|(){}\n]|[^\s;&|(){}<>]+/g) ?? [];
  const found: string[] = [];
  let [ready, pattern, skip, cases] = [true, false, false, 0];
  for (const [at, token] of tokens.entries()) {
    if (skip) {
      skip = false;
      continue;
    }
    if (/^[0-9]*(?:>>|>&|<&|[<>])$/.test(token)) {
      skip = true;
      continue;
    }
    if (token === "esac") {
      cases--;
      [ready, pattern] = [false, false];
      continue;
    }
    if (pattern) {
      if (token === ")") [ready, pattern] = [true, false];
      continue;
    }
    if (token === ";;") {
      pattern = cases > 0;
      continue;
    }
    if (/^(?:&&|\|\||[;&|(){}\n])$/.test(token)) {
      ready = token !== ")" && token !== "}";
      continue;
    }
    if (!ready) {
      if (token === "in" && tokens.slice(Math.max(0, at - 3), at).includes("case")) pattern = true;
      continue;
    }
    if (token === "case") {
      cases++;
      ready = false;
      // What is looked at may be nothing but a string.
      if (tokens[at + 1] === "in") pattern = true;
      else {
        const end = tokens.indexOf("in", at);
        if (end > at) tokens.fill("\u0000", at + 1, end + 1);
        pattern = true;
      }
      continue;
    }
    if (token === "for") {
      const end = tokens.findIndex((one, place) => place > at && (one === ";" || one === "\n"));
      tokens.fill("\u0000", at + 1, end);
      ready = false;
      continue;
    }
    if (keywords.has(token) || token === "\u0000") continue;
    if (/^\w+=/.test(token)) continue;
    found.push(token);
    ready = false;
  }
  return found;
}

/** The variables that shell code assigns; those of the environment are in capitals. */
function assignedIn(code: string): ReadonlySet<string> {
  const text = bare(code).replace(/^\s*local .*$/gm, "");
  const names = new Set<string>();
  for (const [, chain = ""] of text.matchAll(
    /(?:^|[\n;&|({)]|\b(?:then|do|else|if|while|until)\b)\s*((?:[A-Za-z_]\w*=[^\s;&|]*\s*)+)/g,
  ))
    for (const [, name = ""] of chain.matchAll(/(?:^|\s)([A-Za-z_]\w*)=/g)) names.add(name);
  for (const [, list = ""] of text.matchAll(/\bread(?: -r)? ([a-z_ ]+)/g))
    for (const name of list.trim().split(" ")) names.add(name);
  for (const [, name = ""] of text.matchAll(/\bfor (\w+) in\b/g)) names.add(name);
  return new Set([...names].filter((name) => /^[a-z]/.test(name)));
}

/** What is told the target: the function is a word behind one of these. */
const telling = /\b(?:there|there_anew|there_again|call_there|far|as_me|ask_alone|ask_there|arm) +([a-z_]\w*)/g;

/** The shared variables that may be told the target: what functions there read and do not set by themselves, and this side has. */
function tellable(): ReadonlySet<string> {
  const [here, there] = [modules("here"), modules("there")].map((some) => some.flatMap(({ definitions }) => definitions));
  const reads = new Set(there?.flatMap(({ code }) => [...readsOf(code)].filter((name) => !localsOf(code).has(name))));
  const sets = new Set(here?.flatMap(setsOf));
  return new Set(shared().flatMap(({ name, given }) => (reads.has(name) && (given || sets.has(name)) ? [name] : [])));
}

/** What a library does not keep to. */
function findings(): readonly string[] {
  const found: string[] = [];
  const list = new Set(shared().map(({ name }) => name));
  const families = alternatives();
  const told = tellable();
  const far = new Set(modules("there").flatMap(({ definitions }) => definitions.map(({ name }) => name)));
  for (const side of ["here", "there"] as const) {
    const all = modules(side).flatMap(({ definitions }) => definitions);
    const names = new Set(all.map(({ name }) => name));
    const library = new Map(all.map((one) => [one.name, one]));
    const constants = new Set(all.filter(isConstant).map(({ name }) => name));
    const calls = new Set([
      ...names,
      ...builtins.split(" "),
      ...programs[side].split(" "),
      ...(side === "here" ? ["evaluate", "evaluate_name", "realise", "run_checks", "for_target", "show_settings"] : []),
    ]);
    const say = ({ name, module }: Definition, rule: number, what: string) =>
      void found.push(`${side}/${module.name}.sh: ${name}: ${rule}: ${what}`);
    for (const one of all) {
      const { name, text, code, module } = one;
      const twin = all.find((other) => other !== one && other.name === name);
      if (twin !== undefined && !families.some((family) => family.includes(module.name) && family.includes(twin.module.name)))
        say(one, 6, `${twin.module.name}.sh has it, too`);
      if (side === "there" && text.includes("'")) say(one, 5, "a single quote");
      if (isConstant(one)) continue;
      if (!text.startsWith(`# ${name}`)) say(one, 4, "no contract");
      const locals = localsOf(code);
      const hidden = [...locals].filter((variable) => told.has(variable));
      if (side === "here" && hidden.length > 0 && closure(code, library).some((other) => other.name === "far"))
        say(one, 7, `it hides ${hidden.join(", ")}`);
      const sets = new Set(setsOf(one));
      for (const variable of assignedIn(code))
        if (variable !== "_" && !locals.has(variable)) {
          if (!sets.has(variable)) say(one, 1, `it sets ${variable}`);
          if (!list.has(variable)) say(one, 1, `${variable} is not in state.sh`);
        }
      for (const variable of sets) if (!list.has(variable)) say(one, 1, `${variable} is not in state.sh`);
      for (const variable of readsOf(code))
        if (/^[a-z]/.test(variable) && !locals.has(variable) && !list.has(variable) && !constants.has(variable))
          say(one, 2, `it reads ${variable}`);
      for (const called of commandsOf(code))
        if (!calls.has(called) && !/^[$\u0000*/-]|^\[/.test(called)) say(one, 3, `it calls ${called}`);
      for (const [, called = ""] of code.matchAll(/\$\( *([a-z_]\w*)/g)) {
        const lost = all.filter((other) => other.name === called && !/\bFor COMMAND\b/.test(other.text)).flatMap(setsOf);
        if (lost.length > 0) say(one, 8, `it calls ${called} in a subshell, which sets ${lost.join(", ")}`);
      }
      for (const [, called = ""] of side === "here" ? bare(code).matchAll(telling) : [])
        if (called !== "true" && !far.has(called)) say(one, 3, `it calls ${called} there`);
      const ending = all.filter((other) => /Ends: always/.test(other.text)).map((other) => other.name);
      if (!/\bEnds: /.test(text) && commandsOf(code).some((called) => called === "exit" || ending.includes(called)))
        say(one, 4, "it ends the script");
    }
  }
  return found;
}

const [where] = process.argv.slice(2);
if (where !== undefined) use(where);
let all: readonly string[];
try {
  all = findings();
} catch (error) {
  all = [(error as Error).message];
}
process.stdout.write(all.map((line) => `${line}\n`).join(""));
process.exitCode = all.length > 0 ? 1 : 0;
