/**
 * Searches a run's learning rate: comparisons of the same run with several rates, on part of the
 * training rows and judged by the rest of them. Not for which rates and how long: `halving.ts`.
 */

import { Comparison } from "../comparison/comparison";
import type { ComparisonSetup } from "../comparison/comparison-setup";
import { fingerprint } from "../data/fingerprint";
import { defaultLearningRate } from "../methods/learning-rate";
import { methodOf } from "../methods/registry";
import type { RunConfiguration } from "../plan/configuration";
import { shortened } from "../plan/found-rate";
import type { RateSearch, RateTrial } from "../plan/rate-search";
import { trainingSteps } from "../plan/schedule";
import type { Amounts } from "../plan/waiting";
import { settingsPrint } from "../runs/rate-settings";
import { parseOptions } from "../runs/resolve";
import type { ComparisonData } from "../runs/rows";
import { bestOf, doubtOf, FACTORS, halvingRungs, type Rung, ratesAround, searchSteps, trialOf } from "./halving";
import { innerSplit } from "./inner-split";

export interface RateSearchSetup extends Pick<ComparisonSetup, "executor" | "model" | "data" | "training"> {
  /** Its own learning rate is not asked for. */
  readonly run: RunConfiguration;
  /**
   * How many rates are trained beside one another: each has an adapter and moments on the device.
   */
  readonly together: number;
  readonly report: (amounts: Amounts) => void;
  /** Ends the search, which then rejects with its reason. */
  readonly signal: AbortSignal;
}

/** What all trials of a search have cost so far. */
interface Cost {
  steps: number;
  tokens: number;
}

/**
 * Rejects with an Error where the run starts from a folder, the rows are too few, or it cannot be
 * set up; nothing stays on the device.
 */
export async function searchRate(setup: RateSearchSetup): Promise<RateSearch> {
  const { model, training, run } = setup;
  if (run.initFrom !== undefined) {
    throw new Error(`Run "${run.name}" starts from a folder, so its rate cannot be searched. Give it a learning rate.`);
  }
  const started = performance.now();
  const data = innerSplit(setup.data, training.seed);
  const own = defaultLearningRate(methodOf(run.method), model);
  const steps = trainingSteps(training, Math.ceil(setup.data.train.length / training.batchSize));
  const rungs = halvingRungs(FACTORS.length, steps);
  const cost: Cost = { steps: 0, tokens: 0 };
  const trials: RateTrial[] = [];
  let left: readonly { factor: number; rate: number }[] = ratesAround(own);
  let best: RateTrial | null = null;
  for (const rung of rungs) {
    const tried: RateTrial[] = [];
    for (let first = 0; first < left.length; first += setup.together) {
      const rates = left.slice(first, first + setup.together);
      tried.push(...(await tryRates(setup, data, rates, rung, cost, searchSteps(rungs))));
    }
    trials.push(...tried);
    const next = rungs[rungs.indexOf(rung) + 1];
    const [leading = null, ...others] = bestOf(tried, next?.rates ?? 1);
    best = leading;
    if (!leading) break;
    left = [leading, ...others].map(({ factor, rate }) => ({ factor, rate })).sort((a, b) => a.rate - b.rate);
  }
  const rows = { trainRows: data.train.length, heldRows: data.validation.length };
  return {
    run: run.name,
    own,
    chosen: best?.rate ?? own,
    found: best && {
      rate: best.rate,
      trialSteps: cost.steps,
      ...rows,
      steps,
      model: model.folder.name,
      rows: shortened(await fingerprint(setup.data.train)),
      settings: settingsPrint(run, parseOptions(model, run), training),
    },
    doubt: doubtOf(best, FACTORS),
    trials,
    ...rows,
    cost: { ...cost, seconds: (performance.now() - started) / 1000 },
  };
}

/** Trains some rates of a rung beside one another. */
async function tryRates(
  { executor, model, training, run, report, signal }: RateSearchSetup,
  data: ComparisonData,
  rates: readonly { factor: number; rate: number }[],
  { seeds, steps }: Rung,
  cost: Cost,
  total: number,
): Promise<RateTrial[]> {
  signal.throwIfAborted();
  const tell = () => report({ wait: "searching rates", detail: run.name, done: cost.steps, total, unit: "steps" });
  // Before the first step kernels are compiled.
  tell();
  const losses = new Map<string, number>();
  const tokens = new Map<string, number>();
  const named = rates.map((rate) => ({
    ...rate,
    runs: Array.from({ length: seeds }, (_, index) => ({
      ...run,
      name: `${run.name} at ${rate.rate}, seed ${training.seed + index}`,
      learningRate: rate.rate,
      seed: training.seed + index,
    })),
  }));
  const comparison = new Comparison({
    executor,
    model,
    data,
    training: {
      ...{ ...training, steps, epochs: null, evalEvery: steps, evalRows: undefined },
      ...{ earlyStopping: null, keepBest: false },
    },
    runs: named.flatMap(({ runs }) => runs),
    emit: (event) => {
      if (event.type === "evaluation" && event.step === steps) losses.set(event.run, event.loss);
      if (event.type !== "step") return;
      cost.steps++;
      tokens.set(event.run, event.tokens);
      tell();
    },
  });
  const end = () => comparison.abandon();
  signal.addEventListener("abort", end);
  try {
    await comparison.prepare();
    if (!signal.aborted) await comparison.train();
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", end);
    await comparison.release();
  }
  for (const count of tokens.values()) cost.tokens += count;
  return named.map(({ runs, factor, rate }) =>
    trialOf(
      { factor, rate },
      steps,
      runs.map(({ name }) => losses.get(name) ?? null),
    ),
  );
}
