/**
 * The answer, first among the results: which run is ahead, by how much, and whether that may be
 * luck. It is the worker's verdict and is kept with its comparison; nothing here decides anything.
 */

import { isUnfinished } from "../../plan/phase";
import { type MetricName, metricFacts, taskMetrics } from "../../tasks/metrics/names";
import type { Verdict } from "../../worker/api";
import { judgeBy } from "../actions/compare";
import { changeTraining } from "../actions/drafts";
import { showStep } from "../actions/ui";
import { Explained } from "../glossary/Term";
import { formatPlural, metricWord } from "../numbers";
import { isOfWhatIsOpen } from "../store/comparable";
import type { Comparison } from "../store/state";
import { nextMetric, useStudio } from "../store/store";
import { PairsTable } from "./PairsTable";
import { RunsTable } from "./RunsTable";
import { describeGround, setSentences } from "./verdict-words";
import "./VerdictPanel.css";

export function VerdictPanel() {
  const current = useStudio((state) => state.comparison.current);
  const newest = useStudio((state) => state.comparison.past[0]);
  const comparison = current ?? newest;
  if (!comparison) return null;
  if (isUnfinished(comparison.state)) {
    return (
      <p className="verdict-to-come">
        Here the verdict will stand when the runs have ended: which is ahead, by how much, and whether that may be luck.
      </p>
    );
  }
  const { verdict } = comparison;
  return verdict ? (
    <Ended verdict={verdict} comparison={comparison} past={current === null || current.detached === true} />
  ) : null;
}

interface EndedProps {
  verdict: Verdict;
  comparison: Comparison;
  past: boolean;
}

function Ended({ verdict, comparison, past }: EndedProps) {
  const isOpen = useStudio((state) => isOfWhatIsOpen(comparison, state));
  const { headline, lines } = setSentences(verdict.sentences);
  return (
    <section className="panel verdict" aria-labelledby="verdict-title">
      <div className="verdict-heading">
        <h2 className="verdict-label" id="verdict-title">
          Verdict
        </h2>
        {past ? <span>{metricWord(verdict.metric)}</span> : <MetricChoice verdict={verdict} comparison={comparison} />}
        <p className="muted">{describeGround(verdict, comparison)}</p>
      </div>
      <p className="verdict-headline">{headline}</p>
      {lines.map((line) => (
        <p key={line} className="verdict-sentence">
          {line}
        </p>
      ))}
      {verdict.needed && isOpen && <Needed needed={verdict.needed} trained={verdict.runs[0]?.seeds ?? 1} />}
      {verdict.runs.length > 0 && <RunsTable verdict={verdict} comparison={comparison} past={past} />}
      <PairsTable verdict={verdict} />
      <SmallPrint verdict={verdict} isOpen={isOpen} />
    </section>
  );
}

/** Another metric may be looked at afterwards; the verdict then says that it was chosen late. */
function MetricChoice({ verdict: { metric }, comparison }: { verdict: Verdict; comparison: Comparison }) {
  const choices = taskMetrics[comparison.configuration.data.task];
  return (
    <select
      className="verdict-metric"
      aria-label="Judged by"
      value={metric}
      onChange={({ target }) => {
        const chosen = choices.find((choice) => choice === target.value);
        if (chosen) void judgeBy(chosen);
      }}
    >
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {metricWord(choice)}
        </option>
      ))}
    </select>
  );
}

const MOST_SEEDS = 10;
/**
 * Where each run was trained once, nobody knows yet how many would do; these are few and say so.
 */
const FIRST_SEEDS = 3;

interface NeededProps {
  needed: NonNullable<Verdict["needed"]>;
  /** How many seeds the best run was trained with. */
  trained: number;
}

/** Where that is set which would tell level runs apart; a sentence says how much. */
function Needed({ needed: { rows, seeds }, trained }: NeededProps) {
  const settings = useStudio((state) => state.training.settings);
  const wanted = Math.min(seeds ?? (trained === 1 ? FIRST_SEEDS : 0), MOST_SEEDS);
  const isMore = settings !== null && wanted > settings.seeds;
  if (rows === null && !isMore) return null;
  return (
    <p className="verdict-needed">
      {rows !== null && (
        <button type="button" className="button button-small" onClick={() => showStep("data")}>
          Set aside more rows
        </button>
      )}
      {isMore && (
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            changeTraining({ seeds: wanted });
            showStep("training");
          }}
        >
          Train with {formatPlural(wanted, "seed")}
        </button>
      )}
    </p>
  );
}

/** Metrics that need a word. */
const WORDS: Partial<Record<MetricName, string>> = {
  f1: "F1 is macro F1.",
  mcc: "Judged by Matthews correlation.",
  perplexity: "Judged by perplexity.",
};

/**
 * How the dots are read, and what is chosen for the next comparison where that is something else.
 */
function SmallPrint({ verdict: { metric }, isOpen }: { verdict: Verdict; isOpen: boolean }) {
  const chosen = useStudio(nextMetric);
  return (
    <p className="field-help verdict-small">
      Dots are values, bars their 95 % intervals. <Explained>{WORDS[metric] ?? ""}</Explained>
      {isOpen &&
        chosen !== null &&
        chosen !== metric &&
        ` ${metricFacts[chosen].title} is chosen for the next comparison; this one goes by ${metricWord(metric)}.`}
    </p>
  );
}
