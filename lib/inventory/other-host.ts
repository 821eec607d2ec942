// A second name on a line is a target. Where it is another host of the flake, that machine would become this host.
import { spelled } from "../here/called.ts";
import { Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";
import type { Takes } from "../spec/spec.ts";
import { flakeIfAny } from "./flake.ts";
import { knownHosts } from "./hosts.ts";
import { headOf } from "./setting.ts";
import { readSettings, settingsOf } from "./settings.ts";

/** What names the machine in a target. ssh takes it in either case, and a dot at its end says that nothing follows. */
const named = (target: string) =>
  target
    .slice(target.lastIndexOf("@") + 1)
    .replace(/\.$/, "")
    .toLowerCase();

/** The words of a line that has a host and a target. */
interface Typed {
  readonly host?: string | undefined;
  readonly target?: string | undefined;
  readonly flake?: string | undefined;
}

/**
 * Refuses a typed target that is another host of the flake by its name, unless hey.toml says that this host is reached there.
 * @param verb its name
 * @param given by parse()
 * @throws Usage
 */
export function requireOwnTarget(verb: string, takes: Takes, given: object): void {
  const { host, target, flake: ref }: Typed = given;
  if (host === undefined || target === undefined || named(target) === named(host)) return;
  const flake = flakeIfAny(ref);
  if (flake === undefined) return;
  const said = readSettings(flake);
  const hosts = knownHosts(flake, said);
  const other = hosts.find((name) => named(name) === named(target));
  if (other === undefined) return;
  const own = settingsOf(said, host).find(({ name }) => name === "target");
  if (Array.isArray(own?.value) && own.value.some((word) => named(word) === named(target))) return;
  const what = `${other} is another host of this flake`;
  if (!hosts.includes(host)) throw new Usage(`${what}. For that one: ${spelled(verb)} ${quote(other)}`);
  const both = "on" in takes ? `. For both: ${spelled(verb)} --on ${quote(`${host},${other}`)}` : "";
  throw new Usage(
    `${what}${both}. If ${host} is reached there: target = ${JSON.stringify(target)} under ${headOf(host)} in hey.toml`,
  );
}
