/**
 * The size at which a run trains about as many numbers as another: its rank, inner width, number of
 * virtual tokens or frequencies, found by counting what Programs with it would train.
 */

import type { RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import { poolingOf, resolveMethod } from "../runs/resolve";
import { countPart } from "../runs/trainable-count";
import { buildTunedProgram } from "../runs/tuned-program";
import type { EstimateInput } from "./estimate";

export interface SizeMatch {
  /** The option that was chosen, and its value. */
  readonly option: string;
  readonly value: number;
  /** That option, and what has to change with it. */
  readonly options: Readonly<Record<string, number>>;
  /** Numbers that the run's adapter then trains, and the other's. */
  readonly adapter: number;
  readonly wanted: number;
}

type Counting = Pick<EstimateInput, "model" | "task" | "classes" | "labels"> & {
  readonly training: TrainingConfiguration;
};

/** Options that say how large an adapter is; the first of them that changes its count is chosen. */
const SIZES = ["rank", "initialRank", "bottleneck", "width", "virtualTokens", "frequencies"];
const LARGEST = 2 ** 17;

/**
 * The nearest size; of two equally near ones the smaller.
 * @throws Error naming the run where no option changes how many numbers it trains, or its options
 * do
 * not fit
 */
export function matchSize(counting: Counting, run: RunConfiguration, like: RunConfiguration): SizeMatch {
  const wanted = adapterOf(counting, like);
  // What is wrong with its options is said, not taken for a method without a size.
  adapterOf(counting, run);
  const option = SIZES.find((name) => changesCount(counting, run, name));
  if (!option) {
    throw new Error(
      `Run "${run.name}": with its options as they are, none that can be any number changes how many numbers it trains.`,
    );
  }
  const count = (value: number) => adapterOf(counting, withOption(run, option, value));
  // The largest size that trains no more than is wanted, or the smallest; counts grow with it.
  let [low, high] = [fits(() => count(1) > 0) ? 1 : 2, LARGEST];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(() => count(middle) <= wanted)) low = middle;
    else high = middle - 1;
  }
  const of = (value: number) => ({
    ...{ option, value, options: sized(run, option, value) },
    ...{ adapter: count(value), wanted },
  });
  const below = of(low);
  if (!fits(() => count(low + 1) > 0)) return below;
  const above = of(low + 1);
  return Math.abs(above.adapter - wanted) < Math.abs(below.adapter - wanted) ? above : below;
}

function changesCount(counting: Counting, run: RunConfiguration, option: string): boolean {
  try {
    return adapterOf(counting, withOption(run, option, 2)) !== adapterOf(counting, withOption(run, option, 3));
  } catch {
    return false;
  }
}

/** False where the size is more than the method or the model takes. */
function fits(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}

const withOption = (run: RunConfiguration, option: string, value: number): RunConfiguration => ({
  ...run,
  options: { ...run.options, ...sized(run, option, value) },
});

/** AdaLoRA begins with more rank than it ends with: by default half as much again. */
function sized({ options }: RunConfiguration, option: string, value: number): Record<string, number> {
  if (option !== "initialRank") return { [option]: value };
  const most = Math.max(1, Math.floor((2 * value) / 3));
  const { targetRank } = options;
  return { initialRank: value, targetRank: typeof targetRank === "number" ? Math.min(targetRank, most) : most };
}

/** Numbers of a run's adapter. */
function adapterOf({ model, task, classes, labels, training }: Counting, run: RunConfiguration): number {
  const resolved = resolveMethod(model, run, training.seed, labels);
  const setup = { ...resolved, task, classes, pooling: poolingOf(model, training), layers: run };
  return countPart(buildTunedProgram(setup, 1, 2).program.trainables, "adapter");
}
