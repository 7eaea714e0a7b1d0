/** The verdict's runs as a table, best first: a dot with its interval on one scale for all. */

import { scaleLinear } from "d3-scale";
import { type MetricName, metricFacts } from "../tasks/metrics/names";
import { formatMetric } from "../tasks/metrics/shown";
import type { Verdict, VerdictRun } from "../verdict/verdict";
import { colourClass, markerPath } from "./chart";
import { between, formatCount, guessLevels, kindOf } from "./figures";
import { type Markup, markup } from "./markup";

/** Percent of the plot's width at its ends, so that markers fit. */
const MARGIN = 6;

/** @param lookOf colour and marker of a run, by its name */
export function verdictTable(verdict: Verdict, lookOf: (run: string) => number): Markup {
  const { metric, runs } = verdict;
  const levels = guessLevels(verdict);
  const scale = scaleOf(verdict);
  const at = (value: number) => `${Number(scale(value).toFixed(2))}%`;
  const ticks = scale.ticks(4);
  const grid = markup`${ticks.map((tick) => markup`<line class="gridline" x1="${at(tick)}" x2="${at(tick)}" y1="0" y2="100%"/>`)}${levels.map(
    ({ value }) => markup`<line class="guess" x1="${at(value)}" x2="${at(value)}" y1="0" y2="100%"/>`,
  )}`;
  const row = (run: VerdictRun) => markup`<tr>
<th scope="row">${runKey(lookOf(run.run))}<bdi>${run.run}</bdi><span class="note">${[kindOf(run), ...(run.seeds > 1 ? [`${run.seeds} seeds`] : [])].join("; ")}</span></th>
<td class="plot"><svg class="${colourClass(lookOf(run.run))}" aria-hidden="true">${grid}<line class="interval" x1="${at(run.low)}" x2="${at(run.high)}" y1="50%" y2="50%"/><svg x="${at(run.value)}" y="50%" overflow="visible"><path class="marker" d="${markerPath(lookOf(run.run), 80)}"/></svg></svg></td>
<td class="number">${formatMetric(metric, run.value)}<span class="note">${between(run, (value) => formatMetric(metric, value))}</span></td>
<td class="number parameters">${formatCount(run.parameters)}</td>
</tr>
`;
  return markup`<table class="dots">
<thead><tr><th scope="col">Run</th><th scope="col" class="plot scale"><span class="unseen">Drawn</span><svg aria-hidden="true">${ticks.map(
    (tick) => markup`<text x="${at(tick)}" y="13" text-anchor="middle">${tickText(metric, tick)}</text>`,
  )}</svg></th><th scope="col" class="number">${metricFacts[metric].title}<span class="note">95 % interval</span></th><th scope="col" class="number parameters">Parameters<span class="note">trained or fitted</span></th></tr></thead>
<tbody>
${runs.map(row)}</tbody>
</table>
${levels.length === 0 ? null : markup`<p class="muted">Dots are values, bars their 95 % intervals. Dashed lines, to compare with: ${levels.map(({ title, text }) => `${title} ${text}`).join(", ")}.</p>`}
`;
}

/** The mark of a run before its name. */
export function runKey(look: number): Markup {
  return markup`<svg class="key ${colourClass(look)}" viewBox="-7 -7 14 14" aria-hidden="true"><path d="${markerPath(look, 70)}"/></svg>`;
}

/** In percent of the plot's width; encloses every interval and what guessing reaches. */
function scaleOf(verdict: Verdict) {
  const { metric, runs } = verdict;
  const levels = guessLevels(verdict).map(({ value }) => value);
  const low = Math.min(...runs.map((run) => run.low), ...levels);
  const high = Math.max(...runs.map((run) => run.high), ...levels);
  const scale = scaleLinear([low, high > low ? high : low + 1], [MARGIN, 100 - MARGIN]).nice(4);
  const [from, to] = scale.domain() as [number, number];
  return metricFacts[metric].kind === "share" ? scale.domain([Math.max(0, from), Math.min(1, to)]) : scale;
}

function tickText(metric: MetricName, tick: number): string {
  return metricFacts[metric].kind === "share" ? `${Number((100 * tick).toFixed(1))} %` : String(tick);
}
