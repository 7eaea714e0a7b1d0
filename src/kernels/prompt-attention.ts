/**
 * What speaks for learning from each label of a response: how its loss has changed, from 0 to 1
 * within its row, and how much of the attention of the label's token goes to the prompt.
 */

import source from "../../shaders/prompt-attention.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { TOKEN_SCORES } from "./token-scores";

export const promptAttention = defineKernel({
  name: "prompt-attention",
  source,
  bindings: { scores: "read-write f32", labels: "read i32", probabilities: "read f32" },
  /**
   * `queries`, `keys`: of `probabilities` [rows, queries, keys], whose own tokens begin at
   * `firstQuery` and `firstKey`. `change`: what the change counts for, and 1 less it attention.
   * `sign` 1: the highest change is 1; −1: the lowest.
   */
  sizes: {
    ...{ rows: "u32", span: "u32", queries: "u32", keys: "u32", firstQuery: "u32", firstKey: "u32" },
    ...{ change: "f32", sign: "f32" },
  },
  processor: {
    loop(at, { rows, span, queries, keys, firstQuery, firstKey, change, sign }) {
      const [scores, labels, probabilities] = [at.scores.f32, at.labels.i32, at.probabilities.f32];
      for (let row = 0; row < rows; row++) {
        let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (let i = row * span; i < (row + 1) * span; i++) {
          if (labels[i]! < 0) continue;
          low = Math.min(low, sign * scores[i * TOKEN_SCORES]!);
          high = Math.max(high, sign * scores[i * TOKEN_SCORES]!);
        }
        for (let place = 0; place < span; place++) {
          const i = row * span + place;
          if (labels[i]! < 0) continue;
          // The label at a place is the token after it.
          const query = firstQuery + Math.min(place + 1, span - 1);
          const first = (row * queries + query) * keys + firstKey;
          let seen = 0;
          for (let key = 0; key < span; key++) {
            if (key === 0 || labels[row * span + key - 1]! < 0) seen += probabilities[first + key]!;
          }
          const share = high > low ? (sign * scores[i * TOKEN_SCORES]! - low) / (high - low) : 0;
          scores[i * TOKEN_SCORES] = change * share + (1 - change) * seen;
        }
      }
    },
  },
  workgroups: ({ rows }) => grid(rows, 64),
});
