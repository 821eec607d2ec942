// What hey.toml says of its own flake, under [flake]: what stands behind the reference, and what nix is told where it evaluates.
import { didYouMean, shown, Usage } from "../spec/errors.ts";
import { fits } from "../spec/words.ts";
import { type FlakeSettings, settingText } from "./setting.ts";

/** Those by which a flake reads what lies outside of it, or other code is run than what its flake.lock says. */
const needTrust: readonly string[] = ["impure", "override-input"];

const names = ["query", ...needTrust];

/** `name=ref` as the two words of --override-input. @throws Usage */
function inputOf(pair: unknown): readonly [string, string] {
  const [, input = "", ref = ""] = /^([^=]*)=(.+)$/s.exec(String(pair)) ?? [];
  if (typeof pair !== "string" || ref === "" || ref.startsWith("-") || /[\s#]/.test(ref))
    throw new Usage('override-input is an array of INPUT=REF; type override-input = ["nixpkgs=path:/a/nixpkgs"]');
  fits("override-input", "inputs", input);
  fits("override-input", "flakes", ref);
  return [input, ref];
}

/** Takes down a setting of the table. @param line its line in hey.toml @throws Usage */
export function readFlakeSetting(said: FlakeSettings, [name, ...more]: readonly string[], value: unknown, line: number): void {
  if (name === undefined) throw new Usage("flake is a table; type [flake], and its settings below it");
  if (more.length > 0 || !names.includes(name))
    throw new Usage(
      `there is no setting ${shown(name)} of the flake${didYouMean(name, names) || `; there are ${names.join(", ")}`}`,
    );
  if (name === "query") {
    if (typeof value !== "string" || !/^[a-z]+=[\w./%+-]+(?:&[a-z]+=[\w./%+-]+)*$/.test(value))
      throw new Usage('query is the part of a reference after the ?; type query = "submodules=1"');
    said.query = value;
  } else if (name === "impure") {
    if (typeof value !== "boolean") throw new Usage("impure is true or false; type impure = true");
    said.impure = value;
  } else said.overrideInput = (Array.isArray(value) ? value : [value]).map(inputOf);
  const isNothing = value === false || (Array.isArray(value) && value.length === 0);
  if (!needTrust.includes(name) || isNothing) return;
  said.trusting.push({
    name,
    value: value === true || [value].flat().map(String),
    text: settingText(name, value),
    of: "flake",
    line,
    trust: "runs",
  });
}
