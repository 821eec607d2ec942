// A hey.toml of what a flake says for another tool. Nix itself makes the text of it, so that the script needs nothing but nix.
import { join } from "node:path";
import { nixLooks, ownOutput } from "../here/backends.ts";
import { prints } from "../here/called.ts";
import type { Flake } from "../here/flake.ts";
import { freshHosts, hostsOf } from "../here/hosts.ts";
import { constant } from "../script/constant.ts";
import { call, type Plan, stage } from "../script/part.ts";
import { joined, step, variable } from "../script/step.ts";
import { settable } from "./settable-ssh.ts";
import { pathOf } from "./trust.ts";

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
  const answer = prints() ? freshHosts(flake) : hostsOf(flake);
  // Beside it, and softly: without the names all nodes are taken.
  const names = answer === undefined || "why" in answer ? undefined : answer.names;
  const hosts = names === undefined ? "null" : `[ ${names.map((host) => JSON.stringify(host)).join(" ")} ]`;
  const options = Object.entries(settable).map(([name, value]) => `${name} = ${JSON.stringify(value)};`);
  const expression = [
    ` ]; hosts = ${hosts}; settable = { ${options.join(" ")} }; in`,
    constant("inventory/import/toml.nix"),
    constant(`inventory/import/${tool}.nix`),
  ];
  const words = flake.words ?? [];
  // A program that is called like the tool stands among the packages of many flakes.
  const own = words.includes("--impure") ? [] : ownOutput;
  const evaluate = step(
    nixLooks(flake),
    "eval",
    "--raw",
    own,
    words,
    "--apply",
    joined("let only = ", variable("only"), "; broken = [", variable("broken"), expression.join("\n")),
  );
  const at = (name: string) => `${flake.ref}#${name}`;
  const file = flake.dir === undefined ? "" : join(flake.dir, "hey.toml");
  const offers = call("offer_settings", [file, consent ? "yes" : "", pathOf(file)], "shown, and written where that is agreed to");
  const stages = [
    stage(`evaluate ${better === undefined ? attribute : `${better}, or ${attribute}`}`, "here", 1),
    stage("show it, and write hey.toml", "here", 1),
  ];
  const attributes = better === undefined ? [attribute] : [better, attribute];
  return {
    main: [call("evaluate_either", attributes.map(at), "$text"), offers],
    own: { evaluate: { about: "what nix says of an attribute.", lines: [evaluate], passes: true } },
    stages,
  };
}
