// A hey.toml of what a flake says for another tool. Nix itself makes the text of it, so that the script needs nothing but nix.
import { join } from "node:path";
import { nix } from "../here/backends.ts";
import { type Flake, hostsOf } from "../here/flake.ts";
import { constant } from "../script/render.ts";
import { define, fragment, joined, type Plan, step } from "../script/step.ts";
import { settable } from "./settable-ssh.ts";

/** The tools, each with its attribute of a flake, and the one that is used where that is there. */
const tools: Readonly<Record<string, { readonly help: string; readonly attribute: string; readonly better?: string }>> = {
  "deploy-rs": { help: "deploy.nodes", attribute: "deploy" },
  colmena: { help: "colmenaHive, or colmena", attribute: "colmena", better: "colmenaHive" },
  nixinate: { help: "nixosConfigurations.NAME._module.args.nixinate", attribute: "nixosConfigurations" },
};

export const kinds = Object.fromEntries(Object.entries(tools).map(([name, { help }]) => [name, help]));

/** @param consent write it without asking */
export function importing(flake: Flake, tool: keyof typeof kinds, consent: boolean): Plan {
  const { attribute = "", better } = tools[tool] ?? {};
  const hosts = hostsOf(flake).map((host) => JSON.stringify(host));
  const options = Object.entries(settable).map(([name, value]) => `${name} = ${JSON.stringify(value)};`);
  const expression = [
    `let hosts = [ ${hosts.join(" ")} ]; settable = { ${options.join(" ")} }; in`,
    constant("inventory/import/toml.nix"),
    constant(`inventory/import/${tool}.nix`),
  ];
  const evaluate = step(nix, "eval", "--raw", "--apply", joined(expression.join("\n")));
  const at = (name: string) => `${flake.ref}#${name}`;
  const evaluated =
    better === undefined
      ? [{ argv: [...evaluate.argv, at(attribute)], capture: "text", note: `evaluate ${attribute}` }]
      : [define("evaluate", evaluate), fragment("here/evaluate.sh", { better: at(better), attribute: at(attribute) })];
  const file = flake.dir === undefined ? "" : join(flake.dir, "hey.toml");
  const writing = [fragment("here/question.sh"), fragment("here/write-settings.sh", { file, consent: consent ? "yes" : "" })];
  return { lines: [...evaluated, ...writing] };
}
