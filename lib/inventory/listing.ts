// An inventory as text.
import { home } from "../here/machine.ts";
import type { Inventory, Machine, Rule, Setting } from "./setting.ts";
import { place } from "./settings.ts";

const origin = (setting: Setting) => `${place(setting)}${setting.of === "defaults" ? ", [defaults]" : ""}`;

/** What says where a host is reached. */
export function because(rule: Rule): string {
  if (rule.by === "hey.toml") return place(rule);
  if (rule.by === "name") return "its name: neither hey.toml nor ssh's configuration has another";
  const file = rule.file.startsWith(`${home()}/`) ? `~${rule.file.slice(home().length)}` : rule.file;
  return `the ssh alias in ${file}:${rule.line}`;
}

const tagged = ({ tags }: Machine) => tags.map((tag) => `@${tag}`).join(" ");

/** A line for each machine: host, target, tags; with `why` what says so below it, and its settings. */
export function asTable(machines: Inventory, why: boolean): readonly string[] {
  const width = (head: string, of: (machine: Machine) => string) =>
    Math.max(head.length, ...machines.map((machine) => of(machine).length)) + 2;
  const [first, second] = [width("Host", ({ host }) => host), width("Target", ({ target }) => target)];
  const row = (host: string, target: string, tags: string) => `${host.padEnd(first)}${target.padEnd(second)}${tags}`.trimEnd();
  const rows = machines.flatMap((machine) => {
    const { host, target, rule, settings, held } = machine;
    const line = row(host, target, tagged(machine));
    if (!why) return [line];
    const others = settings.filter(({ name }) => name !== "target").map((setting) => [setting.text, origin(setting)] as const);
    const without = held.map((setting) => [setting.text, `${origin(setting)}, not trusted`] as const);
    const reasons = [[`target = ${JSON.stringify(target)}`, because(rule)] as const, ...others, ...without];
    const column = Math.max(...reasons.map(([text]) => text.length)) + 2;
    return [line, ...reasons.map(([text, reason]) => `    ${text.padEnd(column)}${reason}`)];
  });
  return [row("Host", "Target", "Tags"), ...rows];
}

/**
 * The same for programs: an array of `{ host, target, rule, tags, settings, held? }`. `rule` is `{ by, file?, line? }` with `by` one of
 * "hey.toml", "alias" and "name"; `settings` has by name `{ value, of, line }`, with the value as it stands in hey.toml and `of` one of
 * "host" and "defaults". `held` has the same of what counts only once the user trusts the file.
 */
export function asJson(machines: Inventory): readonly string[] {
  const named = (some: readonly Setting[]) =>
    Object.fromEntries(
      some.map(({ name, text, of, line }) => [name, { value: JSON.parse(text.slice(name.length + 3)), of, line }]),
    );
  const listed = machines.map(({ host, target, rule, tags, settings, held }) => ({
    ...{ host, target, rule, tags },
    settings: named(settings),
    ...(held.length > 0 && { held: named(held) }),
  }));
  return JSON.stringify(listed, null, 2).split("\n");
}
