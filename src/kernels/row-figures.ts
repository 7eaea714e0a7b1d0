/** What the labels of a row come to: their mean loss and entropy, and how many there are. */

import source from "../../shaders/row-figures.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { TOKEN_SCORES } from "./token-scores";

/** Numbers of each row: mean loss and entropy of its labels in nats, and their count. */
export const ROW_FIGURES = 3;

export const rowFigures = defineKernel({
  name: "row-figures",
  source,
  bindings: { scores: "read f32", labels: "read i32", figures: "read-write f32" },
  sizes: { rows: "u32", span: "u32" },
  processor: {
    loop({ scores: { f32: scores }, labels: { i32: labels }, figures: { f32: figures } }, { rows, span }) {
      for (let row = 0; row < rows; row++) {
        let [loss, entropy, count] = [0, 0, 0];
        for (let i = row * span; i < (row + 1) * span; i++) {
          if (labels[i]! < 0) continue;
          loss += scores[i * TOKEN_SCORES]!;
          entropy += scores[i * TOKEN_SCORES + 1]!;
          count++;
        }
        const divisor = Math.max(count, 1);
        figures.set([loss / divisor, entropy / divisor, count], row * ROW_FIGURES);
      }
    },
  },
  workgroups: ({ rows }) => grid(rows, 64),
});
