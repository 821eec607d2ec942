// Makes many TOML files of statements whose lines are known, and says where lib/inventory/toml.ts takes one for another.
const { deepStrictEqual } = require("node:assert");
const { parse } = require("smol-toml");
const { statements } = require("../../lib/inventory/toml.ts");

let seed = Number(process.argv[2] ?? 1);
const random = (n) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * n);
};
const one = (list) => list[random(list.length)];

let count = 0;
const fresh = () => `k${count++}`;
const quoted = (name) => one([name, `"${name}"`, `'${name}'`, `"${name}.b # ["`, `'${name}"='`]);
const values = [
  () => "true # not = this",
  () => "-1_000",
  () => '"a # b"',
  () => "'a\\'",
  () => '"\\"\\\\"',
  () => '""',
  () => "[]",
  () => "1979-05-27T07:32:00Z",
  () => '["a", "b"]',
  () => '[\n  "a", # ]\n\n  "]",\n]',
  () => '[ [ 1,\n2 ],\n["""\n]"""] ]',
  () => '"""\na = 1\n[x]\n"""',
  () => "'''\nkey = '' \n[hosts.y]\n'''",
  () => '"""a\\\n   b"""',
  () => "{}",
  () => `{ ${fresh()} = 1 }`,
  () => `{ ${fresh()} = "}", '${fresh()}' = [1, 2] }`,
];
const noise = ["", "", "  ", "# a = 1", "\t# [x]", "#"];

function file() {
  const lines = [];
  const starts = [];
  const put = (text) => {
    starts.push(lines.length + 1);
    lines.push(...text.split("\n"));
  };
  const tables = 1 + random(4);
  for (let t = 0; t < tables; t++) {
    if (t > 0)
      put(
        `${one(["", " "])}[${one(["", " "])}${Array.from({ length: 1 + random(3) }, () => quoted(fresh())).join(one([".", " . "]))}]${one(["", " # c"])}`,
      );
    for (let s = random(6); s > 0; s--) {
      lines.push(...Array.from({ length: random(3) }, () => one(noise)));
      const key = Array.from({ length: 1 + random(2) }, () => quoted(fresh())).join(one([".", " . "]));
      put(`${one(["", "  ", "\t"])}${key}${one(["=", " = "])}${one(values)()}`);
    }
  }
  return { text: lines.join(one(["\n", "\r\n"])) + one(["", "\n"]), starts };
}

for (let n = 0; n < 2000; n++) {
  const { text, starts } = file();
  const entries = statements(text);
  deepStrictEqual([...new Set(entries.map(({ line }) => line))], starts, text);
  // Put together again they are what the library makes of the whole.
  const again = Object.create(null);
  for (const { path, value } of entries) {
    let table = again;
    for (const part of path.slice(0, -1)) table = table[part] ??= Object.create(null);
    const name = path.at(-1);
    if (!(name in table)) table[name] = value;
  }
  deepStrictEqual(again, parse(text, { integersAsBigInt: true }), text);
}
