// The shell library: the functions of lib/shell, what each calls and what it reads, as its text says.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Side = "here" | "there";

/** A function, or a constant, of lib/shell. */
export interface Definition {
  readonly name: string;
  /** With its contract. */
  readonly text: string;
  /** Without comments. */
  readonly code: string;
  readonly module: Module;
}

export interface Module {
  /** Its file, without `.sh`. */
  readonly name: string;
  readonly side: Side;
  /** The comment at its head. */
  readonly heading: string;
  readonly definitions: readonly Definition[];
}

let root = join(__dirname, "..", "shell");

/** Reads another directory from here on. */
export const use = (dir: string): void => {
  root = dir;
};

/** Whether it is a value that never changes. */
export const isConstant = ({ name, code }: Definition): boolean => code.startsWith(`${name}=`);

/** A file's paragraphs: its heading, then one function or constant each. A paragraph that is neither is a bug. */
function read(side: Side, file: string): Module {
  const [heading = "", ...paragraphs] = readFileSync(join(root, side, file), "utf8")
    .trimEnd()
    .split("\n\n");
  if (/^[^#]/m.test(heading)) throw new Error(`lib/shell/${side}/${file}: a blank line is missing behind its heading`);
  const definitions: Definition[] = [];
  const module: Module = { name: file.replace(/\.sh$/, ""), side, heading, definitions };
  for (const text of paragraphs) {
    const code = text.replace(/^\s*#.*\n/gm, "");
    const name = /^(\w+)(?:\(\) \{(?:.*\}|\n[\s\S]*\n\})|=.*(?:\n')?)$/.exec(code)?.[1];
    if (name === undefined) throw new Error(`lib/shell/${side}/${file}: neither a function nor a constant: ${text}`);
    definitions.push({ name, text, code, module });
  }
  return module;
}

/** All modules of a side. */
export const modules = (side: Side): readonly Module[] =>
  readdirSync(join(root, side))
    .filter((file) => file.endsWith(".sh"))
    .sort()
    .map((file) => read(side, file));

/** What is found in a text, once for each: a script asks the same of a function several times. */
function once<T>(found: (code: string) => T): (code: string) => T {
  const known = new Map<string, T>();
  return (code) => {
    const before = known.get(code);
    if (before !== undefined) return before;
    const now = found(code);
    known.set(code, now);
    return now;
  };
}

/** Whether what stands behind it is what a trap does. */
const beginsTrap = (out: string) => /\btrap\s+$/.test(out.slice(-20));

/**
 * Shell code without what its strings say: of a string only what is expanded in it stays, and what it is as a trap. What is a word here may
 * be the name of a function.
 */
export function bare(code: string): string {
  let out = "";
  // What begins and ends nothing goes on its way at once.
  const plain = /[^\\$"'(){}]+/y;
  // Of what is open: a string, a substitution, an arithmetic expression, a parameter.
  const open: string[] = [];
  let keeps = false;
  for (let at = 0; at < code.length; at++) {
    const c = code[at] ?? "";
    const inside = open.at(-1);
    const isText = inside === '"' || inside === "'";
    plain.lastIndex = at;
    const [some] = plain.exec(code) ?? [];
    if (some !== undefined) {
      if (isText ? keeps : inside !== "((" && inside !== "{") out += some;
      at += some.length - 1;
      continue;
    }
    if (c === "\\" && inside !== "'") {
      at++;
      continue;
    }
    if (inside === "'") {
      if (c === "'") open.pop();
      else if (keeps) out += c;
      continue;
    }
    if (c === "$" && code[at + 1] === "(") {
      const arithmetic = code[at + 2] === "(";
      open.push(arithmetic ? "((" : "(");
      at += arithmetic ? 2 : 1;
      out += arithmetic ? " " : " ; ";
      continue;
    }
    if (c === "$" && code[at + 1] === "{") {
      open.push("{");
      at++;
      continue;
    }
    if (c === '"') {
      if (inside === '"') open.pop();
      else {
        keeps = beginsTrap(out);
        open.push('"');
      }
      out += " ";
      continue;
    }
    if (c === "'" && inside !== '"') {
      keeps = beginsTrap(out);
      open.push("'");
      continue;
    }
    if (inside === "((") {
      if (c === "(") open.push("((");
      if (c === ")") {
        open.pop();
        if (code[at + 1] === ")" && open.at(-1) !== "((") at++;
      }
      continue;
    }
    if (inside === "{") {
      if (c === "}") open.pop();
      continue;
    }
    if (c === "(" && !isText) open.push("(");
    if (c === ")" && !isText && inside === "(") open.pop();
    if (isText && !keeps) continue;
    out += c;
  }
  return out;
}

/** The words of shell code that may be names of functions, in their order. */
export const wordsOf = once(
  (code): readonly string[] =>
    bare(code)
      .replace(/^\s*local .*$/gm, (line) => (line.match(/;.*/g) ?? []).join(" "))
      .match(/(?<![$\w/.=-])[a-z_]\w*(?![\w=/.-])/g) ?? [],
);

/** What shell code counts: what stands between `$((` and its end. */
function arithmeticIn(code: string): readonly string[] {
  const found: string[] = [];
  for (let at = code.indexOf("$(("); at >= 0; at = code.indexOf("$((", at + 3)) {
    let [depth, end] = [2, at + 3];
    for (; depth > 0 && end < code.length; end++) depth += code[end] === "(" ? 1 : code[end] === ")" ? -1 : 0;
    found.push(code.slice(at + 3, end - 2));
  }
  return found;
}

/** The variables that shell code reads. */
export const readsOf = once((code): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const [, name = ""] of code.replace(/'[^'"\n]*'/g, "''").matchAll(/\$\{?#?([A-Za-z_]\w*)/g)) names.add(name);
  for (const inner of arithmeticIn(code))
    for (const [name] of inner.replace(/\$\([^()]*\)|\$\{[^}]*\}|\$\w+/g, " ").matchAll(/(?<!\w)[a-z_]\w*/g)) names.add(name);
  return names;
});

/** The variables of a function's own. */
export const localsOf = once(
  (code): ReadonlySet<string> =>
    new Set(
      [...code.matchAll(/^\s*local (.*)$/gm)].flatMap(([, names = ""]) => names.replace(/=(?:"[^"]*"|'[^']*')/g, "").split(" ")),
    ),
);

/** What a contract says that a function sets. */
export const setsOf = ({ text }: Definition): readonly string[] =>
  /\bSets: ([a-z_, \n#]+)\./
    .exec(text)?.[1]
    ?.split(/[,\s#]+/)
    .filter(Boolean) ?? [];

/** A row of the list of shared variables. */
export interface Shared {
  readonly name: string;
  readonly given: boolean;
  /** Whether a function sets it, too. */
  readonly set: boolean;
  readonly meaning: string;
}

/** The list of shared variables, in its order. */
export function shared(): readonly Shared[] {
  const lines = readFileSync(join(root, "state.sh"), "utf8").split("\n");
  const rows = lines.slice(lines.findIndex((line) => line.startsWith("# name ")) + 1);
  return rows.flatMap((row) => {
    const [, name, setters = "", meaning = ""] = /^# (\w+) +(.*?) {2,}(.*)$|^# (\w+) +(\S+(?: \S+)*) (.*)$/.exec(row) ?? [];
    if (name === undefined) return [];
    const by = setters.split(" ");
    return [{ name, given: by.includes("given"), set: by.some((one) => one !== "given"), meaning }];
  });
}

/** Where several modules define the same functions, and a script has one of them. */
export const alternatives = (): readonly (readonly string[])[] =>
  [...readFileSync(join(root, "state.sh"), "utf8").matchAll(/^# One of these modules is in a script: (.*)$/gm)].map(
    ([, names = ""]) => names.split(" "),
  );

/** What is called, directly or not: definitions in the order of their first call. */
export function closure(code: string, library: ReadonlyMap<string, Definition>): readonly Definition[] {
  const found = new Map<string, Definition>();
  const take = (name: string, constant: boolean) => {
    const definition = library.get(name);
    if (definition === undefined || found.has(name) || isConstant(definition) !== constant) return;
    found.set(name, definition);
    follow(definition.code);
  };
  const follow = (text: string) => {
    for (const name of wordsOf(text)) take(name, false);
    for (const name of readsOf(text)) take(name, true);
  };
  follow(code);
  return [...found.values()];
}

/** One function of this machine's, by itself. */
export function functionText(module: string, name: string): string {
  const found = read("here", `${module}.sh`).definitions.find((one) => one.name === name);
  if (found === undefined) throw new Error(`lib/shell/here/${module}.sh has no ${name}`);
  return found.code;
}
