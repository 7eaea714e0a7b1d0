/** Finds a run's best learning rate, and shows what was tried for the one it has. */

import { Search } from "lucide-react";
import type { MethodDescription, RateSearch } from "../../worker/api";
import { findRates } from "../actions/drafts";
import { appearance } from "../appearance";
import { whyNot } from "../compare/obstacle";
import { formatCount, formatDuration, formatLoss, formatSetting } from "../numbers";
import { isSearchable, searchOf } from "../store/configuration";
import type { DraftRun } from "../store/state";
import { isBusy, useStudio } from "../store/store";
import "../data/histogram.css";
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
      {search ? (
        <FoundRate slot={run.slot} search={search} />
      ) : (
        <span className="field-help">Tries seven rates on held-out training rows; validation rows are not used.</span>
      )}
    </div>
  );
}

function FoundRate({ slot, search }: { slot: number; search: RateSearch }) {
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

const [width, height, edge] = [320, 96, 8];

/** The held-out loss over the rate: of the first rung, which has all rates, with the choice marked. */
function RateCurve({ slot, search: { trials, chosen } }: { slot: number; search: RateSearch }) {
  const steps = trials[0]?.steps;
  const first = trials.filter((trial) => trial.steps === steps);
  const known = first.flatMap(({ rate, loss }) => (loss === null ? [] : [{ rate, loss }]));
  if (known.length < 2) return null;
  const losses = known.map(({ loss }) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const [least, most] = [Math.log(first[0]!.rate), Math.log(first.at(-1)!.rate)];
  const x = (rate: number) => edge + ((Math.log(rate) - least) / (most - least)) * (width - 2 * edge);
  const y = (loss: number) => height - edge - (high > low ? (loss - low) / (high - low) : 0.5) * (height - 2 * edge);
  const { color } = appearance(slot);
  const said = first.map(
    ({ rate, loss }) => `${formatSetting(rate)}: ${loss === null ? "no number" : formatLoss(loss)}`,
  );
  return (
    <figure className="rate-curve">
      <figcaption className="group-label">
        Loss over learning rate, after {formatCount(steps)} steps{" "}
        <span className="muted">
          from {formatLoss(low)} to {formatLoss(high)}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Loss by learning rate: ${said.join(", ")}.`}>
        <polyline
          fill="none"
          stroke={color}
          strokeWidth={2}
          points={known.map(({ rate, loss }) => `${x(rate)},${y(loss)}`).join(" ")}
        />
        {known.map(({ rate, loss }) => (
          <circle key={rate} cx={x(rate)} cy={y(loss)} r={rate === chosen ? 5 : 3} fill={color}>
            <title>{`${formatSetting(rate)}: ${formatLoss(loss)}`}</title>
          </circle>
        ))}
      </svg>
      <div className="histogram-scale" aria-hidden="true">
        <span>{formatSetting(first[0]!.rate)}</span>
        <span>{formatSetting(first.at(-1)!.rate)}</span>
      </div>
    </figure>
  );
}
