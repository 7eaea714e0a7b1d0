/**
 * The tables of docs/measured.md that training made: the rates that searches found, and what
 * comparisons came to, from the results below `bench/results`. Not for running them: `cells.mjs`.
 */

import { defaultLearningRate } from "../../src/methods/learning-rate";
import type { Method } from "../../src/methods/method";
import { methods } from "../../src/methods/registry";
import { type Configuration, trainingSchema } from "../../src/plan/configuration";
import type { RateSearch } from "../../src/plan/rate-search";
import { type MetricName, metricFacts } from "../../src/tasks/metrics/names";
import type { Verdict, VerdictRun } from "../../src/verdict/verdict";

/** What is kept of a comparison's `summary.json`, and the configuration that it is of. */
export interface CellResult {
  readonly configuration: Pick<Configuration, "runs">;
  /** From the first file read to the last written. */
  readonly seconds: number;
  /** Null of searches. */
  readonly verdict: Verdict | null;
  readonly searches: readonly RateSearch[];
}

/** Results by the names of their cells, such as `comparisons/minilm-trec`. */
export type CellResults = ReadonlyMap<string, CellResult>;

const NONE = "–";
const NOT_YET = ["Not measured yet."];

/** Widths of the models that rates are searched on. */
const MODELS = [
  { id: "tiny", title: "`tiny-base`", hiddenSize: 96 },
  { id: "minilm", title: "MiniLM-L6", hiddenSize: 384 },
  { id: "smollm2", title: "SmolLM2-135M", hiddenSize: 576 },
] as const;

const DATASETS: Readonly<Record<string, string>> = {
  trec: "TREC",
  sst2: "SST-2",
  emotion: "emotion",
  sick: "SICK",
  relatedness: "SICK, relatedness",
  wnut17: "WNUT-17",
  sft: "instructions",
  messages: "customer messages",
  questions: "question types",
};

/** A cell's name without its folder: a model, a dataset, and what tells its like apart. */
function partsOf(name: string): { model: string; dataset: string } {
  const [model = "", dataset = ""] = name.split("/").at(-1)!.split("-");
  return { model, dataset };
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), `|---|${"---:|".repeat(heads.length - 1)}`, ...rows.map(line)];
}

/** What searches chose, by model and dataset (`minilm-trec`) and by method. */
function searchesByColumn(results: CellResults): Map<string, Map<string, RateSearch>> {
  const found = new Map<string, Map<string, RateSearch>>();
  for (const [name, { configuration, searches }] of results) {
    const { model, dataset } = partsOf(name);
    for (const search of searches) {
      const { method } = configuration.runs.find((run) => run.name === search.run)!;
      const column = `${model}-${dataset}`;
      found.set(column, (found.get(column) ?? new Map<string, RateSearch>()).set(method, search));
    }
  }
  return found;
}

/**
 * What `src/methods/searched-rates.json` holds: by method and hidden size, the geometric mean over
 * datasets of the rates that searches chose, with three significant digits. Methods without an
 * adapter learn at the heads' rate and are left out.
 */
export function searchedRates(results: CellResults): Record<string, Record<string, number>> {
  const found = searchesByColumn(results);
  const rates: Record<string, Record<string, number>> = {};
  for (const { id: method } of methods.filter(({ headOnly }) => !headOnly)) {
    for (const { id: model, hiddenSize } of MODELS) {
      const columns = [...found].filter(([column]) => partsOf(column).model === model);
      const logs = columns.flatMap(([, searches]) => {
        const search = searches.get(method);
        return search ? [Math.log(search.chosen)] : [];
      });
      if (logs.length === 0) continue;
      const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
      rates[method] = { ...rates[method], [hiddenSize]: Number(mean.toPrecision(3)) };
    }
  }
  return rates;
}

/**
 * A row for each method whose rate was searched: its default on each model, and what each search
 * chose; ≥ and ≤ where that was the end of what was tried.
 */
function learningRateTable(results: CellResults): string[] {
  const found = searchesByColumn(results);
  const models = MODELS.filter(({ id }) => [...found.keys()].some((column) => partsOf(column).model === id));
  const columns = models.flatMap(({ id, title }) =>
    [...found.keys()]
      .filter((column) => partsOf(column).model === id)
      .map((column) => ({ column, title: `${title}, ${DATASETS[partsOf(column).dataset]}` })),
  );
  const rows = methods
    .filter(({ id }) => columns.some(({ column }) => found.get(column)!.has(id)))
    .map((method) => [
      method.title,
      models.map(({ hiddenSize }) => String(ownRate(method, hiddenSize))).join(", "),
      ...columns.map(({ column }) => chosenRate(found.get(column)!.get(method.id))),
    ]);
  return table(
    ["method", `default on ${models.map(({ title }) => title).join(", ")}`, ...columns.map(({ title }) => title)],
    rows,
  );
}

