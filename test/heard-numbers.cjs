// Where a shell on this machine would count with what a host has said, unchecked: heard-numbers.cjs [DIR of lib/shell/here]. What a host
// says is followed from the functions that ask it, through variables and functions, to arithmetic. `number` and `fact_number` check it.
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const dir = process.argv[2] ?? join(root, "lib/shell/here");

const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : entry.name.endsWith(".ts") ? [join(folder, entry.name)] : [],
  );
/** The variables of plans that take what a host says. */
const plans = [...walk(join(root, "lib")), ...walk(join(root, "scripts"))].map((file) => readFileSync(file, "utf8")).join("\n");
const captured = [...plans.matchAll(/\bcapture: "(\w+)"/g)].map(([, name]) => name);

/** The part of a text from `at`, which is behind an opening bracket, to the bracket that closes it. */
function within(text, at) {
  let depth = 1;
  for (let to = at; to < text.length; to++) {
    if (text[to] === "(") depth++;
    if (text[to] === ")" && --depth === 0) return text.slice(at, to);
  }
  return text.slice(at);
}

/** A text without what is a number whatever a host says. */
function unchecked(text) {
  let rest = text;
  for (let at = 0; at >= 0; ) {
    at = rest.indexOf("$(", at);
    if (at < 0) break;
    const inner = within(rest, at + 2);
    const isNumber =
      /^(?:number|fact_number) /.test(inner) || /\| (?:wc -[cl]|sha256sum \| cut -c 1-8)(?: \| tr -d " ")?$/.test(inner);
    if (isNumber) rest = `${rest.slice(0, at)}0${rest.slice(at + 3 + inner.length)}`;
    else at += 2;
  }
  return rest.replace(/\$\{#\w+\}/g, "0").replace(/(^ *|[;{] *)(?:number|fact_number) .*/gm, "$1");
}

const sources = readdirSync(dir)
  .filter((file) => file.endsWith(".sh"))
  .map((file) => {
    const lines = readFileSync(join(dir, file), "utf8").split("\n");
    return { file, lines: lines.map((line) => (/^\s*#/.test(line) ? "" : line)) };
  });

/** Every line with the function that it is in. */
const statements = sources.flatMap(({ file, lines }) => {
  let inside = "";
  return lines.map((line, at) => {
    const begins = /^(\w+)\(\) *[{(]/.exec(line);
    if (begins !== null) inside = begins[1];
    const one = { file, line: at + 1, text: line, inside };
    if (/^[})]/.test(line) || (begins !== null && /[})]\s*$/.test(line))) inside = "";
    return one;
  });
});
const functions = new Set(
  statements.map(({ inside }) => inside).filter((name) => name !== "" && !/^(?:fact_)?number$/.test(name)),
);

/** `FUNCTION NAME` of what is a function's own. */
const locals = new Set(
  statements.flatMap(({ text, inside }) => {
    const [, names = ""] = /^\s*local (.*)$/.exec(text) ?? [];
    return [...names.matchAll(/(?<![\w"$=])([a-z_]\w*)/g)].map(([, name]) => `${inside} ${name}`);
  }),
);
/** A variable as it is known in a function: by its name, or as that function's own. */
const known = (name, inside) => (locals.has(`${inside} ${name}`) ? `${inside} ${name}` : name);

const variables = new Set(["facts", ...captured]);
const saying = new Set(["fact", "values", "changes", "there", "there_anew", "there_again", "call_there", "ask_alone"]);
/** `FUNCTION N`: its Nth word may be a host's. */
const given = new Set();

/** Whether something of a host is in a text of that function. */
function said(text, inside) {
  const rest = unchecked(text);
  const names = [...rest.matchAll(/\$\{?#?(\w+)/g)].map(([, name]) => name);
  if (names.some((name) => variables.has(known(name, inside)) || given.has(`${inside} ${name}`))) return true;
  if (/\$@|\$\*/.test(rest) && [...given].some((one) => one.startsWith(`${inside} `))) return true;
  return [...rest.matchAll(/(?:^|\$\(|[|;&{!]|\b(?:if|then|else|do|while|until)\b)\s*(\w+)(?![\w=(])/g)].some(([, name]) =>
    saying.has(name),
  );
}

/** Shell words of a text, up to what ends a command; brackets and quotes hold together. */
function words(text) {
  const found = [];
  let [word, quoted] = ["", false];
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith("$(", at)) {
      const inner = within(text, at + 2);
      word += `$(${inner})`;
      at += inner.length + 2;
    } else if (text[at] === '"') quoted = !quoted;
    else if (!quoted && /[;|&)]/.test(text[at])) break;
    else if (!quoted && text[at] === " ") {
      found.push(word);
      word = "";
    } else word += text[at];
  }
  return [...found, word].filter((one) => one !== "");
}

const size = () => variables.size + saying.size + given.size;
for (let before = -1; before !== size(); ) {
  before = size();
  for (const { text, inside } of statements) {
    for (const { 1: name, index, 0: head } of text.matchAll(/(?<![\w$-])([A-Za-z_]\w*)=/g)) {
      const [value = ""] = words(text.slice(index + head.length));
      if (!text[index + head.length]?.match(/[\s;)]/) && said(value, inside)) variables.add(known(name, inside));
    }
    for (const { 1: names, index } of text.matchAll(/\bread(?: -r)? ((?:\w+ ?)+)/g))
      if (said(text.slice(0, index), inside)) for (const name of names.trim().split(" ")) variables.add(known(name, inside));
    for (const { 1: name, 2: list } of text.matchAll(/\bfor (\w+) in (.*?)(?:; do|$)/g))
      if (said(list, inside)) variables.add(known(name, inside));
    if (
      functions.has(inside) &&
      !new RegExp(`^${inside}\\(\\)`).test(text.trim()) &&
      said(text, inside) &&
      /printf|echo|sed|cat|fact|values/.test(text)
    )
      saying.add(inside);
    const body = new RegExp(`^${inside}\\(\\) *\\{(.*)\\}\\s*$`).exec(text);
    if (inside !== "" && functions.has(inside) && body !== null && said(body[1], inside)) saying.add(inside);
    for (const name of functions)
      for (const { index, 0: head } of text.matchAll(new RegExp(`(?<![\\w$-])${name} `, "g")))
        for (const [at, word] of words(text.slice(index + head.length)).entries())
          if (said(word, inside)) given.add(`${name} ${at + 1}`);
  }
}

let found = 0;
for (const { file, line, text, inside } of statements) {
  const counted = [
    ...[...text.matchAll(/\$\(\(/g)].map(({ index }) => within(text, index + 3)),
    ...[...text.matchAll(/\[ (.*?) \]/g)].map(([, test]) => test).filter((test) => / -(?:gt|lt|ge|le|eq|ne) /.test(test)),
    ...[...text.matchAll(/\b(?:expr|seq|test) (.*)/g)].map(([, rest]) => rest),
  ];
  for (const one of counted) {
    const bare = (unchecked(one).match(/(?<![\w$"'])[A-Za-z_]\w*/g) ?? []).some((name) => variables.has(known(name, inside)));
    if (!bare && !said(one, inside)) continue;
    console.log(`${file}:${line}: ${text.trim()}`);
    found++;
    break;
  }
}
process.exitCode = found === 0 ? 0 : 1;
