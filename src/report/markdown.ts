/**
 * A comparison as one Markdown file to hand on: the verdict's sentences and tables, what was
 * compared, on what data, and the settings. The page and the headless runner write the same. It
 * holds no text of a row unless rows were asked for.
 */

import { escapeMarkdown, escapeMarkdownLine } from "../data/markdown";
import { metricFacts, taskMetrics } from "../tasks/metrics/names";
import { formatMetric } from "../tasks/metrics/shown";
import type { Verdict } from "../verdict/verdict";
import { type ReportFacts, saidCheck, saidNotices, settingsFile } from "./facts";
import {
  aboutPairs,
  between,
  countedParts,
  formatCount,
  formatFigure,
  groundOf,
  guessLevels,
  kindOf,
  looksOf,
  pairRows,
} from "./figures";

/** The report, in Markdown. */
export function writeReport(facts: ReportFacts): string {
  const { data, model, verdict } = facts;
  return [
    `# ${escapeMarkdown(data)} · ${escapeMarkdown(model)}`,
    "",
    ...facts.failures.flatMap((said) => [escapeMarkdownLine(said), ""]),
    ...(verdict ? ofVerdict(verdict) : ["There is no verdict: nothing could be judged.", ""]),
    ...ofRuns(facts),
    ...ofData(facts),
    ...(facts.unequal.length > 0
      ? ["## Not equal between the runs", "", ...facts.unequal.map((said) => `- ${escapeMarkdownLine(said)}`), ""]
      : []),
    ...ofSettings(facts),
  ].join("\n");
}

function ofVerdict(verdict: Verdict): string[] {
  const { metric, sentences, runs } = verdict;
  return [
    "## Verdict",
    "",
    ...sentences.flatMap((sentence) => [escapeMarkdownLine(sentence), ""]),
    ...(runs.length === 0
      ? []
      : [
          `${metricFacts[metric].title} on ${groundOf(verdict)}, best first, with 95 % intervals:`,
          "",
          ...table(
            ["run", metricFacts[metric].title, "95 % interval", "seeds", "parameters", "what it is"],
            runs.map((run) => [
              run.run,
              formatMetric(metric, run.value),
              between(run, (value) => formatMetric(metric, value)),
              String(run.seeds),
              formatCount(run.parameters),
              kindOf(run),
            ]),
          ),
          ...guesses(verdict),
        ]),
    ...pairs(verdict),
  ];
}

function guesses(verdict: Verdict): string[] {
  const levels = guessLevels(verdict).map(({ title, text }) => `${title} ${text}`);
  return levels.length === 0 ? [] : [`To compare with: ${levels.join(", ")}.`, ""];
}

function pairs(verdict: Verdict): string[] {
  const rows = pairRows(verdict);
  if (rows.length === 0) return [];
  return [
    "### Differences",
    "",
    aboutPairs(verdict),
    "",
    ...table(
      ["run", "against", "difference", "95 % interval", "p", "adjusted p", "beyond luck", "test"],
      rows.map(({ first, second, difference, interval, p, adjustedP, beyondLuck, test }) => [
        first,
        second,
        difference,
        interval,
        p,
        adjustedP,
        beyondLuck ? "yes" : "no",
        test,
      ]),
    ),
  ];
}

function ofRuns({ runs, configuration }: ReportFacts): string[] {
  const metrics = taskMetrics[configuration.data.task];
  const parts = (["validation", "test"] as const).filter((part) => runs.some((run) => run[part] !== null));
  const figures = parts.flatMap((part) => [
    { part, name: "loss" as const, title: `${part} loss` },
    ...metrics.map((name) => ({ part, name, title: `${part} ${metricFacts[name].title}` })),
  ]);
  return [
    "## Runs",
    "",
    ...table(
      [
        "run",
        "method",
        "learning rate",
        "parameters",
        "ended",
        "steps",
        "seconds",
        ...figures.map(({ title }) => title),
      ],
      runs.map((run) => [
        run.run,
        run.method,
        run.learningRate === null ? "–" : String(run.learningRate),
        formatCount(run.parameters),
        run.state,
        String(run.steps),
        run.seconds.toFixed(1),
        ...figures.map(({ part, name }) => formatFigure(name, run[part]?.[name])),
      ]),
    ),
  ];
}

function ofData(facts: ReportFacts): string[] {
  const { files, parts, verdict } = facts;
  const counted = countedParts(parts);
  const check = saidCheck(facts);
  return [
    "## Data",
    "",
    ...files.map(({ file, rows }) => `- ${escapeMarkdownLine(file)}: ${rows.toLocaleString("en-US")} rows`),
    ...(counted.length > 0 ? [`- ${counted.join(", ")}`] : []),
    ...looksOf(verdict).map((said) => `- ${said}`),
    ...saidNotices(facts).map((said) => `- ${escapeMarkdownLine(said)}`),
    "",
    ...(check.length > 0
      ? [
          "### Check of the data",
          "",
          ...check.map(({ isGood, said }) => `- ${isGood ? "✓" : "⚠"} ${escapeMarkdownLine(said)}`),
          "",
        ]
      : []),
  ];
}

function ofSettings(facts: ReportFacts): string[] {
  const { started, device, versions } = facts;
  return [
    "## Settings",
    "",
    "As a configuration file, which the studio and the headless runner open:",
    "",
    "```json",
    JSON.stringify(settingsFile(facts), null, 2),
    "```",
    "",
    `Begun ${started.toISOString().slice(0, 16).replace("T", " ")} UTC${device === null ? "" : `, computed on ${escapeMarkdown(device)}`}. ` +
      `Versions: ${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", ")}.`,
    "",
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const written = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return [written(head), `|${head.map(() => "---|").join("")}`, ...rows.map(written), ""];
}
