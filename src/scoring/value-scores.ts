/**
 * Losses of rows whose targets are numbers: labels of which a row may have any, or one number. From
 * the read-out, in float64, as the loss kernel computes them (`kernels/value-loss.ts`).
 */

import type { TokenizedExample } from "../data/tokens";
import type { Scale } from "../data/types";
import type { Task } from "../tasks/task";

export interface ValueScores {
  /** Mean over the values: binary cross-entropy in nats, or squared error of scaled numbers. */
  readonly losses: Float64Array;
  /** Mean entropy of each label's chance, nats; null for numbers, which have none. */
  readonly entropies: Float64Array | null;
  /** Takes a row out of a batch's read-out [rows, outputs]. */
  take(logits: Float32Array, slot: number, row: number): void;
}

/** log(1 + eˣ) without overflow. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export function valueScores(
  task: Pick<Task, "chances">,
  rows: readonly Pick<TokenizedExample, "values">[],
  scale: Scale | null,
): ValueScores {
  const losses = new Float64Array(rows.length);
  const entropies = task.chances?.several ? new Float64Array(rows.length) : null;
  return {
    losses,
    entropies,
    take(logits, slot, row) {
      const values = rows[row]!.values ?? [];
      const count = values.length;
      for (let place = 0; place < count; place++) {
        const x = logits[slot * count + place]!;
        // As the batch holds it, in float32.
        const y = scale ? Math.fround((values[place]! - scale.mean) / scale.deviation) : values[place]!;
        if (!entropies) {
          losses[row]! += (x - y) ** 2 / count;
          continue;
        }
        const chance = 1 / (1 + Math.exp(-x));
        losses[row]! += (softplus(x) - x * y) / count;
        entropies[row]! += (softplus(x) - x * chance) / count;
      }
    },
  };
}
