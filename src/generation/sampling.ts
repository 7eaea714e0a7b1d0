/**
 * The next token from its logits: greedy, or drawn under temperature, top-k and top-p in this
 * order, as transformers does.
 */

import type { Random } from "../data/random";
import type { GenerationSettings } from "./settings";

type Sampling = Pick<GenerationSettings, "temperature" | "topK" | "topP">;

/** Candidates with their probabilities, the most probable first; of equal ones the lower id. */
export function candidates(
  logits: Float32Array,
  { temperature, topK, topP }: Sampling,
): { ids: Uint32Array; probabilities: Float64Array } {
  const all = Uint32Array.from(logits, (_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const kept = topK > 0 ? all.subarray(0, topK) : all;
  const largest = logits[kept[0]!]!;
  const weights = Float64Array.from(kept, (id) => Math.exp((logits[id]! - largest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let [count, sum] = [0, 0];
  while (count < kept.length && (count === 0 || sum < topP * total)) sum += weights[count++]!;
  return { ids: kept.subarray(0, count), probabilities: weights.subarray(0, count).map((weight) => weight / sum) };
}

/**
 * With a temperature of 0 the most probable token, of equal ones the lowest; else one drawn from
 * the candidates.
 */
export function nextToken(logits: Float32Array, settings: Sampling, random: Random): number {
  if (settings.temperature === 0) {
    let best = 0;
    for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
    return best;
  }
  const { ids, probabilities } = candidates(logits, settings);
  let left = random.next();
  for (const [place, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return ids[place]!;
  }
  return ids.at(-1)!;
}
