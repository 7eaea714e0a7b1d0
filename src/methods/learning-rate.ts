/** The learning rate of a method on a model where none is set. */

import type { ModelConfig } from "../models/family";
import type { Method } from "./method";
import searchedRates from "./searched-rates.json";

/** Methods' own rates are those of papers and PEFT, for hidden sizes from here on. */
const WIDE = 2048;
const LARGEST_FACTOR = 16;
/** Above this, prompts and prefixes swing on small models whatever their width. */
const HIGHEST = 0.01;

/** Rates by hidden size, by method: `npm run tables` writes them from its searches. */
const searched: Readonly<Record<string, Readonly<Record<string, number>>>> = searchedRates;

/**
 * Peak learning rate, with two significant digits. Where searches found rates for models of some
 * hidden sizes: between two sizes the power law through both (2048 and the method's own rate are
 * the last), the first below all, the method's own from 2048 on. Of a method that was never
 * searched: its own, raised below 2048 as Adam's best rate for a matrix is, inversely to the width
 * (Yang et al. 2022, "Tensor Programs V"), at most 16 times, and never above 0.01 unless its own
 * is.
 */
export function defaultLearningRate(
  { id, learningRate }: Pick<Method, "id" | "learningRate">,
  { config: { hiddenSize } }: { readonly config: Pick<ModelConfig, "hiddenSize"> },
): number {
  const rate = Object.hasOwn(searched, id)
    ? between([...pointsOf(searched[id]!), [WIDE, learningRate]], hiddenSize)
    : raised(learningRate, hiddenSize);
  return Number(rate.toPrecision(2));
}

type Point = readonly [width: number, rate: number];

const pointsOf = (rates: Readonly<Record<string, number>>): Point[] =>
  Object.entries(rates)
    .map(([width, rate]) => [Number(width), rate] as const)
    .sort(([first], [second]) => first - second);

function between(points: readonly Point[], width: number): number {
  const after = points.findIndex(([known]) => known >= width);
  if (after === -1) return points.at(-1)![1];
  if (after === 0) return points[0]![1];
  const [[lowWidth, low], [highWidth, high]] = [points[after - 1]!, points[after]!];
  return low * (high / low) ** (Math.log(width / lowWidth) / Math.log(highWidth / lowWidth));
}

function raised(rate: number, width: number): number {
  const factor = Math.min(LARGEST_FACTOR, Math.max(1, WIDE / width));
  return Math.max(rate, Math.min(HIGHEST, rate * factor));
}
