// The flake that a line means, with what its hey.toml says of it.
import { type Flake, findFlake, type Spelling } from "../here/flake.ts";
import { NotObeyed } from "../here/owner.ts";
import { Ended } from "../spec/errors.ts";
import { type Evaluated, nixWords } from "../spec/options.ts";
import { goOnWithout, isHeld, readSettings, requireTrust } from "./settings.ts";

/** What becomes of a setting that the user has not trusted: the line is refused, or goes on without and says so, or just does. */
type Untrusted = "refuse" | "say" | "leave out";

/**
 * What is typed and what hey.toml says, together: of an input that is typed hey.toml's is left out.
 * @throws Usage for a mistake in hey.toml
 * @throws Refusal for what the user has not trusted
 */
function withSettings<G extends Evaluated>(typed: G, flake: Flake | undefined, untrusted: Untrusted): G {
  const { impure = false, overrideInput = [], trusting } = readSettings(flake).flake;
  const held = trusting.filter(isHeld);
  if (held.length > 0 && untrusted === "refuse") requireTrust(held, typed);
  if (untrusted === "say") goOnWithout(held, typed);
  if (held.length > 0) return typed;
  if (!impure && overrideInput.length === 0) return typed;
  const own = typed.overrideInput ?? [];
  const kept = overrideInput.filter(([input]) => !own.some(([other]) => other === input));
  return { ...typed, impure: typed.impure || impure, overrideInput: [...kept, ...own] };
}

/** The query of its hey.toml stands behind a reference that has none. @throws as withSettings */
function asItSays(flake: Flake, typed: Typed, untrusted: Untrusted): Flake {
  if (flake.dir === undefined) return flake;
  const { query } = readSettings(flake).flake;
  const words = nixWords(withSettings(typed, flake, untrusted));
  const asked = query === undefined || flake.ref.includes("?") ? flake : { ...flake, ref: `${flake.ref}?${query}` };
  return words.length === 0 ? asked : { ...asked, words };
}

/** What was typed of how a flake is evaluated. */
type Typed = Evaluated & { readonly flake?: string | undefined };

/** As findFlake. @param typed how it is evaluated @throws Usage Refusal */
export const flakeMeant = (
  given: string | undefined,
  spelling: Spelling,
  typed: Evaluated = {},
  untrusted: Untrusted = "refuse",
): Flake => asItSays(findFlake(given, spelling, nixWords(typed)), { ...typed, flake: given }, untrusted);

/**
 * The flake that a line means, if there is one: the verb says it, where it needs one.
 * @throws NotObeyed for one that somebody else has put there, or that git can't read
 */
function ifAny(given: string | undefined): Flake | undefined {
  try {
    return findFlake(given, "as given");
  } catch (error) {
    if (!(error instanceof Ended) || error instanceof NotObeyed) throw error;
    return undefined;
  }
}

/** The same, as its hey.toml says. @throws Usage for a mistake in hey.toml */
export function flakeIfAny(
  given: string | undefined,
  typed: Evaluated = {},
  untrusted: Untrusted = "leave out",
): Flake | undefined {
  const found = ifAny(given);
  return found && asItSays(found, { ...typed, flake: given }, untrusted);
}

/** A line with what the flake's hey.toml says of its evaluation, as if it had been typed. @throws as withSettings */
export const evaluatedAsItSays = <G extends Typed>(given: G): G => withSettings(given, ifAny(given.flake), "refuse");
