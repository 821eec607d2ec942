// Which machines a line means: --on 'web*,@vps,!db'.
import { globbed, isGlob } from "../here/glob.ts";
import { didYouMean, shown, some, Usage } from "../spec/errors.ts";
import { isHost } from "../spec/words.ts";
import type { Inventory, Machine } from "./setting.ts";

/** The parts of a selection. */
export const partsOf = (selection: string) => selection.split(",").map((part) => part.trim());

/** The hosts that a selection names, where it is made of names and tags alone; undefined where it depends on which others there are. */
export function namesIn(selection: string): readonly string[] | undefined {
  const parts = partsOf(selection);
  const isTag = (part: string) => part.startsWith("@");
  if (parts.some((part) => !isTag(part) && (isGlob(part) || !isHost(part)))) return undefined;
  return parts.filter((part) => !isTag(part));
}

type Test = (machine: Machine) => boolean;

/** Whether a machine is meant by a part without its `!`. */
function means(part: string): Test {
  const wanted = part.replace(/^@/, "");
  const fits = isGlob(wanted) ? (name: string) => globbed(wanted, name) : (name: string) => name === wanted;
  return ({ host, tags }) => (part.startsWith("@") ? tags : [host]).some(fits);
}

/** The same. @throws Usage for a part that means none */
function meaning(inventory: Inventory, part: string): Test {
  const isTag = part.startsWith("@");
  const [what, sigil, wanted] = isTag ? ["tag", "@", part.slice(1)] : ["host", "", part];
  if (wanted === "") throw new Usage("'@' is not a tag; type @ and its name, like @vps");
  if (inventory.some(means(part))) return means(part);
  const known = [...new Set(inventory.flatMap(({ host, tags }) => (isTag ? tags : [host])))].sort();
  if (/[\s!@]/.test(wanted.replaceAll("[!", "[")))
    throw new Usage(`${shown(part)} is neither a ${what} nor a pattern; separate the parts by commas`);

  const said = known.map((name) => `${sigil}${name}`);
  const isOther = inventory.some(({ host, tags }) => (isTag ? host === wanted : tags.includes(wanted)));
  // A tag without its @, or a host with one, is the nearest of all.
  const meant = isOther ? `; did you mean ${isTag ? "" : "@"}${wanted}?` : isGlob(wanted) ? "" : didYouMean(part, said);
  const all = said.length === 0 ? "none has one, which hey.toml gives them (tags)" : `there are ${some(said)}`;
  throw new Usage(`no ${what} is ${isGlob(wanted) ? "like " : ""}${shown(part)}${meant || `; ${all}`}`);
}

/** Whether a part leaves out. */
const bang = (part: string) => part.startsWith("!");

/** Those that one of these means, or all where there is none, without what one of those means. */
const chosenBy = (inventory: Inventory, within: readonly Test[], without: readonly Test[]): readonly Machine[] =>
  inventory.filter((machine) => (within.length === 0 || within.some((is) => is(machine))) && !without.some((is) => is(machine)));

/**
 * The machines that a selection means, in the inventory's order, which is that of the hosts' names.
 *
 * It is a list of parts, separated by commas; blanks around a part don't count. A part is a host's name, or a pattern of names (`*`, `?`,
 * `[a-c]`, `[!a-c]`); with `@` before it, a tag or a pattern of tags; with `!` before either, what is left out (`!db`, `!@vps`), wherever
 * in the list it stands. Where every part leaves out, it is all the others. Case counts, as it does for the flake.
 * @throws Usage for an empty part, a name or tag that there isn't, a pattern that fits none (also where it leaves out: `!dbs` would
 *   otherwise leave db in), and where nothing is left
 */
export function select(inventory: Inventory, selection: string): readonly Machine[] {
  const parts = partsOf(selection);
  if (parts.includes("")) throw new Usage(`${shown(selection)} has an empty part; type 'web*,@vps,!db', for example`);
  const bang = (part: string) => part.startsWith("!");
  const within = parts.filter((part) => !bang(part)).map((part) => meaning(inventory, part));
  const without = parts.filter(bang).map((part) => {
    const name = part.slice(1).trim();
    if (name === "") throw new Usage("'!' excludes nothing; type ! and a host's name, or !@ and a tag");
    return meaning(inventory, name);
  });
  const chosen = chosenBy(inventory, within, without);
  if (chosen.length === 0) throw new Usage(`${shown(selection)} excludes every host; drop one of its parts with '!'`);
  return chosen;
}

/** Of some machines those that a selection means; a part of it that means none of them is passed over. */
export function among(inventory: Inventory, selection: string): readonly Machine[] {
  const parts = partsOf(selection);
  const within = parts.filter((part) => !bang(part)).map(means);
  const without = parts.filter(bang).map((part) => means(part.slice(1).trim()));
  return chosenBy(inventory, within, without);
}
