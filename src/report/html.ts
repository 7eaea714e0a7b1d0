/**
 * A comparison as one HTML file to hand on: it loads nothing, runs nothing and prints. The page and
 * the headless runner write the same bytes for the same facts. Everything that somebody chose is
 * escaped (`markup.ts`), and its policy allows its own style alone. Nothing of a row is in it
 * unless rows were asked for.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { formats } from "../data/formats/registry";
import { formatSetting } from "../plan/numbers";
import { dataWords, lengthInWords, runWords, trainingWords, type Words } from "../plan/setting-words";
import { decidingMetric, metricFacts, metricWord, taskMetrics } from "../tasks/metrics/names";
import type { Verdict } from "../verdict/verdict";
import { drawChart } from "./chart";
import { looksOfGroups, reportCharts } from "./curves";
import { runKey, verdictTable } from "./dots";
import { type ReportFacts, type ReportRun, saidCheck, saidNotices, settingsFile } from "./facts";
import { aboutPairs, countedParts, formatCount, formatFigure, groundOf, looksOf, pairRows } from "./figures";
import { type Markup, markup, raw } from "./markup";
import { STYLE } from "./style";

/** Pixels that a chart is drawn for: on a screen, and on a phone. */
const WIDE = 860;
const NARROW = 360;
/** Labels that are listed. */
const MOST_LABELS = 60;

/** Which program wrote the file: how a report is known again. */
export const GENERATOR = '<meta name="generator" content="SK-Tuning Studio">';

/** The report, as a whole HTML file. */
export function writeHtmlReport(facts: ReportFacts): string {
  const { data, model, started, device } = facts;
  const when = `${started.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
${raw(GENERATOR)}
<title>${data} · ${model}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<h1><bdi>${data}</bdi> · <bdi>${model}</bdi></h1>
<p class="muted">A comparison of tuning methods, begun ${when}${device === null ? "" : `, computed on ${device}`}.</p>
${question(facts)}${problems(facts)}${verdictSection(facts.verdict, facts.runs)}${curvesSection(facts)}${runsSection(facts)}${pairsSection(facts.verdict)}${dataSection(facts)}${unequalSection(facts)}${settingsSection(facts)}${identitySection(facts)}${repeatSection(facts)}${rowsSection(facts)}<footer>Written by the SK-Tuning Studio. ${facts.rows === null ? "No text and no cell of a row is in this file; names of columns and labels are." : "Rows of the data are in this file, as was asked for."}</footer>
</main>
</body>
</html>
`.text;
}

/** The style of this file alone; no script, no image, no request. */
const POLICY = `default-src 'none'; style-src 'sha256-${base64(sha256(utf8ToBytes(STYLE)))}'; base-uri 'none'; form-action 'none'`;

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** What the comparison was made to answer. */
function question({ configuration, runs, data, model, parts }: ReportFacts): Markup {
  const { data: asked } = configuration;
  const metric = decidingMetric(configuration);
  const [title, { better }] = [metricWord(metric), metricFacts[metric]];
  const names = configuration.runs.map(({ name }) => name);
  const most = better === "high" ? "highest" : "lowest";
  const rows = parts && parts.test > 0 ? "test rows" : "validation rows";
  const steps = Math.max(0, ...runs.map((run) => run.steps));
  return markup`<h2>Question</h2>
<p class="question">${
    names.length === 1
      ? markup`What ${title} does <bdi>${names[0]!}</bdi> have on ${rows} of <bdi>${data}</bdi>`
      : markup`Which of ${listed(names)} has the ${most} ${title} on ${rows} of <bdi>${data}</bdi>`
  }, with <bdi>${model}</bdi> as the frozen base model${steps > 0 ? ` and ${formatCount(steps)} steps of training` : ""}?</p>
<p class="muted">Task: ${formats[asked.task].title}.</p>
`;
}

function listed(names: readonly string[]): Markup {
  return markup`${names.map((name, index) => {
    const before = index === 0 ? "" : index === names.length - 1 ? " and " : ", ";
    return markup`${before}<bdi>${name}</bdi>`;
  })}`;
}

