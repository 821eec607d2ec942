// The command that gives a host its target in hey.toml.
import { lstatSync } from "node:fs";
import { textIfPlain } from "../here/plain-file.ts";
import { statements } from "../inventory/toml.ts";
import { quote } from "../spec/quote.ts";

/** To be replaced by whoever types it. */
const value = '"root@ADDRESS"';

/** Whether hey would read that target there. */
function sets(text: string, host: string): boolean {
  try {
    return statements(text).some((entry) => JSON.stringify(entry.path) === JSON.stringify(["hosts", host, "target"]));
  } catch {
    return false;
  }
}

/** What a line could become so as to hold the setting: the head of the host's table, a dotted key of it, or a table in braces. */
function others(line: string, name: string): readonly string[] {
  const braces = [...line.matchAll(/\{/g)].map(({ index }) => [line.slice(0, index + 1), line.slice(index + 1)] as const);
  return [
    `${line}\ntarget = ${value}`,
    ...["hosts.", ""].map((table) => `${table}${name}.target = ${value}\n${line}`),
    ...braces.flatMap(([head, tail]) =>
      ["", `${name}.`].flatMap((key) => [" ", ","].map((end) => `${head} ${key}target = ${value}${end}${tail}`)),
    ),
  ];
}

/** More than people write by hand. */
const longest = 50_000;

/** @param file the flake's hey.toml, which may be missing, and which has no target of the host */
export function settingTarget(file: string, host: string): string {
  const text = lstatSync(file, { throwIfNoEntry: false }) === undefined ? "" : textIfPlain(file);
  const byHand = `\${EDITOR:-vi} ${quote(file)}`;
  // Each line is tried, and for each all are read.
  if (text === undefined || text.length > longest) return byHand;
  const name = /^[\w-]+$/.test(host) ? host : JSON.stringify(host);
  const table = ["", `[hosts.${name}]`, `target = ${value}`];
  if (sets([text, ...table].join("\n"), host))
    return `printf '%s\\n' ${table.map((line) => `'${line}'`).join(" ")} >>${quote(file)}`;
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    if (!line.includes(host) && !line.includes("hosts")) continue;
    const instead = others(line, name).find((one) => sets([...lines.slice(0, at), one, ...lines.slice(at + 1)].join("\n"), host));
    if (instead === undefined) continue;
    const old = quote(`${file}.old`);
    // What awk takes for a text is what JSON does.
    return `cp ${quote(file)} ${old} && awk ${quote(`NR == ${at + 1} { $0 = ${JSON.stringify(instead)} } 1`)} ${old} >${quote(file)} && rm ${old}`;
  }
  return byHand;
}