/** A method without an adapter learns at the heads' rate. */
function ownRate(method: Method, hiddenSize: number): number | "adapter" {
  if (method.headOnly) return trainingSchema.parse({}).headLearningRate;
  return defaultLearningRate(method, { config: { hiddenSize } });
}

function chosenRate(search: RateSearch | undefined): string {
  if (!search) return NONE;
  const tried = search.trials.map(({ rate }) => rate);
  const end = search.chosen === Math.max(...tried) ? "≥ " : search.chosen === Math.min(...tried) ? "≤ " : "";
  return `${end}${search.chosen}`;
}

/**
 * A row for each run of some comparisons, a column for each comparison: the value that decides,
 * with its 95 % interval. Bold: no run is ahead of it beyond luck, and it is ahead beyond luck of
 * all that trains no adapter.
 */
function comparisonTable(results: CellResults, names: readonly string[]): string[] {
  const cells = names.flatMap((name) => {
    const { configuration, verdict } = results.get(name) ?? {};
    return configuration && verdict ? [{ name, configuration, verdict }] : [];
  });
  const runs = [...new Set(cells.flatMap(({ configuration }) => configuration.runs.map(({ name }) => name)))];
  const heads = cells.map(({ name, verdict }) => {
    const { model, dataset } = partsOf(name);
    const { title } = MODELS.find(({ id }) => id === model)!;
    return `${title}, ${DATASETS[dataset]}: ${lowered(metricFacts[verdict.metric].title)}`;
  });
  return table(
    ["", ...heads],
    runs.map((run) => [run, ...cells.map(({ verdict }) => valueWithInterval(run, verdict))]),
  );
}

/** Titles that are words, such as Accuracy; not F1. */
const lowered = (title: string) => (/^[A-Z][a-z]/.test(title) ? title.toLowerCase() : title);

function valueWithInterval(name: string, verdict: Verdict): string {
  const run = verdict.runs.find((one) => one.run === name);
  if (!run) return NONE;
  const show = shownAs(verdict.metric);
  const value = isLeading(run, verdict) ? `**${show(run.value)}**` : show(run.value);
  return `${value} [${show(run.low)}, ${show(run.high)}]`;
}

function shownAs(metric: MetricName): (value: number) => string {
  const { kind } = metricFacts[metric];
  return kind === "share" ? (value) => (100 * value).toFixed(1) : (value) => value.toPrecision(3);
}

function isLeading({ run, kind }: VerdictRun, { runs, pairs }: Verdict): boolean {
  // Best first: of two that differ beyond luck the one that comes first is ahead.
  const place = (name: string) => runs.findIndex((one) => one.run === name);
  const apart = pairs.filter(({ first, second, beyondLuck }) => beyondLuck && (first === run || second === run));
  const others = apart.map(({ first, second }) => (first === run ? second : first));
  const bars = runs.filter((one) => one.kind !== "tuned").map((one) => one.run);
  return (
    kind === "tuned" && others.every((other) => place(other) > place(run)) && bars.every((bar) => others.includes(bar))
  );
}

/** What the runner said of each comparison. */
function sentences(results: CellResults, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const verdict = results.get(name)?.verdict;
    if (!verdict) return [];
    const { model, dataset } = partsOf(name);
    const { title } = MODELS.find(({ id }) => id === model)!;
    return [`- **${title}, ${DATASETS[dataset]}.** ${verdict.sentences.join(" ")}`];
  });
}

/** Comparisons that share a table, by the table's mark in docs/measured.md. */
const TABLES = {
  main: ["trec", "sst2", "emotion", "sick", "relatedness", "wnut17"].map((data) => `comparisons/minilm-${data}`),
  meaning: ["trec", "sst2", "sick"].map((data) => `comparisons/minilm-${data}-meaning`),
  methods: ["comparisons/minilm-trec-methods", "comparisons/tiny-trec-methods"],
  language: ["comparisons/smollm2-sft", "comparisons/smollm2-trec"],
} as const;

/** Lines of docs/measured.md by their marks. */
export function trainedTables(results: CellResults): Record<string, string[]> {
  const computing = (folder: string) => {
    const own = [...results].filter(([name]) => name.startsWith(`${folder}/`));
    return (own.reduce((sum, [, { seconds }]) => sum + seconds, 0) / 3600).toFixed(1);
  };
  const compared = Object.entries(TABLES).map(([mark, names]) => {
    const isMeasured = names.some((name) => results.has(name));
    return [mark, isMeasured ? [...comparisonTable(results, names), "", ...sentences(results, names)] : NOT_YET];
  });
  const isSearched = [...results.values()].some(({ searches }) => searches.length > 0);
  return {
    "learning rates": isSearched ? learningRateTable(results) : NOT_YET,
    ...Object.fromEntries(compared),
    hours: [
      `The searches took ${computing("searches")} hours of computing and the comparisons ${computing("comparisons")}, on ` +
        "two cores that other work shared.",
    ],
  };
}
