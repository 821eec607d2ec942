// The fleet as one page that stands alone: nothing of it is fetched, no script is needed, and it is well-formed XML.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hostname } from "../here/machine.ts";
import type { Entry } from "../log/log.ts";
import { bytes, duration, span } from "../text/amounts.ts";
import { changeOf } from "../text/outcome.ts";
import { dated, meter, names, outcomes, type Period, perDay, periodOf, sign, timed, timeline, within } from "./charts.ts";
import { counted, type Deploy, deploysOf } from "./deploys.ts";
import { findings, fullest, type Level, levelOf, percentOf, some } from "./findings.ts";
import { html, Markup } from "./markup.ts";
import type { Status } from "./status.ts";

/** How many deploys of a host are told in words. */
const told = 10;

interface Shown {
  readonly status: Status;
  readonly level: Level;
  readonly deploys: readonly Deploy[];
}

const rank: Readonly<Record<Level, number>> = { bad: 0, note: 1, well: 2 };

const labels: Readonly<Record<Level, string>> = { bad: "bad", note: "look", well: "well" };

/** A number as a person reads it, with the exact one for programs. */
const exact = (value: number, text: string) => html`<data value="${value}">${text}</data>`;

const when = (date: string | Date) => html`<time datetime="${new Date(date).toISOString()}">${timed(new Date(date))}</time>`;

function badge({ status, level }: Shown): Markup {
  return html`<span class="state ${level}">${status.answers ? labels[level] : "no answer"}</span>`;
}

const memoryShare = ({ memory }: Status) => (memory === undefined ? undefined : 100 * (1 - memory.available / memory.total));

function row(shown: Shown): Markup {
  const { status } = shown;
  const { host, generation, date, nixosVersion, kernelVersion, load, cores, uptime } = status;
  const disk = fullest(status);
  const memory = memoryShare(status);
  const cell = (name: string, sort: string, content: Markup | string | undefined | false) =>
    content ? html`<td class="${sort}" data-name="${name}">${content}</td>` : html`<td></td>`;
  const found = findings(status).map(({ text }) => text);
  return html`<tr><td class="name"><a href="#${host}">${host}</a></td>
<td class="wide">${badge(shown)}${found.length > 0 && html`<span class="why">${found.join("; ")}</span>`}</td>
${cell("Generation", "small made", generation !== undefined && html`${exact(generation, `${generation}`)}${date !== undefined && html` <span class="soft">${dated(new Date(date))}</span>`}`)}
${cell("NixOS, kernel", "", nixosVersion !== undefined && html`${nixosVersion.split(".").slice(0, 3).join(".").slice(0, 24)} <span class="soft">${kernelVersion?.slice(0, 24)}</span>`)}
${cell("Fullest disk", "load", disk !== undefined && html`${percentOf(disk)} % <span class="soft">${disk.at.slice(0, 24)}</span>${meter(percentOf(disk))}`)}
${cell("Memory", "load", memory !== undefined && html`${Math.round(memory)} % <span class="soft">of ${bytes(status.memory?.total ?? 0)}</span>${meter(memory)}`)}
${cell("Load", "small", load !== undefined && html`${exact(load, load.toFixed(2))}${cores !== undefined && html` <span class="soft">of ${cores}</span>`}`)}
${cell("Up", "small", uptime !== undefined && exact(uptime, span(uptime)))}
</tr>
`;
}

function facts({ status }: Shown): Markup {
  const { host, target, user, runs, boots, booted, profile, generation, date, revision, nixosVersion, kernelVersion } = status;
  const { reboot, failedUnits, disks = [], memory, load, cores, uptime, armed, flake } = status;
  const wide = (name: string, path: string | undefined): readonly [string, Markup | undefined, "wide"] => [
    name,
    path === undefined ? undefined : html`<code>${path}</code>`,
    "wide",
  ];
  const list = (texts: readonly string[] | undefined, none: string) => texts && html`${texts.join(", ") || none}`;
  const text = (value: string | undefined) => value && html`${value}`;
  const all: readonly (readonly [string, Markup | "" | undefined, "wide"?])[] = [
    [
      "Reached as",
      html`${user === undefined || target.includes("@") ? target : `${user}@${target}`} ${status.answers && html`<span class="soft">in ${status.ms} ms</span>`}`,
    ],
    [
      "Generation",
      generation === undefined
        ? undefined
        : html`${exact(generation, `${generation}`)}${date !== undefined && html`, made ${when(date)} UTC`}`,
    ],
    ["NixOS", text(nixosVersion)],
    ["Kernel", text(kernelVersion)],
    ["Revision of the flake", revision && html`<code>${revision}</code>`],
    ["As the flake says", text(flake)],
    ["Reboot", runs === undefined ? undefined : html`${reboot === undefined ? "not needed" : `needed: ${reboot}`}`],
    ["Failed units", failedUnits && list(failedUnits.length === 0 ? [] : [some(failedUnits)], "none")],
    ["Armed", list(armed, "nothing")],
    ...disks.map(
      (disk) =>
        [
          `Disk ${disk.at}`,
          html`${exact(disk.size - disk.free, bytes(disk.size - disk.free))} of ${exact(disk.size, bytes(disk.size))}${meter(percentOf(disk))}`,
        ] as const,
    ),
    [
      "Memory",
      memory &&
        html`${exact(memory.total - memory.available, bytes(memory.total - memory.available))} of ${exact(memory.total, bytes(memory.total))}${meter(memoryShare(status) ?? 0)}`,
    ],
    [
      "Load",
      load === undefined
        ? undefined
        : html`${exact(load, load.toFixed(2))}${cores !== undefined && html` on ${exact(cores, `${cores}`)} cores`}`,
    ],
    ["Up", uptime === undefined ? undefined : exact(uptime, span(uptime))],
    ...(runs !== undefined && runs === boots && runs === booted
      ? [wide("Runs, boots, was booted", runs)]
      : [wide("Runs", runs), wide("Boots", boots), wide("Profile", profile), wide("Was booted", booted)]),
  ];
  const shown = all.filter(([, value]) => value);
  return html`<dl data-host="${host}">${shown.map(
    ([name, value, sort]) => html`<div${sort && html` class="${sort}"`}><dt>${name}</dt><dd>${value || ""}</dd></div>
`,
  )}</dl>`;
}

