/**
 * A comparison as one Markdown file to hand on: the verdict's sentences and tables, what was
 * compared, on what data, and the settings. The page and the headless runner write the same. It
 * holds no text of a row: labelled examples in a run's options are left out.
 */

import { escapeMarkdown, escapeMarkdownLine } from "../data/markdown";
import type { Configuration } from "../plan/configuration";
import { type MetricName, type Metrics, metricFacts, taskMetrics } from "../tasks/metrics/names";
import { formatMetric } from "../tasks/metrics/shown";
import { formats, withVersion } from "../versions/versions";
import type { Interval, Verdict, VerdictRun } from "./verdict";

/** What one run came to, or one of its seeds, folds or learning rates. */
export interface ReportRun {
  readonly run: string;
  readonly method: string;
  /** Null where nothing is trained. */
  readonly learningRate: number | null;
  /** Numbers that are trained or fitted; null where none are, or nobody knows. */
  readonly parameters: number | null;
  readonly state: string;
  readonly steps: number;
  readonly seconds: number;
  /** As evaluated last, and when it had ended; null where that was not read. */
  readonly validation: ReportFigures | null;
  readonly test: ReportFigures | null;
}

export type ReportFigures = { readonly loss: number } & Readonly<Metrics>;

export interface ReportFacts {
  readonly configuration: Configuration;
  /** What data and model are called. */
  readonly data: string;
  readonly model: string;
  readonly started: Date;
  /** What computed; null where nobody knows any more. */
  readonly device: string | null;
  /** For example `{ "onnxruntime-web": "1.30.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly files: readonly { readonly file: string; readonly rows: number }[];
  /** Rows of each part, over folds of the first; null where nobody knows any more. */
  readonly parts: { readonly train: number; readonly validation: number; readonly test: number } | null;
  /** What to know of the data. */
  readonly notices: readonly string[];
  /** Null where there is nothing to judge. */
  readonly verdict: Verdict | null;
  readonly runs: readonly ReportRun[];
  /** What is not equal between the runs. */
  readonly unequal: readonly string[];
}

