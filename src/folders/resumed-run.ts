/** How the training in an adapter folder was set up, and how it is to go on. */

import type { AdapterFolder } from "../adapters/folder";
import type { ModelFacts } from "../methods/method";
import { approachOf } from "../methods/registry";
import {
  type Configuration,
  type RunConfiguration,
  type TrainingConfiguration,
  trainingSchema,
} from "../plan/configuration";
import { peakLearningRate } from "../plan/schedule";
import { parseOptions } from "../runs/resolve";
import { importedRun } from "./imported-run";

/** The recorded training; null where run.json has none that this version can read. */
function recordedTraining({ run }: AdapterFolder): TrainingConfiguration | null {
  const configuration = run?.configuration as { training?: unknown } | undefined;
  return trainingSchema.safeParse(configuration?.training).data ?? null;
}

/** How the folder's training was set up; null where that is not recorded. */
export function recordedSetup(
  adapter: AdapterFolder,
  model: ModelFacts,
): { training: TrainingConfiguration; learningRate: number } | null {
  const training = recordedTraining(adapter);
  if (!training || !adapter.state) return null;
  return { training, learningRate: peakLearningRate(importedRun(adapter, "").run, training, model) };
}

/**
 * How a folder's training goes on for so many more steps: as recorded; where the folder has no
 * training state, from step 0 as `training` says.
 */
export function continuedConfiguration(
  adapter: AdapterFolder,
  given: Pick<Configuration, "model" | "precision" | "data"> & { readonly run: RunConfiguration },
  more: number,
  training: TrainingConfiguration,
): Configuration {
  const { run, ...place } = given;
  const { state } = adapter;
  const recorded = recordedTraining(adapter);
  const steps = (state?.facts.step ?? 0) + more;
  const own = { ...training, ...(recorded && { pooling: recorded.pooling }), seeds: 1, learningRateFactors: [1] };
  if (!state || !recorded) return { ...place, training: { ...own, steps, epochs: null }, runs: [run] };
  const { seed, learningRateFactor } = state.facts;
  const learningRateFactors = [learningRateFactor];
  return { ...place, training: { ...recorded, seed, seeds: 1, learningRateFactors, steps, epochs: null }, runs: [run] };
}

/**
 * Checks that a run that goes on computes what the folder's did.
 * @throws Error naming run, option and both values.
 */
export function checkSameRun(adapter: AdapterFolder, run: RunConfiguration, model: ModelFacts): void {
  if (!adapter.state) return;
  const before = importedRun(adapter, run.name).run;
  const fields = (one: RunConfiguration): Record<string, unknown> => ({
    method: one.method,
    frozenLayers: one.frozenLayers ?? 0,
    layerDecay: one.layerDecay ?? 1,
    pruning: one.pruning,
    ...(approachOf(one.method).options(model).safeParse(one.options).data as object | undefined),
  });
  const [was, is] = [fields(before), fields({ ...run, options: parseOptions(model, run) as Record<string, unknown> })];
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [old, now] = [JSON.stringify(was[key]), JSON.stringify(is[key])];
    if (old === now) continue;
    throw new Error(
      `Run "${run.name}": ${key} was ${old} in the training it goes on with and is ${now} now. Use what the folder's ` +
        "run.json says, or leave out resume to start anew from its values.",
    );
  }
}
