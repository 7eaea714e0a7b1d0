/**
 * The answer, first among the results: which run is ahead, by how much, and whether that may be
 * luck. It is the worker's verdict and is kept with its comparison; nothing here decides anything.
 */

import { metricFacts } from "../../tasks/metrics/names";
import type { Verdict } from "../../worker/api";
import { changeTraining } from "../actions/drafts";
import { showStep } from "../actions/ui";
import { formatPlural, metricWord } from "../numbers";
import { isOfWhatIsOpen } from "../store/comparable";
import { isUnfinished } from "../store/phase";
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

/** What would tell level runs apart, and where that is set. */
function Needed({ rows, seeds }: NonNullable<Verdict["needed"]>) {
  const settings = useStudio((state) => state.training.settings);
  const possible = Math.min(seeds, MOST_SEEDS);
  return (
    <p className="verdict-needed">
      To see a difference of 2 points:
      <button type="button" className="button button-small" onClick={() => showStep("data")}>
        {formatPlural(rows, "row")} to decide by
      </button>
      or
      <button
        type="button"
        className="button button-small"
        disabled={settings?.seeds === possible}
        onClick={() => {
          changeTraining({ seeds: possible });
          showStep("training");
        }}
      >
        {formatPlural(seeds, "seed")} per run{seeds > MOST_SEEDS && `, ${MOST_SEEDS} at most here`}
      </button>
    </p>
  );
}

/** How the figures came about, and what weakens them. */
function SmallPrint({ verdict, isOpen }: { verdict: Verdict; isOpen: boolean }) {
  const { metric, metricChangedAfterTraining, part, looks, leftOut } = verdict;
  const chosen = useStudio(decidingMetric);
  const notes = [
    "Dots are values, bars their 95 % intervals.",
    part === "validation" &&
      "There were no test rows: the validation rows decided, which also say when to stop and which step is best.",
    part === "test" &&
      looks !== null &&
      looks > 1 &&
      `These test rows have been looked at ${looks} times by now; the more often, the more the best of all runs is luck.`,
    metricChangedAfterTraining && `That ${metricWord(metric)} decides was chosen after training had begun.`,
    isOpen &&
      chosen !== null &&
      chosen !== metric &&
      `${metricFacts[chosen].title} is chosen for the next comparison; this one goes by ${metricWord(metric)}.`,
    ...leftOut.map(({ run, why }) => `Not compared: ${run}, ${why}`),
  ].filter((note) => note !== false);
  return <p className="field-help verdict-small">{notes.join(" ")}</p>;
}
