// The flake that a line means, with what its hey.toml says of it.
import { type Flake, findFlake, type Spelling } from "../here/flake.ts";
import { Ended } from "../spec/errors.ts";
import { type Evaluated, nixWords } from "../spec/options.ts";
import { readSettings } from "./settings.ts";

/** What is typed and what hey.toml says, together: of an input that is typed hey.toml's is left out. */
function withSettings<G extends Evaluated>(typed: G, flake: Flake | undefined): G {
  const { impure = false, overrideInput = [] } = readSettings(flake).flake;
  if (!impure && overrideInput.length === 0) return typed;
  const own = typed.overrideInput ?? [];
  const kept = overrideInput.filter(([input]) => !own.some(([other]) => other === input));
  return { ...typed, impure: typed.impure || impure, overrideInput: [...kept, ...own] };
}

/** The query of its hey.toml stands behind a reference that has none. @throws Usage for a mistake in hey.toml */
function asItSays(flake: Flake, typed: Evaluated): Flake {
  if (flake.dir === undefined) return flake;
  const { query } = readSettings(flake).flake;
  const words = nixWords(withSettings(typed, flake));
  const asked = query === undefined || flake.ref.includes("?") ? flake : { ...flake, ref: `${flake.ref}?${query}` };
  return words.length === 0 ? asked : { ...asked, words };
}

/** What was typed of how a flake is evaluated. */
type Typed = Evaluated & { readonly flake?: string | undefined };

/** As findFlake. @param typed how it is evaluated @throws Usage Refusal */
export const flakeMeant = (given: string | undefined, spelling: Spelling, typed: Evaluated = {}): Flake => {
  const found = findFlake(given, spelling, nixWords(typed));
  return asItSays(found, typed);
};

/** The flake that a line means, if there is one: the verb says it, where it needs one. */
function ifAny(given: string | undefined): Flake | undefined {
  try {
    return findFlake(given, "as given");
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return undefined;
  }
}

/** The same, as its hey.toml says. @throws Usage for a mistake in hey.toml */
export function flakeIfAny(given: string | undefined, typed: Evaluated = {}): Flake | undefined {
  const found = ifAny(given);
  return found && asItSays(found, typed);
}

/** A line with what the flake's hey.toml says of its evaluation, as if it had been typed. @throws Usage for a mistake in hey.toml */
export const evaluatedAsItSays = <G extends Typed>(given: G): G => withSettings(given, ifAny(given.flake));
