/** What speaks for learning from each label of a batch: how hard it is, with those beside it. */

import source from "../../shaders/label-scores.wgsl?raw";
import shared from "../../shaders/uniform-hash.wgsl?raw";
import { grid } from "./grid";
import { ALWAYS_KEPT, NEVER_KEPT } from "./keep-share";
import { defineKernel } from "./kernel";
import { TOKEN_SCORES } from "./token-scores";
import { uniform } from "./uniform-hash";

/** A number that is drawn, the label's perplexity with those beside it, or its loss alone. */
export const LABEL_RULES = { drawn: 0, perplexity: 1, loss: 2 } as const;

/** e⁸⁰ and three of them are finite. */
const MOST = 80;

export const labelScores = defineKernel({
  name: "label-scores",
  source: shared + source,
  bindings: {
    losses: "read f32",
    labels: "read i32",
    keptRows: "read f32",
    pruned: "read f32",
    draw: "read i32",
    scores: "read-write f32",
  },
  /** `sign`: 1 for the hardest, −1 for the easiest; `neighbours`: what those beside count. */
  sizes: { rows: "u32", span: "u32", salt: "u32", neighbours: "f32", sign: "f32" },
  /** RULE: one of `LABEL_RULES`; SOME 1: labels are left out of rows with `pruned` 1 alone. */
  options: { RULE: 0, SOME: 0 },
  processor: {
    loop(at, { rows, span, salt, neighbours, sign }, { RULE, SOME }) {
      const [losses, scores, labels, draw] = [at.losses.f32, at.scores.f32, at.labels.i32, at.draw.i32];
      const perplexity = (i: number) => (labels[i]! >= 0 ? Math.exp(Math.min(losses[i * TOKEN_SCORES]!, MOST)) : 0);
      for (let i = 0; i < rows * span; i++) {
        const [row, place] = [Math.floor(i / span), i % span];
        if (labels[i]! < 0 || at.keptRows.f32[row] === 0) scores[i] = NEVER_KEPT;
        else if (SOME === 1 && at.pruned.f32[row] === 0) scores[i] = ALWAYS_KEPT;
        else if (RULE === LABEL_RULES.drawn) scores[i] = uniform(i, salt, draw[0]!, draw[1]!);
        else if (RULE === LABEL_RULES.loss) scores[i] = sign * losses[i * TOKEN_SCORES]!;
        else {
          const beside = (place > 0 ? perplexity(i - 1) : 0) + (place + 1 < span ? perplexity(i + 1) : 0);
          scores[i] = sign * ((1 - neighbours) * perplexity(i) + neighbours * beside);
        }
      }
    },
  },
  workgroups: ({ rows, span }) => grid(rows * span, 64),
});
