// Small charts in SVG. Across they are in percent and down in pixels, so that they are as wide as their place and no shape or letter
// is stretched.
import { duration } from "../text/amounts.ts";
import { counted, type Deploy, type Outcome } from "./deploys.ts";
import { fullness } from "./findings.ts";
import { html, type Markup } from "./markup.ts";

const day = 86_400_000;

/** How many deploys of a host are drawn. */
const drawn = 500;

/** The time that the charts of a page show. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** From the first deploy on, but at least a week and at most ninety days, until now. */
export function periodOf(deploys: readonly Deploy[], now: Date): Period {
  const to = now.getTime();
  const first = deploys.reduce((earliest, { began }) => Math.min(earliest, began.getTime()), to);
  return { from: Math.max(to - 90 * day, Math.min(first - day / 2, to - 7 * day)), to };
}

export const within = ({ from, to }: Period, deploys: readonly Deploy[]) =>
  deploys.filter(({ began }) => began.getTime() >= from && began.getTime() <= to);

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

/** A shape for each outcome, so that colours are not needed to tell them apart. Its middle is at 0, 0. */
const shapes: Readonly<Record<Outcome, string>> = {
  done: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z",
  back: "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
  failed: "M-4.5 -4.5L4.5 4.5M-4.5 4.5L4.5 -4.5",
};

/** What the shapes mean. */
export const names: Readonly<Record<Outcome, string>> = { done: "done", back: "went back", failed: "failed" };

export const outcomes: readonly Outcome[] = ["done", "back", "failed"];

/** The shape of an outcome, in a line of text. */
export const sign = (outcome: Outcome): Markup =>
  html`<svg class="sign" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true"><path class="${outcome}" d="${shapes[outcome]}"/></svg>`;

export const dated = (date: Date | number) => new Date(date).toISOString().slice(0, 10);
export const timed = (date: Date | number) => new Date(date).toISOString().slice(0, 16).replace("T", " ");

const axis = ({ from, to }: Period) =>
  html`<div class="axis"><span>${dated(from)}</span><span>${dated((from + to) / 2)}</span><span>${dated(to)}</span></div>`;

/** Deploys of a host over time: a stem for each as long as it took, and its outcome on top. */
export function timeline(host: string, deploys: readonly Deploy[], period: Period): Markup {
  const [top, bottom] = [12, 74];
  const longest = deploys.reduce((most, { ms }) => Math.max(most, ms), 1);
  const marks = deploys.slice(-drawn).map((deploy) => {
    const { began, ms, outcome, result } = deploy;
    // A little off both edges, for the shapes there.
    const x = percent(0.015 + (0.97 * (began.getTime() - period.from)) / (period.to - period.from));
    // By the root: what takes a minute stands beside what takes a second.
    const y = (bottom - 8 - (bottom - 8 - top) * Math.sqrt(Math.max(0, ms) / longest)).toFixed(1);
    return html`<g class="${outcome}"><title>${timed(began)} UTC: ${result}, ${duration(ms)}</title><line x1="${x}" x2="${x}" y1="${bottom}" y2="${y}"/><svg x="${x}" y="${y}" overflow="visible"><path d="${shapes[outcome]}"/></svg></g>`;
  });
  const slowest = deploys.length === 0 ? "" : `, the longest ${duration(longest)}`;
  const left = deploys.length > drawn ? `, of which the last ${drawn} are drawn` : "";
  return html`<figure><figcaption>${deploys.length} ${deploys.length === 1 ? "deploy" : "deploys"}${slowest}${left}</figcaption>
<svg class="chart" width="100%" height="80" role="img" aria-label="Deploys of ${host} over time"><line class="rule" x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/>${marks}</svg>
${axis(period)}</figure>`;
}

/** Deploys of all hosts: a bar for each day, with its outcomes one above the other. */
export function perDay(deploys: readonly Deploy[], period: Period): Markup {
  const [height, top] = [96, 8];
  const first = Math.floor(period.from / day);
  const days = Math.floor(period.to / day) - first + 1;
  const byDay = Array.from({ length: days }, (): Deploy[] => []);
  for (const deploy of deploys) byDay[Math.floor(deploy.began.getTime() / day) - first]?.push(deploy);
  const most = Math.max(1, ...byDay.map(({ length }) => length));
  const bars = byDay.map((those, at) => {
    if (those.length === 0) return undefined;
    let y = height;
    const parts = outcomes.map((outcome) => {
      const tall = ((height - top) * counted(those, outcome)) / most;
      if (tall === 0) return undefined;
      y -= tall;
      return html`<rect class="${outcome}" x="${percent((at + 0.14) / days)}" width="${percent(0.72 / days)}" y="${y.toFixed(1)}" height="${Math.max(1, tall - 1).toFixed(1)}" rx="1.5"/>`;
    });
    const said = outcomes
      .filter((outcome) => counted(those, outcome) > 0)
      .map((outcome) => `${counted(those, outcome)} ${names[outcome]}`);
    return html`<g><title>${dated((first + at) * day)}: ${said.join(", ")}</title>${parts}</g>`;
  });
  return html`<figure><figcaption>Deploys per day, at most ${most}</figcaption>
<svg class="chart" width="100%" height="100" role="img" aria-label="Deploys of all hosts, per day"><line class="rule" x1="0" x2="100%" y1="${height + 0.5}" y2="${height + 0.5}"/>${bars}</svg>
${axis({ from: first * day, to: period.to })}</figure>`;
}

/** How much is taken, in percent, as a bar. */
export const meter = (taken: number): Markup =>
  html`<svg class="meter" width="100%" height="6" aria-hidden="true"><rect class="all" width="100%" height="6" rx="3"/><rect class="${fullness(taken)}" width="${Math.min(100, Math.max(0, taken)).toFixed(1)}%" height="6" rx="3"/></svg>`;
