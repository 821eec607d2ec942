// Texts of other languages, which stand in a script as they are.
import { readFileSync } from "node:fs";

/**
 * The text of a file under lib/ without its comments.
 * @param file relative to lib/, like `inventory/import/toml.nix`
 */
export function constant(file: string): string {
  const lines = readFileSync(`${__dirname}/../${file}`, "utf8").split("\n");
  return lines.filter((line) => !/^\s*(#|$)/.test(line)).join("\n");
}
