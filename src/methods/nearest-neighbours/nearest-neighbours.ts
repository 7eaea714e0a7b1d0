/**
 * Nearest neighbours (Cover and Hart 1967): the label that most of the k training rows nearest to a
 * row have, by the frozen model's own states. Nothing is trained. Neighbours are scikit-learn's
 * `KNeighborsClassifier(weights="uniform")`; its shares of votes would give a label without any
 * vote the loss ∞, so every label is given one vote more (Laplace).
 */

import * as z from "zod";
import { linear } from "../../operations/linear";
import { logOfOneMore, nearestVotes } from "../../operations/nearest-votes";
import { rmsNorm } from "../../operations/norm";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { defineAnswerer } from "../answerer";

const options = z.strictObject({
  neighbours: z.int().min(1).max(1000).default(5).meta({
    title: "Neighbours",
    description: "How many of the nearest training rows vote (k). Rows as near as the last of them vote too.",
  }),
  distance: z.enum(["cosine", "euclidean"]).default("cosine").meta({
    title: "Distance",
    description: "cosine: the angle between two states. euclidean: how far apart they are, length included.",
  }),
});

type Options = z.infer<typeof options>;

const ROWS = "training rows";
const CLASSES = "classes of training rows";
const LENGTHS = "lengths of training rows";

export const nearestNeighbours = defineAnswerer<Options>({
  id: "nearest-neighbours",
  title: "Nearest neighbours",
  summary: "The label of the training rows that the frozen model finds most alike; nothing is trained",
  group: "control",
  site: "head",
  card: {
    trains:
      "Nothing: every training row is read once, its state is kept, and the nearest ones vote. A level line on the chart.",
    attaches: "Nowhere: it reads the state that a head would read (last token or mean, as the training settings say).",
    costs:
      "No parameters; training rows · hidden size numbers in memory, and one comparison with each row a prediction.",
    fails:
      "When what the task asks is a small part of a state that mostly says what the text is about. Its loss counts every label " +
      "with one vote more than it got, so read its accuracy.",
    paper: null,
  },
  options: () => options,
  answers: {
    from: "rows",
    parameters: () => 0,
    logits(program, { neighbours, distance }, state, { count, classes }) {
      if (neighbours > count) {
        throw new Error(
          `Nearest neighbours: ${neighbours} are to vote, but there are only ${count} training rows. Ask for ${count} or fewer.`,
        );
      }
      const width = state.shape[1]!;
      const rows = program.provided(ROWS, [count, width], "training rows");
      const votes = program.provided(CLASSES, [count, classes], "training rows");
      const scores =
        distance === "cosine"
          ? linear(program, "cosines", ofLengthOne(program, state), rows)
          : // −‖x − r‖² / 2 but for ‖x‖², which is the same for every row r.
            linear(program, "nearness", state, rows, { bias: program.provided(LENGTHS, [count], "training rows") });
      return logOfOneMore(program, "logits", nearestVotes(program, "votes", scores, votes, { count: neighbours }));
    },
    async tables({ distance }, { states, width, labels, classes, weights }, { notice } = {}) {
      if (weights) notice?.("Weights change nothing here: every neighbour has one vote, as in scikit-learn.");
      const votes = new Float32Array(labels.length * classes);
      labels.forEach((label, row) => {
        votes[row * classes + label] = 1;
      });
      const lengths = squares(states, width);
      if (distance === "euclidean") {
        return new Map([
          [ROWS, states],
          [CLASSES, votes],
          [LENGTHS, Float32Array.from(lengths, (square) => -square / 2)],
        ]);
      }
      const directions = states.map((value, index) => value / Math.sqrt(lengths[Math.floor(index / width)] || 1));
      return new Map([
        [ROWS, directions],
        [CLASSES, votes],
      ]);
    },
  },
  exportForm: () => ({ type: "STUDIO", why: "nothing was trained; it answers from the training rows themselves." }),
});

/** x / ‖x‖ by row: RMS norm is x · √width / ‖x‖. */
function ofLengthOne(program: Program, x: Tensor): Tensor {
  const width = x.shape[1]!;
  const gain = program.constant(`1 / √${width}`, [width], () => new Float32Array(width).fill(width ** -0.5));
  return rmsNorm(program, "directions", x, gain, 1e-12);
}

/** ‖row‖² of each, summed in float64. */
function squares(states: Float32Array, width: number): Float64Array {
  const sums = new Float64Array(states.length / width);
  states.forEach((value, index) => {
    sums[Math.floor(index / width)]! += value * value;
  });
  return sums;
}
