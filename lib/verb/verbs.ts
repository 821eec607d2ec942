import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Verb } from "../spec/spec.ts";

/** Every verb: the files of scripts/, sorted by name. Loading one runs nothing. */
export function allVerbs(): Verb[] {
  const scripts = join(__dirname, "../../scripts");
  const files = readdirSync(scripts)
    .filter((file) => file.endsWith(".ts"))
    .sort();
  return files.map((file) => (require(join(scripts, file)) as { readonly default: Verb }).default);
}
