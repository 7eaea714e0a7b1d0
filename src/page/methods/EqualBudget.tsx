/**
 * Offers sizes at which a method trains as many numbers as prompt tuning does, so that both can be
 * compared fairly.
 */

import { useState } from "react";
import { changeOption } from "../actions/drafts";
import { NumberField } from "../fields/NumberField";
import { formatCount, formatPlural } from "../numbers";
import type { OptionField } from "../store/option-fields";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { equalSplits } from "./equal-budget";
import "./EqualBudget.css";

interface EqualBudgetProps {
  run: DraftRun;
  /** The rank's field, which names the options beside it. */
  field: OptionField & { equalBudget: NonNullable<OptionField["equalBudget"]> };
}

export function EqualBudget({ run, field }: EqualBudgetProps) {
  const [tokens, setTokens] = useState(20);
  const width = useStudio((state) => state.model.summary?.hiddenSize);
  const trained = useStudio((state) => estimateOf(state.methods, run));
  const names = { tokens: field.equalBudget.tokens, positions: field.equalBudget.positions, rank: field.key };
  const [short, positions, rank] = [names.tokens, names.positions, names.rank].map((name) => Number(run.options[name]));
  if (width === undefined || !trained || trained.problem !== null) return null;
  const others = trained.trainable.adapter - short! * width - rank! * (positions! + width);
  const splits = equalSplits({ width, positions: positions!, tokens, others });
  return (
    <fieldset className="equal-budget">
      <legend className="group-label">As many parameters as prompt tuning</legend>
      <NumberField
        label="with virtual tokens"
        help={`${formatCount(tokens * width)} parameters. Choose how many of them are a short prompt and how many the low-rank pair:`}
        value={tokens}
        integer
        min={1}
        max={512}
        onChange={(value) => value !== null && setTokens(value)}
      />
      {splits.length === 0 ? (
        <p className="field-help">
          None fits: {others > 0 && `the parts beside prompt and pair alone train ${formatCount(others)}. `}
          Allow more virtual tokens{others > 0 && ", or make those parts smaller"}.
        </p>
      ) : (
        <ul className="splits">
          {splits.map((split) => (
            <li key={split.tokens}>
              <button
                type="button"
                className="button button-small"
                aria-pressed={split.tokens === short && split.rank === rank}
                onClick={() => {
                  changeOption(run.id, names.tokens, split.tokens, null);
                  changeOption(run.id, names.rank, split.rank, null);
                }}
              >
                {formatPlural(split.tokens, "token")}, rank {split.rank}
              </button>{" "}
              <span className="muted">
                {formatCount(split.count)}
                {split.short > 0 && `, ${formatCount(split.short)} fewer`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  );
}
