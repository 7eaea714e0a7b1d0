/** Finds a run's best learning rate, and shows what was tried for the one it has. */

import { Search } from "lucide-react";
import type { FoundRate } from "../../plan/configuration";
import { foundRateOf } from "../../plan/found-rate";
import type { MethodDescription, RateSearch } from "../../worker/api";
import { findRates } from "../actions/drafts";
import { appearance } from "../appearance";
import { whyNot } from "../compare/obstacle";
import { Message } from "../layout/Message";
import { formatCount, formatDuration, formatLoss, formatSetting } from "../numbers";
import { isSearchable, searchOf } from "../store/configuration";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { isBusy, useStudio } from "../store/store";
import "../styles/histogram.css";
import "./RateSearchField.css";

interface RateSearchFieldProps {
  run: DraftRun;
  method: MethodDescription;
}

export function RateSearchField({ run, method }: RateSearchFieldProps) {
  const busy = useStudio(isBusy);
  const obstacle = useStudio(whyNot);
  const training = useStudio((state) => state.training.settings);
  if (!training || !isSearchable(run, training, method)) return null;
  const search = searchOf(run);
  const found = foundRateOf(run);
  return (
    <div className="rate-search">
      <button
        type="button"
        className="button button-small"
        disabled={busy || obstacle !== null}
        onClick={() => void findRates([run.id])}
      >
        <Search size={14} aria-hidden="true" /> Find the best rate
      </button>
      {search && <SearchedRate slot={run.slot} search={search} />}
      {!search && found && <KeptRate found={found} />}
      {found && <ChangedSince run={run} />}
      {!search && !found && (
        <span className="field-help">Tries seven rates on held-out training rows; validation rows are not used.</span>
      )}
    </div>
  );
}

/** A rate that was found elsewhere: before a reload, or where the link or the file is from. */
function KeptRate({ found: { rate, trialSteps, heldRows } }: { found: FoundRate }) {
  return (
    <p className="field-help">
      {formatSetting(rate)}, found by an earlier search of {formatCount(trialSteps)} steps, judged by{" "}
      {formatCount(heldRows)} training rows.
    </p>
  );
}

/** What is no longer as it was when the rate was searched. */
function ChangedSince({ run }: { run: DraftRun }) {
  const changed = useStudio((state) => estimateOf(state.methods, run)?.changedSince ?? null);
  return changed === null ? null : <Message kind="warning">{changed}</Message>;
}

function SearchedRate({ slot, search }: { slot: number; search: RateSearch }) {
  const { chosen, own, doubt, cost, heldRows } = search;
  return (
    <>
      <p className="field-help">
        {formatSetting(chosen)}, found by search
        {chosen === own ? ": the method's own." : `; the method's own is ${formatSetting(own)}.`} {doubt} It took{" "}
        {formatCount(cost.steps)} steps in {formatDuration(cost.seconds)}, judged by {formatCount(heldRows)} training
        rows.
      </p>
      <RateCurve slot={slot} search={search} />
    </>
  );
}

const [width, height, edge] = [320, 112, 8];

/**
 * The held-out loss over the rate: a line for each round, the last in full colour, the choice
 * marked.
 */
function RateCurve({ slot, search: { trials, chosen } }: { slot: number; search: RateSearch }) {
  const rounds = [...new Set(trials.map(({ steps }) => steps))].map((steps) => ({
    steps,
    known: trials.flatMap((trial) =>
      trial.steps === steps && trial.loss !== null ? [{ rate: trial.rate, loss: trial.loss }] : [],
    ),
  }));
  const known = rounds.flatMap((round) => round.known);
  if (known.length < 2) return null;
  const losses = known.map(({ loss }) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const rates = trials.map(({ rate }) => rate);
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  const x = (rate: number) => edge + (Math.log(rate / least) / Math.log(most / least)) * (width - 2 * edge);
  const y = (loss: number) => height - edge - (high > low ? (loss - low) / (high - low) : 0.5) * (height - 2 * edge);
  const { color } = appearance(slot);
  const said = rounds.map(
    ({ steps, known }) =>
      `after ${formatCount(steps)} steps ${known.map(({ rate, loss }) => `${formatSetting(rate)}: ${formatLoss(loss)}`).join(", ")}`,
  );
  return (
    <figure className="rate-curve">
      <figcaption className="group-label">
        Loss over learning rate{" "}
        <span className="muted">
          from {formatLoss(low)} to {formatLoss(high)}; the better half goes on, with twice the steps (
          {rounds.map(({ steps }) => formatCount(steps)).join(", ")})
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Loss by learning rate: ${said.join("; ")}.`}>
        {rounds.map(({ steps, known }, index) => (
          <g key={steps} opacity={(index + 1) / rounds.length}>
            <polyline
              fill="none"
              stroke={color}
              strokeWidth={2}
              points={known.map(({ rate, loss }) => `${x(rate)},${y(loss)}`).join(" ")}
            />
            {known.map(({ rate, loss }) => (
              <circle
                key={rate}
                cx={x(rate)}
                cy={y(loss)}
                r={rate === chosen && index === rounds.length - 1 ? 6 : 3}
                fill={color}
              >
                <title>{`${formatSetting(rate)} after ${formatCount(steps)} steps: ${formatLoss(loss)}`}</title>
              </circle>
            ))}
          </g>
        ))}
      </svg>
      <div className="histogram-scale" aria-hidden="true">
        <span>{formatSetting(least)}</span>
        <span>{formatSetting(most)}</span>
      </div>
    </figure>
  );
}