/** What went wrong, before anything is read off the figures. */
function problems({ failures, runs, verdict }: ReportFacts): Markup | null {
  const said = [
    ...failures,
    ...runs
      .filter(({ state }) => state === "failed")
      .map(
        ({ run, steps, reason }) =>
          `${run} failed after ${formatCount(steps)} steps${reason === null ? "" : `: ${reason}`}.`,
      ),
    ...runs
      .filter(({ state }) => state !== "failed" && state !== "finished")
      .map(({ run, state, steps }) => `${run} did not finish: it is ${state}, after ${formatCount(steps)} steps.`),
    ...(verdict === null ? ["There is no verdict: nothing could be judged."] : []),
  ];
  return said.length === 0
    ? null
    : markup`<div class="problem">${said.map((line) => markup`<p>${line}</p>`)}</div>
`;
}

function verdictSection(verdict: Verdict | null, runs: readonly ReportRun[]): Markup | null {
  if (verdict === null) return null;
  const looks = looksOfGroups(runs);
  const [first = "", ...others] = verdict.sentences;
  const end = first.indexOf(". ");
  const [answer, ...rest] = end < 0 ? [first] : [first.slice(0, end + 1), first.slice(end + 2)];
  return markup`<h2>Verdict</h2>
<p class="answer">${held(answer!)}</p>
${[...rest, ...others].map((sentence) => markup`<p>${held(sentence)}</p>`)}
${
  verdict.runs.length === 0
    ? null
    : markup`<h3>${metricFacts[verdict.metric].title} on ${groundOf(verdict)}, best first</h3>
${verdictTable(verdict, (run) => looks.get(run) ?? 0)}`
}`;
}

/** A number and its per cent sign stay on one line. */
const held = (sentence: string) => sentence.replaceAll(" %", "\u00a0%");

function pairsSection(verdict: Verdict | null): Markup | null {
  const pairs = verdict === null ? [] : pairRows(verdict);
  if (verdict === null || pairs.length === 0) return null;
  return markup`<h2>Differences between runs</h2>
<p class="muted">${aboutPairs(verdict)}</p>
${scrolling(
  "Differences between runs",
  table(
    ["Run", "against", "Difference", "95 % interval", "p", "adjusted p", "beyond luck", "Test"],
    pairs.map(({ first, second, difference, interval, p, adjustedP, beyondLuck, test }) => ({
      cells: [first, second, difference, interval, p, adjustedP, beyondLuck ? "yes" : "no", test],
      strong: beyondLuck,
    })),
    [2, 3, 4, 5],
  ),
)}`;
}

function curvesSection(facts: ReportFacts): Markup | null {
  const charts = reportCharts(facts);
  if (charts.length === 0) return null;
  return markup`<h2>Curves</h2>
${charts.map(
  (chart) => markup`<figure>
<figcaption>${chart.title}${chart.caption === null ? null : markup`<p>${chart.caption}</p>`}</figcaption>
<div class="wide">${drawChart(chart, WIDE)}</div>
<div class="narrow">${drawChart(chart, NARROW)}</div>
</figure>
`,
)}`;
}

function runsSection({ runs, configuration }: ReportFacts): Markup {
  const metrics = taskMetrics[configuration.data.task];
  const looks = looksOfGroups(runs);
  const key = ({ group }: ReportRun) => looks.get(group)!;
  const parts = (["validation", "test"] as const).filter((part) => runs.some((run) => run[part] !== null));
  const figures = (part: (typeof parts)[number]) => {
    const shown = metrics.filter((name) => runs.some((run) => run[part]?.[name] !== undefined));
    return markup`<h3>Figures on the ${part} rows</h3>
${scrolling(
  `Figures on the ${part} rows`,
  table(
    ["Run", "Loss", ...shown.map((name) => metricFacts[name].title)],
    runs.map((run) => ({
      key: key(run),
      cells: [run.run, ...(["loss", ...shown] as const).map((name) => formatFigure(name, run[part]?.[name]))],
    })),
    [1, ...shown.map((_, index) => index + 2)],
  ),
)}`;
  };
  return markup`<h2>Runs</h2>
${scrolling(
  "Runs",
  table(
    ["Run", "Method", "Learning rate", "Parameters", "Steps", "Seconds", "Ended"],
    runs.map((run) => ({
      key: key(run),
      cells: [
        run.run,
        run.method,
        run.learningRate === null ? "–" : String(run.learningRate),
        formatCount(run.parameters),
        formatCount(run.steps),
        run.seconds.toFixed(1),
        run.reason === null ? run.state : `${run.state}: ${run.reason}`,
      ],
    })),
    [2, 3, 4, 5],
  ),
)}<p class="muted">Parameters are those that are trained or fitted; seconds are of a run's own training.</p>
${parts.map(figures)}`;
}

