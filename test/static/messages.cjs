// The messages of lib/ and scripts/: what errors, remarks and findings of the doctor say, wherever in the code that stands. A line each: the file, what says it, the text
// with … for what is filled in, and "Try: " before what it proposes.
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { join, relative } = require("node:path");

const root = process.argv[2] ?? join(__dirname, "../..");
const files = (dir) =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith(".ts") ? [path] : [];
  });

/** Where a string, template or comment that begins at that place ends; the place itself for anything else. */
function passed(text, at) {
  const quote = text[at];
  if (text.startsWith("//", at)) return text.indexOf("\n", at);
  if (text.startsWith("/*", at)) return text.indexOf("*/", at) + 2;
  if (quote !== '"' && quote !== "'" && quote !== "`") return at;
  for (let next = at + 1; next < text.length; next++) {
    if (text[next] === "\\") next++;
    else if (text[next] === quote) return next + 1;
    else if (quote === "`" && text.startsWith("${", next)) next = closing(text, next + 1);
  }
  throw new Error("a string without an end");
}

/** The place of the bracket that closes the one at that place. */
function closing(text, at) {
  for (let next = at + 1; next < text.length; next++) {
    const end = passed(text, next);
    if (end > next) next = end - 1;
    else if ("([{".includes(text[next])) next = closing(text, next);
    else if (")]}".includes(text[next])) return next;
  }
  throw new Error("a bracket without an end");
}

/** The parts of an expression between these at its outermost level. */
function split(text, separators) {
  const parts = [""];
  for (let at = 0; at < text.length; at++) {
    const end = passed(text, at);
    if (end > at) {
      parts[parts.length - 1] += text.slice(at, end);
      at = end - 1;
    } else if ("([{".includes(text[at])) {
      const close = closing(text, at);
      parts[parts.length - 1] += text.slice(at, close + 1);
      at = close;
    } else if (separators.includes(text[at]) && text[at + 1] !== "?" && text[at - 1] !== "?" && text[at + 1] !== ".")
      parts.push("");
    else parts[parts.length - 1] += text[at];
  }
  return parts.map((part) => part.trim());
}

/** What a literal says; undefined for what is none. */
function literal(text) {
  const quote = text[0];
  if (!['"', "'", "`"].includes(quote) || passed(text, 0) !== text.length) return undefined;
  let said = "";
  for (let at = 1; at < text.length - 1; at++) {
    if (quote === "`" && text.startsWith("${", at)) {
      const close = closing(text, at + 1);
      const expression = text.slice(at + 2, close);
      const verb = /^spelled\("([a-z-]+)"\)$/.exec(expression)?.[1];
      const inner = verb ? [`hey ${verb.replace("-", " ")}`] : alternatives(expression).filter((one) => one !== "…");
      // The longest that can be filled in there.
      said += inner.sort((a, b) => b.length - a.length)[0] ?? "…";
      at = close;
    } else if (text[at] === "\\") said += text[++at] === "n" ? "\n" : text[at];
    else said += text[at];
  }
  return said;
}

/** All that an expression can say: of a choice each side, of a sum all together, … for what is computed. */
function alternatives(expression) {
  const choice = split(expression, "?");
  if (choice.length > 1) return choice.slice(1).flatMap((part) => split(part, ":").flatMap(alternatives));
  return split(expression, "+")
    .map((part) => {
      const inside = part.startsWith("(") && closing(part, 0) === part.length - 1 ? alternatives(part.slice(1, -1)) : undefined;
      return inside ?? [literal(part) ?? "…"];
    })
    .reduce((all, some) => all.flatMap((one) => some.map((other) => one + other)), [""]);
}

const calls = /\b(new (?:Usage|Refusal|Ended)|remark)\(/g;
const rows = /\bsays: (?=["`])|^const (?:either|several|builders|password|instead) =\s*(?=["`])/gm;

function* messages(file) {
  const text = readFileSync(file, "utf8");
  for (const match of text.matchAll(calls)) {
    const line = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index).trimStart();
    if (/^(?:\/\/|\/?\*)/.test(line)) continue;
    const open = match.index + match[0].length - 1;
    const [what = "", instead] = split(text.slice(open + 1, closing(text, open)), ",");
    const proposed =
      instead === undefined || /^\d+$/.test(instead) || instead === ""
        ? [""]
        : alternatives(instead).map((one) => `. Try: ${one}`);
    for (const said of alternatives(what)) for (const line of proposed) yield [match[1].replace("new ", ""), said + line];
  }
  // What the doctor can find, and what it has seen.
  if (file.includes("lib/doctor/"))
    for (const match of text.matchAll(/\bseen: (?=["`])|^ {2}"?[a-z-]+"?: (?=")/gm)) {
      const at = match.index + match[0].length;
      yield ["finding", literal(text.slice(at, passed(text, at))) ?? "…"];
    }
  if (!file.endsWith("conflicts.ts") && !file.endsWith("meant.ts")) return;
  for (const match of text.matchAll(rows)) {
    const at = match.index + match[0].length;
    yield ["says", literal(text.slice(at, passed(text, at))) ?? "…"];
  }
}

for (const file of [...files(join(root, "lib")), ...files(join(root, "scripts"))].sort())
  for (const [kind, said] of messages(file))
    process.stdout.write(`${relative(root, file)}\t${kind}\t${said.replaceAll("\n", " ")}\n`);
