// Notes what nix would say of flakes, as a verb does that has asked it: DIRECTORY, whose hosts stand in .git/hosts, or REFERENCE=HOST,HOST…
const { readFileSync } = require("node:fs");
const { remember } = require("../../lib/here/cache.ts");
const { stampOf, wayOf } = require("../../lib/here/hosts.ts");

for (const word of process.argv.slice(2)) {
  const [, elsewhere, listed] = /^([a-z+]+:.*)=([^=]*)$/.exec(word) ?? [];
  const flake = elsewhere === undefined ? { ref: word, dir: word } : { ref: elsewhere };
  const names = listed?.split(",") ?? readFileSync(`${word}/.git/hosts`, "utf8").split("\n").filter(Boolean);
  remember(flake, { names, odd: [], way: wayOf(flake), stamp: stampOf(flake) });
}
