// How this verb was called. The launcher says so in variables of its own and moves TMPDIR (lib/start has the reason);
// what is run later must see the caller's environment, so all of it is put back here, first of all.
import { quote } from "./script.ts";

const { HEY_CALLED, HEY_DISPATCHER, HEY_TMPDIR } = process.env;
for (const name of ["HEY_CALLED", "HEY_DISPATCHER", "HEY_TMPDIR", "TSX_TSCONFIG_PATH", "TSX_DISABLE_CACHE"])
  delete process.env[name];
if (HEY_TMPDIR?.startsWith("=")) process.env["TMPDIR"] = HEY_TMPDIR.slice(1);
else if (HEY_TMPDIR !== undefined) delete process.env["TMPDIR"];

/** What a person types for a verb, in the way this one was typed: `hey ops deploy` or `./scripts/ops-deploy.ts`. */
export function spelled(verb: string): string {
  if (HEY_DISPATCHER !== undefined || HEY_CALLED === undefined)
    return `${quote(HEY_DISPATCHER ?? "hey")} ${verb.replace("-", " ")}`;
  return quote(HEY_CALLED.replace(/[^/]*$/, `${verb}.ts`));
}
