// functions.cjs OLD NEW: whether the functions that two printed scripts have in common, on this side and in the texts that go to the
// other side, have the same lines, and what is outside of functions too, but for comments, blank lines and blanks that lines begin with.
// Says what differs, and ends with 1 where that is not so.
const { readFileSync } = require("node:fs");

/**
 * Shell text as logical lines (one that goes on in quotes is one), without comments, each with its words of several lines taken out.
 * @returns undefined for what is no shell text
 */
function logical(text) {
  const lines = [];
  const open = []; // of ( ' " ` { (for ${) <
  const heredocs = [];
  let line = "";
  let texts = [];
  let word; // where a word began in `line`, and what it means
  let inner; // where $( began, the outermost one
  let at = 0;
  const top = () => open.at(-1);
  const add = (raw, means = raw) => {
    word ??= { from: line.length, means: "" };
    line += raw;
    word.means += means;
  };
  const endWord = () => {
    if (word?.means.includes("\n")) {
      line = `${line.slice(0, word.from)}‹text›`;
      texts.push({ text: word.means, side: "there" });
    }
    word = undefined;
  };
  while (at < text.length) {
    const c = text[at];
    if (top() === "'") {
      if (c === "'") open.pop();
      add(c, open.length === 0 ? "" : c);
      at++;
    } else if (c === "\\" && at + 1 < text.length) {
      const next = text[at + 1];
      const escapes = top() !== '"' || '$`"\\\n'.includes(next);
      add(c + next, next === "\n" ? "" : open.length === 0 || (open.length === 1 && top() === '"' && escapes) ? next : c + next);
      at += 2;
    } else if (c === '"') {
      if (top() === '"') open.pop();
      else open.push('"');
      add(c, open.length === (top() === '"' ? 1 : 0) ? "" : c);
      at++;
    } else if (c === "$" && (text[at + 1] === "(" || text[at + 1] === "{")) {
      open.push(text[at + 1]);
      add(c + text[at + 1]);
      at += 2;
      if (top() === "(" && !open.slice(0, -1).includes("("))
        inner = { depth: open.length, at, line: line.length, word: word.means.length };
    } else if (c === "`") {
      if (top() === "`") open.pop();
      else open.push("`");
      add(c);
      at++;
    } else if (top() === "{") {
      if (c === "}") open.pop();
      else if (c === "'" && !open.includes('"')) open.push("'");
      add(c);
      at++;
    } else if (top() === '"') {
      add(c);
      at++;
    } else if (c === "'") {
      open.push("'");
      add(c, open.length === 1 ? "" : c);
      at++;
    } else if (open.length > 0 && (c === "(" || c === ")")) {
      if (c === "(") open.push("(");
      // The end of a pattern closes nothing.
      else if (!/(^|[\s;(])(in|;;)\s+[^\s;()]*(\s*\|\s*[^\s;()]+)*$/.test(line)) {
        const commands = text.slice(inner.at, at);
        if (open.length === inner.depth && commands.includes("\n")) {
          texts.push({ text: commands, side: "same" });
          line = `${line.slice(0, inner.line)}‹text›`;
          word.means = `${word.means.slice(0, inner.word)}‹text›`;
        }
        open.pop();
      }
      add(c);
      at++;
    } else if (c === "#" && /(^|[\s;(])$/.test(line)) {
      while (at < text.length && text[at] !== "\n") at++;
    } else if (open.length > 0) {
      add(c);
      at++;
    } else if (text.startsWith("<<", at) && /^<<-?\s*(['"]?)[^\n]/.test(text.slice(at))) {
      endWord();
      const [all, , quoted, bare] = text.slice(at).match(/^<<-?\s*(?:(['"])(.*?)\1|([A-Za-z_]+))/) ?? [text.slice(at, at + 2)];
      if (quoted !== undefined || bare !== undefined) heredocs.push(quoted ?? bare);
      line += all;
      at += all.length;
    } else if (c === "\n") {
      endWord();
      at++;
      for (const end of heredocs.splice(0)) {
        const rest = text.slice(at);
        const to = `\n${rest}\n`.indexOf(`\n${end}\n`);
        if (to < 0) return undefined;
        texts.push({ text: rest.slice(0, to), side: "same" });
        at += to + end.length + 1;
      }
      if (line.trim() !== "") lines.push({ line, texts });
      line = "";
      texts = [];
    } else {
      if (/[\s;|&()<>]/.test(c)) {
        endWord();
        line += c;
      } else add(c);
      at++;
    }
  }
  endWord();
  if (line.trim() !== "") lines.push({ line, texts });
  return open.length > 0 ? undefined : lines;
}

const bare = (line) =>
  line
    .split("\n")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("\n");

/** Puts what is found into `found[side]`: bodies by function, and what is outside. */
function collect(text, side, found) {
  const lines = logical(text);
  if (lines === undefined) {
    found[side].main.add(bare(text));
    return;
  }
  const main = [];
  for (let at = 0; at < lines.length; at++) {
    const { line } = lines[at];
    const start = line.match(/^(\s*)([A-Za-z_][A-Za-z0-9_]*)\(\) ?[{(]/);
    const body = [line];
    if (start && /[{(]\s*$/.test(line)) {
      const end = new RegExp(`^${start[1]}[})]`);
      while (at + 1 < lines.length) {
        at++;
        body.push(lines[at].line);
        if (end.test(lines[at].line)) break;
      }
    }
    if (start) {
      const name = start[2];
      const bodies = found[side].functions.get(name) ?? new Set();
      found[side].functions.set(name, bodies.add(body.map(bare).join("\n")));
    } else main.push(bare(line));
  }
  if (main.length > 0) found[side].main.add(main.join("\n"));
  for (const { texts } of lines) for (const inner of texts) collect(inner.text, inner.side === "same" ? side : inner.side, found);
}

function read(file) {
  const found = { here: { functions: new Map(), main: new Set() }, there: { functions: new Map(), main: new Set() } };
  collect(readFileSync(file, "utf8"), "here", found);
  return found;
}

const equal = (one, other) => one.size === other.size && [...one].every((text) => other.has(text));

const [old, now] = process.argv.slice(2).map(read);
let same = true;
for (const side of ["here", "there"]) {
  const names = (found) => [...found[side].functions.keys()].sort();
  const only = (found, other) => names(found).filter((name) => !other[side].functions.has(name));
  const changed = names(old).filter(
    (name) => now[side].functions.has(name) && !equal(old[side].functions.get(name), now[side].functions.get(name)),
  );
  const main = equal(old[side].main, now[side].main);
  if (changed.length > 0 || !main) same = false;
  for (const [what, which] of [
    ["changed", changed],
    ["added", only(now, old)],
    ["removed", only(old, now)],
    ["changed", main ? [] : ["what is in no function"]],
  ])
    if (which.length > 0) console.log(`  ${side}: ${what}: ${which.join(", ")}`);
}
process.exitCode = same ? 0 : 1;
