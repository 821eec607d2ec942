// How long hey.tomls take that nobody has written by hand: a line for each, with "ok" where it is less than a second of computing.
const { statements } = require("../../lib/inventory/toml.ts");

const many = (count, make) => Array.from({ length: count }, (_, at) => make(at)).join("");
const texts = {
  "an array of lines": `[defaults]\ntags = [\n${'"a",\n'.repeat(20000)}]\n`,
  "an array that is not closed": `[defaults]\ntags = [\n${'"a",\n'.repeat(20000)}`,
  "an array with brackets in strings": `[defaults]\ntags = [\n${'"]", # [\n'.repeat(20000)}]\n`,
  comments: "# nothing\n".repeat(20000),
  settings: `[hosts]\n${many(20000, (at) => `a${at} = 1\n`)}`,
  "settings twice": `[defaults]\n${"tags = []\n".repeat(20000)}`,
  tables: many(10000, (at) => `[hosts.a${at}]\nguard = true\n`),
  "a table on a line": `a = { ${many(20000, (at) => `a${at} = 1, `)}b = 1 }\n`,
  "a dotted key": `a${".a".repeat(100000)} = 1\n`,
  "a dotted key with blanks": `a${" . a".repeat(100000)} = 1\n`,
  "a dotted head": `[a${".a".repeat(100000)}]\n`,
  "dotted keys in strings": `a${'."a"'.repeat(100000)} = 1\n`,
  brackets: `a = ${"[".repeat(100000)}\n`,
  braces: `a = ${"{a=".repeat(100000)}\n`,
  "a string": `a = "${"x".repeat(1000000)}"\n`,
  quotes: '"'.repeat(1000000),
  "quotes in threes": `a = ${'"""'.repeat(300000)}`,
  backslashes: `a = """${"\\".repeat(999999)}`,
  blanks: " ".repeat(1000000),
};
for (const [name, text] of Object.entries(texts)) {
  const before = process.cpuUsage();
  let end = "read";
  try {
    statements(text);
  } catch (error) {
    end = error.line === undefined || error.message.includes("\n") ? `${error.stack}`.slice(0, 80) : "refused";
  }
  const { user, system } = process.cpuUsage(before);
  const took = Math.round((user + system) / 1000);
  console.log(`${name}: ${end} ${took} ms ${took < 1000 && /^(?:read|refused)$/.test(end) ? "ok" : "no"}`);
}
