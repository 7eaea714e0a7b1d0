/** How much time the comparison may take, each choice with how long that is here. */

import { useId } from "react";
import { splitsOf } from "../../data/splits";
import { type Budget, budgetOf, budgets, settingsOf } from "../../plan/budgets";
import type { TrainingConfiguration } from "../../plan/configuration";
import { changeTraining } from "../actions/drafts";
import { formatAbout, formatPlural } from "../numbers";
import { expectedSeconds } from "../store/expected-time";
import { useStudio } from "../store/store";
import "./BudgetChoices.css";

export function BudgetChoices({ settings }: { settings: TrainingConfiguration }) {
  const name = useId();
  const isSplit = useStudio(({ data }) => splitsOf(data.summary?.settings.test ?? null) !== null);
  const chosen = budgetOf(settings, { isSplit });
  return (
    <fieldset className="budgets">
      <legend>Time</legend>
      {budgets.map((budget) => (
        <label key={budget.id} className={budget === chosen ? "budget budget-on" : "budget"}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            checked={budget === chosen}
            onChange={() => changeTraining(settingsOf(budget, { isSplit }))}
          />
          <span className="budget-title">{budget.title}</span>
          <Time budget={budget} isSplit={isSplit} />
          <span className="field-help">{budget.purpose}</span>
          <span className="field-help">{inWords(budget, isSplit)}</span>
        </label>
      ))}
      {chosen === null && <p className="field-help">The settings below are your own.</p>}
    </fieldset>
  );
}

function Time({ budget, isSplit }: { budget: Budget; isSplit: boolean }) {
  const seconds = useStudio((state) => expectedSeconds(state, settingsOf(budget, { isSplit })));
  return <span className="budget-time">{seconds === null ? "" : formatAbout(seconds)}</span>;
}

/** For example `60 steps · 1 seed`. */
function inWords(budget: Budget, isSplit: boolean): string {
  const { steps, seeds, learningRate } = settingsOf(budget, { isSplit });
  const searched = learningRate === "search" ? " · rates searched" : "";
  return `${formatPlural(steps ?? 0, "step")} · ${formatPlural(seeds, "seed")}${searched}`;
}
