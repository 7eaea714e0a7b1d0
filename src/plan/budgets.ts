/** How much time a comparison may take: three ways to train that a person chooses between. */

import type { TrainingConfiguration } from "./configuration";

/** The settings that a budget is made of; all others stay. */
type BudgetSettings = Pick<TrainingConfiguration, "steps" | "epochs" | "evalEvery" | "seeds"> & {
  readonly evalRows: number;
  readonly learningRate: TrainingConfiguration["learningRate"];
};

export interface Budget {
  readonly id: "quick" | "standard" | "thorough";
  readonly title: string;
  /** What it is for, in a few words. */
  readonly purpose: string;
  readonly settings: BudgetSettings;
}

const OWN_RATES = { epochs: null, learningRate: undefined };

export const budgets: readonly Budget[] = [
  {
    id: "quick",
    title: "Quick look",
    purpose: "does anything learn at all?",
    settings: { ...OWN_RATES, steps: 60, evalEvery: 15, evalRows: 100, seeds: 1 },
  },
  {
    id: "standard",
    title: "Standard",
    purpose: "a first answer",
    settings: { ...OWN_RATES, steps: 200, evalEvery: 25, evalRows: 200, seeds: 1 },
  },
  {
    id: "thorough",
    title: "Thorough",
    purpose: "an answer to rely on: every method at its best rate, and luck told from skill",
    settings: { ...OWN_RATES, steps: 400, evalEvery: 50, evalRows: 500, seeds: 3, learningRate: "search" },
  },
];

/**
 * A budget's settings on the open data. Over folds and repeats rates cannot be searched
 * (`rate-search.ts`).
 */
export function settingsOf({ settings }: Budget, { isSplit }: { readonly isSplit: boolean }): BudgetSettings {
  return isSplit ? { ...settings, learningRate: undefined } : settings;
}

/** Which budget these settings are; null: one of a person's own. */
export function budgetOf(training: TrainingConfiguration, data: { readonly isSplit: boolean }): Budget | null {
  const isOf = (budget: Budget) =>
    Object.entries(settingsOf(budget, data)).every(([key, value]) => training[key as keyof BudgetSettings] === value);
  return budgets.find(isOf) ?? null;
}
