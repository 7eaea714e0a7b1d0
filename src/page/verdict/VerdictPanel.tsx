/**
 * The answer, first among the results: which run is ahead, by how much, and whether that may be
 * luck. It is the worker's verdict and is kept with its comparison; nothing here decides anything.
 */

import { isUnfinished } from "../../plan/phase";
import { metricFacts } from "../../tasks/metrics/names";
import type { Verdict } from "../../worker/api";
import { changeTraining } from "../actions/drafts";
import { showStep } from "../actions/ui";
import { formatPlural, metricWord } from "../numbers";
import { isOfWhatIsOpen } from "../store/comparable";
import type { Comparison } from "../store/state";
import { decidingMetric, useStudio } from "../store/store";
import { PairsTable } from "./PairsTable";
import { RunsTable } from "./RunsTable";
import { describeGround } from "./verdict-words";
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
  return verdict ? <Ended verdict={verdict} comparison={comparison} past={current === null} /> : null;
}

interface EndedProps {
  verdict: Verdict;
  comparison: Comparison;
  past: boolean;
}

function Ended({ verdict, comparison, past }: EndedProps) {
  const isOpen = useStudio((state) => isOfWhatIsOpen(comparison, state));
  const [headline, ...others] = verdict.sentences;
  return (
    <section className="panel verdict" aria-labelledby="verdict-title">
      <div className="verdict-heading">
        <h2 className="verdict-label" id="verdict-title">
          Verdict
        </h2>
        <p className="muted">
          {describeGround(verdict, comparison)}
          {!isOpen && ", not of what is open now"}
        </p>
      </div>
      <p className="verdict-headline">{headline}</p>
      {others.map((sentence) => (
        <p key={sentence} className="verdict-sentence">
          {sentence}
        </p>
      ))}
      {verdict.needed && isOpen && <Needed {...verdict.needed} />}
      <RunsTable verdict={verdict} comparison={comparison} past={past} />
      <PairsTable verdict={verdict} />
      <SmallPrint verdict={verdict} isOpen={isOpen} />
    </section>
  );
}

const MOST_SEEDS = 10;

/** Where that is set which would tell level runs apart; a sentence says how much. */
function Needed({ rows, seeds }: NonNullable<Verdict["needed"]>) {
  const settings = useStudio((state) => state.training.settings);
  const possible = seeds === null ? null : Math.min(seeds, MOST_SEEDS);
  const isMore = possible !== null && possible > (settings?.seeds ?? MOST_SEEDS);
  if (rows === null && !isMore) return null;
  return (
    <p className="verdict-needed">
      {rows !== null && (
        <button type="button" className="button button-small" onClick={() => showStep("data")}>
          Open more rows
        </button>
      )}
      {isMore && (
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            changeTraining({ seeds: possible });
            showStep("training");
          }}
        >
          Set {formatPlural(possible, "seed")} per run
        </button>
      )}
    </p>
  );
}

/** How the dots are read, and what is chosen for the next comparison where that is something else. */
function SmallPrint({ verdict: { metric }, isOpen }: { verdict: Verdict; isOpen: boolean }) {
  const chosen = useStudio(decidingMetric);
  return (
    <p className="field-help verdict-small">
      Dots are values, bars their 95 % intervals.
      {isOpen &&
        chosen !== null &&
        chosen !== metric &&
        ` ${metricFacts[chosen].title} is chosen for the next comparison; this one goes by ${metricWord(metric)}.`}
    </p>
  );
}