function history(host: string, deploys: readonly Deploy[], period: Period): Markup {
  if (deploys.length === 0) return html`<h3>Deploys</h3><p class="soft">None is noted on this machine.</p>`;
  const rows = deploys.slice(-told).reverse();
  const line = (
    deploy: Deploy,
  ) => html`<tr><td class="when">${when(deploy.began)}</td><td>${sign(deploy.outcome)}${deploy.result}</td><td class="change">${changeOf(deploy)}</td><td>${exact(deploy.ms, duration(deploy.ms))}</td><td>${deploy.by}</td><td class="said soft">${deploy.outcome === "failed" || deploy.status !== 0 ? deploy.said.slice(0, 300) : ""}</td></tr>
`;
  return html`<h3>Deploys</h3>
${timeline(host, within(period, deploys), period)}
${legend(within(period, deploys))}
<div class="deploys"><table><thead><tr><th>When (UTC)</th><th>Result</th><th>Generation</th><th>Time</th><th>By</th><th></th></tr></thead><tbody>
${rows.map(line)}</tbody></table></div>${deploys.length > told && html`<p class="soft">The last ${told} of ${deploys.length}.</p>`}`;
}

function section(shown: Shown, period: Period, open: boolean): Markup {
  const { status, deploys } = shown;
  const { host } = status;
  const found = findings(status);
  const last = deploys.at(-1);
  return html`<details class="card"${open && new Markup(' open="open"')}><summary><b>${host}</b> ${badge(shown)} <span class="soft">${last === undefined ? "no deploy noted" : html`last deploy ${dated(last.began)}: ${last.result}`}</span></summary>
<div class="about" id="${host}">
${found.length > 0 && html`<ul class="found">${found.map(({ level, text }) => html`<li class="${level}">${text}</li>`)}</ul>`}
${facts(shown)}
${history(host, deploys, period)}
</div></details>
`;
}

const legend = (deploys: readonly Deploy[]) =>
  html`<ul class="legend">${outcomes.map((outcome) => html`<li>${sign(outcome)}${counted(deploys, outcome)} ${names[outcome]}</li>`)}</ul>`;

const tile = (number: number, text: string, level?: Level) =>
  html`<div class="tile card"><strong${level && number > 0 && html` class="${level}"`}>${number}</strong><span class="soft">${text}</span></div>
`;

/** When a page was made, and after how many seconds a browser asks for it again. */
export interface Edition {
  readonly now: Date;
  readonly again: number | undefined;
}

/**
 * @param noted all that was noted of deployments, of other hosts too
 */
export function page(hosts: readonly Status[], noted: readonly Entry[], { now, again }: Edition): string {
  const names = hosts.map(({ host }) => host);
  const shown = hosts
    .map((status): Shown => ({ status, level: levelOf(findings(status)), deploys: deploysOf(status.host, noted, names) }))
    .sort((one, other) => rank[one.level] - rank[other.level]);
  const all = shown.flatMap(({ deploys }) => deploys);
  const period = periodOf(all, now);
  const recent = within(period, all);
  const count = (is: (one: Shown) => boolean) => shown.filter(is).length;
  const silent = count(({ status }) => !status.answers);
  const odd = count(({ status, level }) => status.answers && level !== "well");
  const failed = counted(recent, "failed");
  const style = readFileSync(join(__dirname, "page.css"), "utf8").replace(/\n\s*/g, " ");
  const heads = ["Host", "State", "Generation", "NixOS, kernel", "Fullest disk", "Memory", "Load", "Up"];
  const title = shown.length === 1 ? `Status of ${hosts[0]?.host}` : "Status of the fleet";
  return html`<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
${again !== undefined && html`<meta http-equiv="refresh" content="${again}"/>`}
<title>${title}, ${timed(now)} UTC</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header><h1>${title}</h1>
<p class="soft">As ${hostname()} has seen it on ${when(now)} UTC</p></header>
${
  shown.length > 1 &&
  html`<div class="tiles">
${tile(
  count(({ level }) => level === "well"),
  `of ${shown.length} hosts well`,
  "well",
)}
${tile(odd, "to look at", "note")}
${tile(silent, silent === 1 ? "does not answer" : "do not answer", "bad")}
${tile(recent.length, `${recent.length === 1 ? "deploy" : "deploys"} since ${dated(period.from)}${failed > 0 ? `, ${failed} failed` : ""}`)}
</div>
<h2>At a glance</h2>
<div class="glance card"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${shown.map(row)}</tbody></table></div>
${
  recent.length > 0 &&
  html`<h2>Deploys</h2>
<div class="card">${perDay(recent, period)}
${legend(recent)}</div>`
}
<h2>Host by host</h2>`
}
${shown.map((one) => section(one, period, shown.length <= 3 || one.level !== "well"))}
<footer>Made by <code>hey ops status --html</code>. Times are UTC; deploys are those noted on ${hostname()}.</footer>
</body>
</html>
`.text;
}
