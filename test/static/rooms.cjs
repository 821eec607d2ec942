// Says which files break the order of the rooms, in the checkout where it is called: a file imports only from its own room and from rooms
// on lower floors, and no imports go in a circle. Imports are read as text: those of types alone count, and those that wait until they
// are needed.
const { readdirSync, readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

/** The ground floor first. Rooms on the same floor don't import from each other. */
const floors = [
  ["spec", "text"],
  ["here", "script"],
  ["log", "target"],
  ["deploy", "inventory", "keys", "run"],
  ["fleet", "inquiry"],
  ["status", "verb"],
  ["completions", "doctor"],
  ["scripts"],
];
const roomOf = (file) => dirname(file).replace(/^lib\//, "");
const floorOf = (file) => floors.findIndex((rooms) => rooms.includes(roomOf(file)));
const imported = (file) =>
  [...readFileSync(file, "utf8").matchAll(/\b(?:from |import |(?:import|require)\()"(\.[^"]+)"/g)].map(([, path]) =>
    join(dirname(file), path),
  );

const tops = ["completions", "lib", "scripts"];
const files = tops.flatMap((top) => readdirSync(top, { recursive: true }).map((file) => join(top, file)));
const imports = new Map(files.filter((file) => file.endsWith(".ts")).map((file) => [file, imported(file)]));

const wrong = floors.length > 11 ? [`${floors.length} floors; at most 11 are wanted`] : [];
for (const [file, others] of imports) {
  if (floorOf(file) < 0) {
    wrong.push(`${file} is in no room`);
    continue;
  }
  const above = others.filter((other) => roomOf(other) !== roomOf(file) && floorOf(other) >= floorOf(file));
  wrong.push(...above.map((other) => `${file} imports ${other}, which is not on a lower floor`));
}

/** All that a file imports, and what that imports. */
function behind(file, seen = new Set()) {
  for (const other of imports.get(file) ?? []) if (!seen.has(other)) behind(other, seen.add(other));
  return seen;
}
const circle = [...imports.keys()].filter((file) => behind(file).has(file));
if (circle.length > 0) wrong.push(`imports go in a circle: ${circle.sort().join(", ")}`);

for (const line of wrong) console.log(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
