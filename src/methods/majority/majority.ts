/**
 * Majority: what most training rows have, whatever the text says. scikit-learn's
 * `DummyClassifier(strategy="prior")`, and `DummyRegressor()` for numbers.
 */

import * as z from "zod";
import { defineAnswerer, type TextReader, type TextRows } from "../answerer";

const options = z.strictObject({});

/** Chances are kept this far from 0 and 1: a label without a row would cost the loss ∞. */
const SURE = Math.exp(-16);

export const majority = defineAnswerer<z.infer<typeof options>>({
  id: "majority",
  title: "Majority",
  summary: "Always the label that most training rows have; nothing is read or trained",
  group: "control",
  site: "head",
  card: {
    trains: "Nothing: it counts the training rows' labels. A level line on the chart.",
    attaches: "Nowhere: neither the text nor the model is asked.",
    costs: "No parameters and no time.",
    fails:
      "Always, as a way to answer: what does no better has learned nothing. Of numbers it says their mean, and of several " +
      "labels those that at least half of the rows have.",
    paper: null,
  },
  options: () => options,
  answers: { from: "texts", same: true, fit: async (_options, rows) => sayAlways(usual(rows)) },
  exportForm: () => ({ type: "STUDIO", why: "nothing was trained; it says the same of every text." }),
});

/** What is said of every text: logits whose chances are the shares of rows, or the mean. */
function usual({ answer, outputs, labels, values }: TextRows): number[] {
  const rows = answer === "label" ? labels.length : values.length / outputs;
  const sums = Array.from({ length: outputs }, () => 0);
  if (answer === "label") for (const label of labels) sums[label]!++;
  else for (const [index, value] of values.entries()) sums[index % outputs]! += value;
  const means = sums.map((sum) => sum / rows);
  switch (answer) {
    case "label":
      return means.map((share) => Math.log(Math.max(share, SURE)));
    case "labels":
      return means.map((share) => {
        const kept = Math.min(Math.max(share, SURE), 1 - SURE);
        return Math.log(kept / (1 - kept));
      });
    case "number":
      return means;
  }
}

const sayAlways =
  (said: readonly number[]): TextReader =>
  (texts) =>
    Float32Array.from({ length: texts.length * said.length }, (_, place) => said[place % said.length]!);
