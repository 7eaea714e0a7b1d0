/**
 * How long training steps take here: a few of the cheapest run are made on the open rows and thrown
 * away. Kept in this browser by device, model and sizes, so that it is tried once.
 */

import { get, set } from "idb-keyval";
import { Comparison } from "../comparison/comparison";
import type { ComparisonSetup } from "../comparison/comparison-setup";
import { estimate } from "../estimate/estimate";
import { approachOf } from "../methods/registry";
import type { Configuration, RunConfiguration } from "../plan/configuration";
import type { Pace } from "../plan/pace";
import { openStore } from "../storage/open-store";
import type { StudioSession } from "./studio-session";

const store = openStore("sk-tuning-studio-pace", "pace");

/** The first step is slower than others, and is not counted. */
const STEPS = 5;
/** Seconds after which no further step is begun. */
const LONGEST = 3;
/** Milliseconds for which a pace is believed: a computer may have been busy. */
const AGE = 7 * 24 * 3600 * 1000;

/**
 * Resolves to null where no run is trained, or it was given up.
 * @throws Error what keeps the device from computing
 */
export async function trySteps(
  session: StudioSession,
  { runs, training, model: source }: Configuration,
  signal: AbortSignal,
): Promise<Pace | null> {
  const trained = runs.filter(({ method }) => approachOf(method).trains);
  if (trained.length === 0) return null;
  const { executor, model, comparisonData, limits } = session;
  const { validation, validationTexts, train, task } = comparisonData;
  const longest = train.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const key = [session.device.name, source, model.precision, longest, training.batchSize, task].join(" | ");
  const kept = await get<Pace & { at: number }>(key, store).catch(() => undefined);
  if (kept && Date.now() - kept.at < AGE) return kept;
  const data = {
    ...comparisonData,
    validation: validation.slice(0, training.batchSize),
    validationTexts: validationTexts.slice(0, training.batchSize),
  };
  const lengths = (rows: typeof train) => rows.map(({ ids }) => ids.length);
  const estimated = estimate({
    ...session.asked(model),
    ...limits,
    ...{ model, training, runs: trained },
    trainLengths: lengths(train),
    validationLengths: lengths(data.validation),
  });
  const [cheapest] = estimated.runs
    .flatMap(({ run: name, flops }) => {
      const run = trained.find((one) => one.name === name)!;
      return flops ? [{ run, flops: flops.total }] : [];
    })
    .sort((a, b) => a.flops - b.flops);
  if (!cheapest) return null;
  await session.tested();
  if (signal.aborted) return null;
  const pace = await timeSteps({ executor, model, data, training }, cheapest.run, cheapest.flops, signal);
  if (pace) await set(key, { ...pace, at: Date.now() }, store).catch(() => {});
  return pace;
}

/**
 * Makes a few steps of a run and throws them away.
 * @param flops of such a step, of rows as long as the longest
 * @returns null where it was given up
 */
export async function timeSteps(
  { training, ...setup }: Pick<ComparisonSetup, "executor" | "model" | "data" | "training">,
  { initFrom: _, resume: __, learningRate, ...run }: RunConfiguration,
  flops: number,
  signal: AbortSignal,
): Promise<Pace | null> {
  const began = performance.now();
  let prepared = began;
  const seconds: number[] = [];
  const comparison = new Comparison({
    ...setup,
    training: {
      ...{ ...training, seeds: 1, learningRateFactors: [1], steps: STEPS, epochs: null, evalEvery: STEPS },
      ...{ evalRows: undefined, earlyStopping: null, keepBest: false, calibrate: false },
    },
    runs: [{ ...run, ...(learningRate !== "search" && { learningRate }) }],
    emit: (event) => {
      if (event.type !== "step") return;
      seconds.push(event.seconds);
      if (seconds.length > 1 && performance.now() - prepared > 1000 * LONGEST) comparison.abandon();
    },
  });
  const giveUp = () => comparison.abandon();
  signal.addEventListener("abort", giveUp);
  try {
    await comparison.prepare();
    prepared = performance.now();
    if (!signal.aborted) await comparison.train();
  } finally {
    signal.removeEventListener("abort", giveUp);
    await comparison.release();
  }
  const counted = seconds.length - 1;
  if (signal.aborted || counted < 1) return null;
  const step = (seconds.at(-1)! - seconds[0]!) / counted;
  return { step, flops, preparation: (prepared - began) / 1000 };
}