function dataSection(facts: ReportFacts): Markup {
  const { files, parts, labels, verdict, configuration } = facts;
  const { columns, maxLength } = configuration.data;
  const roles = Object.entries(columns).flatMap(([role, column]) =>
    column === null || column === undefined ? [] : [`${role}: ${[column].flat().join(", ")}`],
  );
  const said = [
    ...files.map(({ file, rows }) => `${file}: ${formatCount(rows)} rows`),
    ...countedParts(parts).slice(0, 3),
    ...(roles.length > 0 ? [`columns: ${roles.join("; ")}`] : []),
    `texts are read up to ${formatCount(maxLength)} tokens`,
    ...looksOf(verdict),
    ...saidNotices(facts),
  ];
  const total = (part: "train" | "validation" | "test") => labels.reduce((sum, label) => sum + label[part], 0);
  const shown = (["train", "validation", "test"] as const).filter((part) => total(part) > 0);
  const share = (count: number, part: (typeof shown)[number]) =>
    `${formatCount(count)} (${((100 * count) / total(part)).toFixed(1)} %)`;
  const rest = labels.length - MOST_LABELS;
  const check = saidCheck(facts);
  return markup`<h2>Data</h2>
<ul>${said.map((line) => markup`<li>${line}</li>`)}</ul>
${
  check.length === 0
    ? null
    : markup`<h3>Check of the data</h3>
<ul class="check">${check.map(({ isGood, said: line }) => markup`<li>${isGood ? "✓" : "⚠"} ${line}</li>`)}</ul>
`
}${
  labels.length === 0
    ? null
    : markup`${scrolling(
        "Labels",
        table(
          ["Label", ...shown.map((part) => `${part === "train" ? "training" : part} rows`)],
          labels
            .slice(0, MOST_LABELS)
            .map((label) => ({ cells: [label.name, ...shown.map((part) => share(label[part], part))] })),
          shown.map((_, index) => index + 1),
        ),
      )}${rest > 0 ? markup`<p class="muted">${`and ${formatCount(rest)} more labels`}</p>` : null}`
}`;
}

function unequalSection({ unequal }: ReportFacts): Markup | null {
  if (unequal.length === 0) return null;
  return markup`<h2>Not equal between the runs</h2>
<ul>${unequal.map((line) => markup`<li>${line}</li>`)}</ul>
`;
}

/** In the words of the page's form; the file itself stands at the end. */
function settingsSection(facts: ReportFacts): Markup {
  const { training, runs, precision } = settingsFile(facts) as Pick<
    ReportFacts["configuration"],
    "training" | "runs" | "precision"
  >;
  const { data } = facts.configuration;
  const all: readonly Said[] = [
    ["Length", lengthInWords(training)],
    ...inWords(trainingWords, training),
    ["Longest text, in tokens", dataWords.maxLength.say(data.maxLength)],
    ["Precision", formatSetting(precision)],
  ];
  return markup`<h2>Settings</h2>
<dl class="settings">${all.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${scrolling(
  "Settings of the runs",
  table(
    ["Run", "Settings of its own"],
    runs.map(({ name, options, ...settings }) => ({
      cells: [
        name,
        [
          ...inWords(runWords, settings),
          ...Object.entries(options)
            .filter(([, value]) => !isEmptyObject(value))
            .map(([key, value]): Said => [spacedOut(key), formatSetting(value)]),
        ]
          .map(([setting, value]) => `${setting}: ${value}`)
          .join("; ") || "none",
      ],
    })),
    [],
  ),
)}`;
}

type Said = readonly [setting: string, value: string];

