/** Which lines the report's charts have: one a run, the mean of its seeds and folds. */

import { spreadOf } from "../plan/variants";
import { decidingMetric, metricFacts } from "../tasks/metrics/names";
import { formatMetric } from "../tasks/metrics/shown";
import { guessLevels } from "../verdict/guess-levels";
import type { Chart, ChartLine, Point } from "./chart";
import type { ReportFacts, ReportRun } from "./facts";

/** More points of the training loss than this are drawn as means of neighbouring steps. */
const MOST_POINTS = 60;

/** A chart, and how it is read where that needs saying. */
export interface ReportChart extends Chart {
  readonly caption: string | null;
}

/** The look of each group of a comparison's runs, in its order: the given one, else its place. */
export function looksOfGroups(runs: readonly ReportRun[]): Map<string, number> {
  const looks = new Map<string, number>();
  for (const { group, look } of runs) if (!looks.has(group)) looks.set(group, look ?? looks.size);
  return looks;
}

/** The metric that decides, and losses; charts without a line are left out. */
export function reportCharts(facts: ReportFacts): ReportChart[] {
  const metric = decidingMetric(facts.configuration);
  const { title, kind } = metricFacts[metric];
  const several = facts.runs.length > looksOfGroups(facts.runs).size;
  const mean = several ? "Lines are means over seeds and folds, bands one standard deviation around them." : "";
  const said = (...sentences: string[]) => sentences.filter((sentence) => sentence !== "").join(" ") || null;
  const some = measuredRows(facts);
  const xTitle = "training step";
  const loss = { xTitle, format: formatLoss, limits: [0, Number.POSITIVE_INFINITY], levels: [] } as const;
  const trained = facts.runs.filter(({ steps }) => steps > 0);
  const every = Math.max(1, ...trained.map(({ curves }) => Math.ceil(curves.steps.length / MOST_POINTS)));
  const charts: ReportChart[] = [
    {
      title: `${title} on the validation rows`,
      xTitle,
      yTitle: kind === "share" ? `${title} (%)` : title,
      format: (value) => (kind === "share" ? `${Number((100 * value).toFixed(1))} %` : formatMetric(metric, value)),
      limits: kind === "share" ? [0, 1] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      lines: linesOf(facts.runs, facts.runs, ({ curves }) =>
        curves.evaluations.map((point) => ({ x: point.step, y: point[metric] ?? Number.NaN })),
      ),
      levels: guessLevels(facts, metric),
      caption: said(
        some,
        mean,
        trained.length < facts.runs.length ? "Dotted lines are of runs that no step trains." : "",
        guessLevels(facts, metric).length > 0 ? "Grey lines are what guessing comes to." : "",
      ),
    },
    {
      ...loss,
      title: "Loss on the validation rows",
      yTitle: "loss (nats)",
      lines: linesOf(facts.runs, trained, ({ curves }) =>
        curves.evaluations.map(({ step, loss: y }) => ({ x: step, y })),
      ),
      caption: said(some, mean),
    },
    {
      ...loss,
      title: "Loss on the training rows",
      yTitle: "loss (nats)",
      lines: linesOf(facts.runs, trained, ({ curves }) =>
        means(
          curves.steps.map(({ step, loss: y }) => ({ x: step, y })),
          every,
        ),
      ),
      caption: said(every > 1 ? `Each point is the mean of ${every} steps.` : "", mean),
    },
  ];
  return charts.filter(({ lines }) => lines.length > 0);
}

/** Of how many rows the points are, where not of all. */
function measuredRows({ parts, configuration: { training } }: ReportFacts): string {
  const { evalRows } = training;
  if (evalRows === undefined || (parts !== null && parts.validation <= evalRows)) return "";
  const measured = evalRows.toLocaleString("en-US");
  return parts === null
    ? `Measured while training on at most ${measured} of these rows; the tables are of all.`
    : `Measured while training on the same ${measured} of ${parts.validation.toLocaleString("en-US")} rows; the tables are of all.`;
}

/** @param all whose groups say which look a line has */
function linesOf(
  all: readonly ReportRun[],
  drawn: readonly ReportRun[],
  pointsOf: (run: ReportRun) => Point[],
): ChartLine[] {
  return [...looksOfGroups(all)].flatMap(([name, look]) => {
    const members = drawn.filter(({ group }) => group === name);
    const curves = members.map((run) => pointsOf(run).filter(({ y }) => Number.isFinite(y)));
    const known = curves.filter((points) => points.length > 0);
    if (known.length === 0) return [];
    return [{ name, look, ...together(known), level: members.every(({ steps }) => steps === 0) }];
  });
}

/** The mean of several curves at the steps that all of them have. */
function together(curves: readonly (readonly Point[])[]): Pick<ChartLine, "points" | "band"> {
  const [first, ...others] = curves;
  if (others.length === 0) return { points: first!, band: [] };
  const values = others.map((points) => new Map(points.map(({ x, y }) => [x, y])));
  const shared = first!.filter(({ x }) => values.every((own) => own.has(x)));
  const spreads = shared.map(({ x, y }) => ({ x, ...spreadOf([y, ...values.map((own) => own.get(x)!)]) }));
  return {
    points: spreads.map(({ x, mean }) => ({ x, y: mean })),
    band: spreads.map(({ x, mean, deviation }) => ({ x, low: mean - deviation, high: mean + deviation })),
  };
}

/** The means of `every` neighbouring points, each at the last one's place. */
function means(points: readonly Point[], every: number): Point[] {
  if (every === 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / every) }, (_, index) => {
    const own = points.slice(index * every, (index + 1) * every);
    return { x: own.at(-1)!.x, y: own.reduce((sum, { y }) => sum + y, 0) / own.length };
  });
}

/** Three digits that count. */
function formatLoss(value: number): string {
  return String(Number(value.toPrecision(3)));
}
