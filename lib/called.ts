// How this verb was called. The launcher and the dispatcher say so in variables, which what is run later must not see.
import { quote } from "./script.ts";

const { HEY_CALLED, HEY_DISPATCHER } = process.env;
delete process.env["HEY_CALLED"];
delete process.env["HEY_DISPATCHER"];

/** What a person types for a verb, in the way this one was typed: `hey ops deploy` or `./scripts/ops-deploy.ts`. */
export function spelled(verb: string): string {
  if (HEY_DISPATCHER !== undefined || HEY_CALLED === undefined)
    return `${quote(HEY_DISPATCHER ?? "hey")} ${verb.replace("-", " ")}`;
  return quote(HEY_CALLED.replace(/[^/]*$/, `${verb}.ts`));
}
