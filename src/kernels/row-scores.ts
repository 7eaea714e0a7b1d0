/** What speaks for learning from each row of a batch, by what the model says of all of them. */

import source from "../../shaders/row-scores.wgsl?raw";
import shared from "../../shaders/uniform-hash.wgsl?raw";
import { grid } from "./grid";
import { NEVER_KEPT } from "./keep-share";
import { defineKernel } from "./kernel";
import { ROW_FIGURES } from "./row-figures";
import { uniform } from "./uniform-hash";

/** A number that is drawn, the loss, or how near a row is to a corner of loss and entropy. */
export const ROW_RULES = { drawn: 0, loss: 1, corners: 2 } as const;

export const rowScores = defineKernel({
  name: "row-scores",
  source: shared + source,
  bindings: { figures: "read f32", draw: "read i32", scores: "read-write f32", corner: "read-write f32" },
  /** `sign`: 1 for the highest loss, −1 for the lowest. */
  sizes: { rows: "u32", salt: "u32", sign: "f32" },
  /** RULE: one of `ROW_RULES`. */
  options: { RULE: 0 },
  processor: {
    loop({ figures: { f32: figures }, draw: { i32: draw }, scores, corner }, { rows, salt, sign }, { RULE }) {
      const of = (row: number, place: number) => figures[row * ROW_FIGURES + place]!;
      const labelled = Array.from({ length: rows }, (_, row) => row).filter((row) => of(row, 2) > 0);
      scores.f32.fill(NEVER_KEPT, 0, rows);
      corner.f32.fill(0, 0, rows);
      if (RULE === ROW_RULES.drawn) {
        for (const row of labelled) scores.f32[row] = uniform(row, salt, draw[0]!, draw[1]!);
        return;
      }
      if (RULE === ROW_RULES.loss) {
        for (const row of labelled) scores.f32[row] = sign * of(row, 0);
        return;
      }
      // Sorting is stable: of equals the first is lower.
      const ranks = (place: number) => {
        const order = [...labelled].sort((i, j) => of(i, place) - of(j, place));
        return new Map(order.map((row, rank) => [row, rank]));
      };
      const [byLoss, byEntropy] = [ranks(0), ranks(1)];
      const last = labelled.length - 1;
      for (const row of labelled) {
        const [a, b] = [byLoss.get(row)!, byEntropy.get(row)!];
        const [first, second] = [Math.max(last - a, b), Math.max(a, last - b)];
        scores.f32[row] = -Math.min(first, second);
        corner.f32[row] = first <= second ? 1 : 0;
      }
    },
  },
  workgroups: ({ rows }) => grid(rows, 64),
});
