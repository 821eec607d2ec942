// The flake that a line means, with what its hey.toml says of it.
import { type Flake, findFlake, type Spelling } from "../here/flake.ts";
import { Ended } from "../spec/errors.ts";
import { readSettings } from "./settings.ts";

/** The query of its hey.toml stands behind a reference that has none. @throws Usage for a mistake in hey.toml */
function asItSays(flake: Flake): Flake {
  if (flake.dir === undefined || flake.ref.includes("?")) return flake;
  const { query } = readSettings(flake);
  return query === undefined ? flake : { ...flake, ref: `${flake.ref}?${query}` };
}

/** As findFlake. @throws Usage Refusal */
export const flakeMeant = (given: string | undefined, spelling: Spelling, words: readonly string[] = []): Flake =>
  asItSays(findFlake(given, spelling, words));

/** A flake that isn't there is for the verb to say, if it needs one. @throws Usage for a mistake in hey.toml */
export function flakeIfAny(given: string | undefined): Flake | undefined {
  let found: Flake;
  try {
    found = findFlake(given, "as given");
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return undefined;
  }
  return asItSays(found);
}