/** What is set; what is left out goes without a line. */
function inWords<Values extends object>(
  words: { readonly [Key in keyof Values]?: Words<Values[Key]> },
  values: Values,
): Said[] {
  return (Object.keys(words) as (keyof Values)[])
    .filter((key) => values[key] !== undefined)
    .map((key) => [words[key]!.title, words[key]!.say(values[key])]);
}

const isEmptyObject = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** `rankStabilised` as `rank stabilised`. */
const spacedOut = (key: string) => key.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

function identitySection({ identity, versions }: ReportFacts): Markup {
  const { tables = [], rows, model } = identity ?? {};
  const hashes = [
    ...tables.map(({ file, part, fingerprint }) => [`${part} file ${file}: columns and cells`, fingerprint]),
    ...(rows === undefined ? [] : [["training rows as tokens, as in each adapter's run.json", rows]]),
    ...(model === undefined ? [] : [["base model: every tensor's name, shape and first bytes", model.weights]]),
    ...(model?.files ?? []).map(({ name, bytes, sha256: sum }) => [
      `${name}, ${formatCount(bytes)} bytes`,
      sum ?? "not computed: the file is large, and nobody said its sum",
    ]),
  ] as [string, string][];
  return markup`<h2>Hashes and versions</h2>
${
  hashes.length === 0
    ? markup`<p>What the files' sums were is not known any more.</p>`
    : markup`<p class="muted">SHA-256, as hexadecimal.</p>
<table class="hashes"><tbody>${hashes.map(([what, sum]) => markup`<tr><th scope="row">${what}</th><td class="hash">${sum}</td></tr>`)}</tbody></table>`
}
<p>Versions: ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.</p>
`;
}

function repeatSection(facts: ReportFacts): Markup {
  const { data, model, runs } = facts.configuration;
  const local = model.startsWith("dir:") ? `, and the model's folder where "model" says` : "";
  const files = [data.train, data.validation, data.test].filter((file) => typeof file === "string");
  const examples = facts.rows === null && runs.some(({ method }) => method === "cpt");
  return markup`<h2>How to repeat it</h2>
<p>Save the following as <code>comparison.json</code>, put <bdi>${files.join(", ")}</bdi> where it says${local}, and run in a copy of the studio:</p>
<pre><code>npm ci
npm run studio -- run comparison.json --out results</code></pre>
<p>The page opens the same file by <em>Open…</em>. The same device and versions give the same figures.${examples ? " Labelled examples before the input are left out here: write them in again." : ""}</p>
<pre><code>${JSON.stringify(settingsFile(facts), null, 2)}</code></pre>
`;
}

function rowsSection({ rows }: ReportFacts): Markup | null {
  if (rows === null) return null;
  if (rows.length === 0) {
    return markup`<h2>Rows</h2>
<p>Rows were asked for, but there are none here any more.</p>
`;
  }
  return markup`<h2>Rows</h2>
${rows.map(
  ({ title, columns, rows: own }) => markup`<h3>${title}</h3>
${scrolling(
  title,
  table(
    columns,
    own.map((cells) => ({ cells })),
    [],
  ),
)}`,
)}`;
}

interface TableRow {
  readonly cells: readonly string[];
  readonly strong?: boolean;
  /** A run's look, whose mark stands before its name. */
  readonly key?: number;
}

/** @param numbers which columns are numbers, from 0; the first names its row */
function table(head: readonly string[], rows: readonly TableRow[], numbers: readonly number[]): Markup {
  const kind = (index: number) => (numbers.includes(index) ? raw(' class="number"') : null);
  return markup`<table>
<thead><tr>${head.map((title, index) => markup`<th scope="col"${kind(index)}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ({ cells: [first = "", ...others], strong = false, key }) =>
    markup`<tr${strong ? raw(' class="beyond"') : null}><th scope="row">${key === undefined ? null : runKey(key)}<bdi>${first}</bdi></th>${others.map((cell, index) => markup`<td${kind(index + 1)}><bdi>${cell}</bdi></td>`)}</tr>
`,
)}</tbody>
</table>
`;
}

/** What is wider than a phone: it scrolls by itself, by keyboard too. */
function scrolling(title: string, content: Markup): Markup {
  return markup`<div class="scroll" role="region" aria-label="${title}" tabindex="0">
${content}</div>
`;
}
