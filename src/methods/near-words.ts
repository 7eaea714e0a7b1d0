/**
 * A trained change of words' embeddings, each brought back after every update into a ball around
 * its word: ‖δ_i‖ ≤ ε·√(width / 2048). Projected gradient descent as CPT does it (Blau et al. 2024,
 * PEFT). Not for which words: the methods say that.
 */

import { dispatch } from "../kernels/kernel";
import { projectRows } from "../kernels/project-rows";
import type { Program } from "../program/program";
import type { Trainable } from "../program/tensor";
import { type Controller, nowAndThen } from "./controller";

const CHANGE = "delta_embedding.weight";
/** Model width at which a word may move by epsilon itself. */
const REFERENCE_WIDTH = 2048;

/** The largest norm of a word's change. */
export const changeLimit = (epsilon: number, width: number) => epsilon * Math.sqrt(width / REFERENCE_WIDTH);

/** δ [words, width], which starts at zero. */
export const wordChange = (program: Program, words: number, width: number): Trainable =>
  program.trainable(CHANGE, [words, width], { initializer: { kind: "zeros" } });

/** Keeps every word's change within its ball, and lets how far it went be seen. */
export function keepNear(program: Program, epsilon: number, steps: number): Controller {
  const change = program.tensor(CHANGE) as Trainable;
  const [rows, width] = change.shape as [number, number];
  const limit = changeLimit(epsilon, width);
  return {
    afterUpdate: [
      { dispatches: [dispatch(projectRows, { x: { kind: "value", tensor: change } }, { rows, width, limit })] },
    ],
    watch: {
      tensor: change,
      due: nowAndThen(steps),
      read: (values) => ({
        type: "distances",
        limit,
        distances: Array.from({ length: rows }, (_, row) =>
          Math.hypot(...values.subarray(row * width, (row + 1) * width)),
        ),
      }),
    },
  };
}
