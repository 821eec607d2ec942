// Each recorded answer, the kind that lib/here/backends.ts takes it for, and what that kind says; then where this is not what the options
// recorded beside the answer say.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backends, type Meaning, type Program, recognized } from "../../lib/here/backends.ts";

// nix's help leaves these out; nh has its own --update-input before 4.2, but only beside --update, and its
// --specialisation before 4.3 counts only where none runs; behind nh they are nix's.
const unlisted: Readonly<Record<string, readonly Meaning[]>> = {
  "nix/2.8.0": ["builders", "offline"],
  "nix/2.26.3": ["builders"],
  "nix/2.34.8": ["builders"],
  "nh/3.4.4": ["otherSpecialisation"],
  "nh/4.0.4": ["otherSpecialisation", "updateInput"],
  "nh/4.2.0-beta3": ["otherSpecialisation"],
};
const behindNh: readonly Meaning[] = ["impure", "offline", "overrideInput", "builders"];

for (const program of ["nixos-rebuild", "nh", "nix"] as const satisfies readonly Program[]) {
  const { rows } = backends[program];
  const meanings = [...new Set(rows.flatMap((row) => Object.keys(row.takes)))].sort() as Meaning[];
  const dir = join(__dirname, program);
  for (const version of readdirSync(dir)
    .filter((name) => !name.endsWith(".help"))
    .sort()) {
    const answer = readFileSync(join(dir, version), "utf8");
    const { name, takes } = recognized(program, answer);
    console.log(`${program}/${version}: ${name}`);
    const beside = join(dir, `${version}.help`);
    const help = existsSync(beside) ? readFileSync(beside, "utf8") : answer;
    // nix's message alone says nothing of its other options.
    if (help === answer && !answer.startsWith("usage:")) continue;
    const listed = new Set(help.match(/--[a-z][a-z-]*/g));
    for (const meaning of meanings) {
      if (unlisted[`${program}/${version}`]?.includes(meaning) || (program === "nh" && behindNh.includes(meaning))) continue;
      const own = takes[meaning];
      const option = own?.[0];
      if (option !== undefined && !listed.has(option)) console.log(`  ${meaning}: ${option} is not an option of it`);
      const others = rows.map((row) => row.takes[meaning]?.[0]).filter((word) => word !== undefined);
      // Where it has the meaning, the newest word of its own is said; where not, none is there.
      const missed = own === undefined ? others.find((word) => listed.has(word)) : undefined;
      if (missed !== undefined) console.log(`  ${meaning}: it has ${missed}, which is not made use of`);
    }
  }
}
