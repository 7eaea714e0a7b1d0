/** What differs between runs: the settings that are not the same in all of them. */

import type { RunConfiguration, TrainingConfiguration } from "../../plan/configuration";

export type Difference = [name: string, value: unknown];

export interface Described {
  key: string;
  configuration: RunConfiguration;
  /** Null for what was not trained here. */
  learningRate: number | null;
  training: TrainingConfiguration;
  model: string;
  data: string;
  /** The method's own option values. */
  defaults: Record<string, unknown>;
}

/**
 * For each run its settings that differ, as name and value: a shared setting when the runs disagree
 * on it; an option of a method when runs of that method disagree on it or when it is not at the
 * method's default.
 */
export function differences(runs: readonly Described[]): Map<string, Difference[]> {
  return new Map(
    runs.map((run) => {
      const rivals = runs.filter((other) => other.configuration.method === run.configuration.method);
      const differs = (name: string, of: (other: Described) => Record<string, unknown>, among: readonly Described[]) =>
        among.some((other) => !same(of(other)[name], of(run)[name]));
      const options = Object.entries(run.configuration.options).filter(
        ([name, value]) =>
          differs(name, (other) => other.configuration.options, rivals) ||
          (name in run.defaults && !same(run.defaults[name], value)),
      );
      const settings = Object.entries(shared(run)).filter(([name]) =>
        differs(
          name,
          shared,
          runs.filter((other) => name in shared(other)),
        ),
      );
      return [run.key, [...options, ...settings]];
    }),
  );
}

function shared(run: Described): Record<string, unknown> {
  const { steps, epochs, learningRate: _, ...training } = run.training;
  return {
    ...(run.learningRate !== null && { "learning rate": run.learningRate }),
    length: steps === null ? `${epochs} epochs` : `${steps} steps`,
    ...training,
    model: run.model,
    data: run.data,
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
