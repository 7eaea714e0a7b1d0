/**
 * For every sweep of the comparison which settings did best: as a line or a map, as lines over all
 * that was varied, and in a sentence that says by which rows.
 */

import { decidingMetric } from "../../tasks/metrics/names";
import type { Verdict } from "../../worker/api";
import { formatMetric, formatPlural, metricWord } from "../numbers";
import type { Comparison } from "../store/state";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { ParallelAxes } from "./ParallelAxes";
import { SweepLineChart } from "./SweepLineChart";
import { SweepMap } from "./SweepMap";
import { type SweepPoint, type SweepResult, sweepResults } from "./sweep-results";
import { axisTitles, pointInWords, type Titles } from "./titles";
import "./SweepPanels.css";

export default function SweepPanels() {
  const { current } = useSlowComparison();
  const descriptions = useStudio((state) => state.methods.descriptions);
  if (!current) return null;
  const metric = decidingMetric(current.configuration);
  return sweepResults(current.runs, metric).map((result) => {
    const titles = axisTitles(result, current.runs, descriptions);
    return (
      <section key={result.run} className="panel sweep-panel" aria-label={`Sweep of ${result.run}`}>
        <div className="panel-heading">
          <h2 className="panel-title">Sweep of {result.run}</h2>
          <Judgement comparison={current} result={result} titles={titles} />
        </div>
        <div className="charts">
          {result.axes.length === 1 ? (
            <SweepLineChart result={result} metric={metric} titles={titles} />
          ) : (
            <>
              <SweepMap result={result} metric={metric} titles={titles} />
              <ParallelAxes result={result} metric={metric} titles={titles} />
            </>
          )}
        </div>
      </section>
    );
  });
}

interface JudgementProps {
  comparison: Comparison;
  result: SweepResult;
  titles: Titles;
}

/** Which settings did best, by which rows, and how much that is worth. */
function Judgement({ comparison, result: { best, points }, titles }: JudgementProps) {
  const metric = decidingMetric(comparison.configuration);
  if (!best?.value) return <p className="field-help">No point has been measured yet.</p>;
  const measured = points.filter(({ value }) => value).length;
  const level = points.filter((point) => point !== best && point.value?.mean === best.value!.mean).length;
  const rows = comparison.parts?.validation;
  const going = comparison.endedAt === null;
  const format = (value: number) => formatMetric(metric, value);
  return (
    <p className="field-help sweep-judgement">
      {going ? "So far the best" : "Best"} of {formatPlural(measured, "setting")} by {metricWord(metric)} on the{" "}
      {rows !== undefined && `${rows} `}validation rows: <b>{pointInWords(best, titles)}</b> ({format(best.value.mean)}
      ).
      {level > 0 && ` ${formatPlural(level, "other is", "others are")} level with it; of these it has the lowest loss.`}
      {measured > 1 && " These rows have both chosen it and measured it, so it looks better than it is."}
      {best.test && ` On the test rows, which chose nothing, it has ${format(best.test.mean)}.`}
      {comparison.verdict && <Luck best={best} points={points} verdict={comparison.verdict} />}
    </p>
  );
}

interface LuckProps {
  best: SweepPoint;
  points: readonly SweepPoint[];
  verdict: Verdict;
}

/** How many of the others the verdict's tests do not set apart from the best. */
function Luck({ best, points, verdict }: LuckProps) {
  const tested = points.flatMap((point) => {
    const pair = verdict.pairs.find(
      ({ first, second }) =>
        (first === best.name && second === point.name) || (second === best.name && first === point.name),
    );
    return point === best || !pair ? [] : [pair];
  });
  if (tested.length === 0) return null;
  const level = tested.filter(({ beyondLuck }) => !beyondLuck).length;
  const others = formatPlural(tested.length, "other");
  if (level === 0) return ` The ${others} differ from it beyond luck.`;
  return ` Of the ${others} ${level === tested.length ? "none differs" : `${level} do not differ`} from it beyond luck.`;
}
