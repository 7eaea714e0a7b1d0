/** What differs between the runs of a comparison: the settings that are not the same in all. */

import type { RunConfiguration } from "../../plan/configuration";

export type Difference = [name: string, value: unknown];

export interface Described {
  key: string;
  configuration: RunConfiguration;
  /** Null for what was not trained here. */
  learningRate: number | null;
  /** The method's own option values. */
  defaults: Record<string, unknown>;
}

/**
 * For each run its settings that differ, as name and value: the learning rate when the runs
 * disagree on it; an option of a method when runs of that method disagree on it or when it is not
 * at the method's default.
 */
export function differences(runs: readonly Described[]): Map<string, Difference[]> {
  const rates = new Set(runs.map(({ learningRate }) => learningRate).filter((rate) => rate !== null));
  return new Map(
    runs.map((run) => {
      const rivals = runs.filter((other) => other.configuration.method === run.configuration.method);
      const options = Object.entries(run.configuration.options).filter(
        ([name, value]) =>
          rivals.some((other) => !same(other.configuration.options[name], value)) ||
          (name in run.defaults && !same(run.defaults[name], value)),
      );
      const rate: Difference[] =
        run.learningRate !== null && rates.size > 1 ? [["learning rate", run.learningRate]] : [];
      return [run.key, [...options, ...rate]];
    }),
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