/** The report, in Markdown. */
export function writeReport(facts: ReportFacts): string {
  const { data, model, verdict } = facts;
  return [
    `# ${escapeMarkdown(data)} · ${escapeMarkdown(model)}`,
    "",
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
  const { metric, rows, part, sentences, runs } = verdict;
  const ground = `${rows.toLocaleString("en-US")} ${part === "file" ? "rows of the file" : `${part} rows`}`;
  return [
    "## Verdict",
    "",
    ...sentences.flatMap((sentence) => [escapeMarkdownLine(sentence), ""]),
    ...(runs.length === 0
      ? []
      : [
          `${metricFacts[metric].title} on ${ground}, best first, with 95 % intervals:`,
          "",
          ...table(
            ["run", metricFacts[metric].title, "95 % interval", "seeds", "parameters", "what it is"],
            runs.map((run) => [
              run.run,
              formatMetric(metric, run.value),
              between(run, (value) => formatMetric(metric, value)),
              String(run.seeds),
              countOf(run.parameters),
              kindOf(run),
            ]),
          ),
          ...guesses(verdict),
        ]),
    ...pairs(verdict),
  ];
}

function guesses({ metric, chance, majority }: Verdict): string[] {
  const known = [
    ...(chance === null ? [] : [`guessing by the labels' shares ${formatMetric(metric, chance)}`]),
    ...(majority === null ? [] : [`always saying the largest label ${formatMetric(metric, majority)}`]),
  ];
  return known.length === 0 ? [] : [`To compare with: ${known.join(", ")}.`, ""];
}

function pairs({ metric, runs, pairs: tested, againstMajority }: Verdict): string[] {
  // Where the majority is one of the runs, it is among the pairs.
  const isRun = runs.some(({ basis }) => basis === "one answer");
  const over = isRun || !againstMajority ? [] : againstMajority.runs;
  const all = [...tested, ...over.map((own) => ({ ...own, first: own.run, second: "always the largest label" }))];
  if (all.length === 0) return [];
  const apart = over.length > 0 ? ", and apart from these over the runs against the largest label" : "";
  return [
    "### Differences",
    "",
    `Both of a pair answered the same rows. The adjusted p is Holm's over all pairs of runs${apart}; below 0.05 a ` +
      "difference is called beyond luck.",
    "",
    ...table(
      ["run", "against", "difference", "95 % interval", "p", "adjusted p", "beyond luck", "test"],
      all.map(({ first, second, difference, p, adjustedP, beyondLuck, test }) => [
        first,
        second,
        formatDifference(metric, difference.value),
        between(difference, (value) => formatDifference(metric, value)),
        formatChance(p),
        formatChance(adjustedP),
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
        countOf(run.parameters),
        run.state,
        String(run.steps),
        run.seconds.toFixed(1),
        ...figures.map(({ part, name }) => formatFigure(name, run[part]?.[name])),
      ]),
    ),
  ];
}

function ofData({ files, parts, notices, verdict }: ReportFacts): string[] {
  const counted = (["train", "validation", "test"] as const).flatMap((part) =>
    parts && parts[part] > 0
      ? [`${parts[part].toLocaleString("en-US")} ${part === "train" ? "training" : part} rows`]
      : [],
  );
  return [
    "## Data",
    "",
    ...files.map(({ file, rows }) => `- ${escapeMarkdownLine(file)}: ${rows.toLocaleString("en-US")} rows`),
    ...(counted.length > 0 ? [`- ${counted.join(", ")}`] : []),
    ...(verdict?.part === "test"
      ? [
          verdict.looks === null
            ? "- how often these test rows had been looked at before is not known"
            : `- these test rows have been looked at ${verdict.looks === 1 ? "once" : `${verdict.looks} times`}, as far as this browser knows`,
        ]
      : []),
    ...notices.map((said) => `- ${escapeMarkdownLine(said)}`),
    "",
  ];
}

function ofSettings({ configuration, started, device, versions }: ReportFacts): string[] {
  return [
    "## Settings",
    "",
    "As a configuration file, which the studio and the headless runner open:",
    "",
    "```json",
    JSON.stringify(settingsFile(configuration), null, 2),
    "```",
    "",
    `Begun ${started.toISOString().slice(0, 16).replace("T", " ")} UTC${device === null ? "" : `, computed on ${escapeMarkdown(device)}`}. ` +
      `Versions: ${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", ")}.`,
    "",
  ];
}

/** As a file; but labelled examples before the input may be rows of somebody's data. */
function settingsFile({ runs, ...configuration }: Configuration): unknown {
  const left = "(labelled examples, left out of the report)";
  return withVersion(formats.configuration, {
    ...configuration,
    runs: runs.map((run) => (run.method === "cpt" ? { ...run, options: { ...run.options, text: left } } : run)),
  });
}

function kindOf({ kind, basis, remarks }: VerdictRun): string {
  const words = { tuned: "tuned", control: "control", answerer: "nothing trained" }[kind];
  const own = basis === "texts" ? "no language model" : basis === "fitted head" ? "fitted without a step" : words;
  return [own, ...remarks.map((remark) => remark.kind)].join("; ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const written = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return [written(head), `|${head.map(() => "---|").join("")}`, ...rows.map(written), ""];
}

function between({ low, high }: Interval, format: (value: number) => string): string {
  return `${format(low)} to ${format(high)}`;
}

function formatFigure(name: MetricName | "loss", value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  return name === "loss" ? value.toFixed(4) : formatMetric(name, value);
}

/** `+3.2 points` of a share, `−0.041` of anything else. */
function formatDifference(metric: MetricName, value: number): string {
  const size = Math.abs(value);
  const digits = metricFacts[metric].kind === "share" ? `${(100 * size).toFixed(1)} points` : size.toFixed(3);
  return `${Number.parseFloat(digits) === 0 ? "" : value < 0 ? "−" : "+"}${digits}`;
}

function formatChance(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function countOf(parameters: number | null): string {
  return parameters === null ? "–" : parameters.toLocaleString("en-US");
}
