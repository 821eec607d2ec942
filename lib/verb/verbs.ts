import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Purpose, purposes, type Verb } from "../spec/spec.ts";

const scripts = join(__dirname, "../../scripts");

/** The names of the verbs: the files of scripts/, sorted. */
const names = () =>
  readdirSync(scripts)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();

/** Every verb, sorted by name. Loading one runs nothing. */
export const allVerbs = (): Verb[] =>
  names().map((name) => (require(join(scripts, `${name}.ts`)) as { readonly default: Verb }).default);

/** The verbs by what they are for. */
export const purposed = (verbs: readonly Verb[]): readonly (readonly [Purpose, readonly Verb[]])[] =>
  purposes.map((one) => [one, verbs.filter(({ purpose }) => purpose === one)] as const).filter(([, some]) => some.length > 0);

/**
 * What else a verb is typed as: `deploy` for `ops-deploy`, as no other verb has that name. Undefined where there is nothing else. scripts/hey
 * finds it by the same rule.
 */
export function shortOf(name: string): string | undefined {
  const short = /^ops-(.+)$/.exec(name)?.[1];
  return short === undefined || names().includes(short) ? undefined : short;
}

/** That `ops` need not be typed, and for which verbs it must be. */
export function withoutOps(): string {
  const longer = names().flatMap((name) => (name.startsWith("ops-") && shortOf(name) === undefined ? [name.slice(4)] : []));
  const but = longer.length === 0 ? "" : `, except in ${longer.map((name) => `ops ${name}`).join(", ")}`;
  return `You can leave out ops${but}: hey deploy is hey ops deploy.`;
}
