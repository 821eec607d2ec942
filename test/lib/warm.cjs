// Loads all of this checkout's own files, so that what is made of them is kept.
const { readdirSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "../..");
for (const dir of ["lib", "scripts", "completions"])
  for (const name of readdirSync(join(root, dir), { recursive: true })) if (name.endsWith(".ts")) require(join(root, dir, name));
