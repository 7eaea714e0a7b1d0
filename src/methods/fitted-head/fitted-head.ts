/**
 * Fitted head: the frozen model, and the linear read-out of its states that fits all training rows
 * best, found by solving for it instead of by steps. scikit-learn's `LogisticRegression(C)` on the
 * same states, as embeddings are commonly judged.
 */

import * as z from "zod";
import { linear } from "../../operations/linear";
import { defineAnswerer, type TrainingRows } from "../answerer";
import { fitLogisticRegression, type LinearFit, unfinished } from "./logistic-regression";
import { presentLabels, UNSEEN } from "./present-labels";

const options = z.strictObject({
  penalty: z.number().min(1e-6).max(1e6).default(1).meta({
    title: "C",
    description:
      "How much the rows count against small weights, as scikit-learn's C: smaller is a stronger L2 penalty.",
  }),
  maxIterations: z.int().min(1).max(10_000).default(200).meta({
    title: "Most iterations",
    description: "Where it stops looking for the best fit; most take a few dozen. It says so if that was too early.",
  }),
});

type Options = z.infer<typeof options>;

const WEIGHT = "fitted weight";
const BIAS = "fitted bias";
export const fittedHead = defineAnswerer<Options>({
  id: "fitted-head",
  title: "Fitted head",
  summary: "The best linear read-out of the frozen model, solved for on all training rows in seconds, without a step",
  group: "control",
  site: "head",
  card: {
    trains:
      "A linear head, to its end and at once: every training row is read once, and the best weights are solved for. A level " +
      "line on the chart: what Head only tends to with unlimited steps, and what every adapter has to beat.",
    attaches: "Nowhere inside the model: it reads the state that a head would read (last token or mean).",
    costs: "classes · hidden size + classes parameters, one pass over the training rows, and seconds on the processor.",
    fails:
      "When what the task needs is not already laid out linearly in the model's last state, or there are few rows for so many " +
      "weights: then a smaller C does better.",
    paper: { title: "Linear probes (Alain and Bengio 2016)", url: "https://arxiv.org/abs/1610.01644" },
  },
  options: () => options,
  answers: {
    from: "rows",
    parameters: ({ width, classes }) => width * classes + classes,
    logits(program, _options, state, { classes }) {
      const weight = program.provided(WEIGHT, [classes, state.shape[1]!], "training rows");
      return linear(program, "logits", state, weight, { bias: program.provided(BIAS, [classes], "training rows") });
    },
    async tables({ penalty, maxIterations }, rows, { notice, goOn } = {}) {
      const { seen, labels } = presentLabels("Fitted head", rows.labels, rows.classes);
      const own = { ...rows, labels, classes: seen.length };
      const fit = await fitLogisticRegression(own, { c: penalty, maxIterations, goOn });
      if (!fit.converged) notice?.(unfinished(fit.iterations, maxIterations, "another read-out"));
      return amongAll(fit, seen, rows);
    },
  },
  exportForm: () => ({ type: "STUDIO", why: "its head was solved for, not trained." }),
});

/** The fit in float32, with a row for every label. */
function amongAll({ weight, bias }: LinearFit, seen: readonly number[], { width, classes }: TrainingRows) {
  const weights = new Float32Array(classes * width);
  const biases = new Float32Array(classes).fill(UNSEEN);
  seen.forEach((label, place) => {
    weights.set(weight.subarray(place * width, (place + 1) * width), label * width);
    biases[label] = bias[place]!;
  });
  return new Map([
    [WEIGHT, weights],
    [BIAS, biases],
  ]);
}
