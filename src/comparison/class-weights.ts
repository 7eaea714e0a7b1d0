/** A comparison's training rows with the weights of their labels, once for every division. */

import { weighRows } from "../data/class-weights";
import { formats } from "../data/formats/registry";
import type { DividedRows } from "../runs/rows";
import type { ComparisonSetup } from "./comparison-setup";

/**
 * The same comparison on weighted rows, where its training asks for weights: of every division by
 * its own training rows, so that no other row says how rare a label is. Validation and test rows
 * stay as they are.
 * @throws Error as `weighRows`
 */
export function withClassWeights(setup: ComparisonSetup): ComparisonSetup {
  const { data, divisions, training } = setup;
  const { classWeights = "off" } = training;
  if (classWeights === "off") return setup;
  const several = formats[data.task].answer === "labels";
  const weighed = <Rows extends DividedRows>(rows: Rows): Rows => ({
    ...rows,
    train: weighRows(rows.train, data.labels, classWeights, several),
  });
  return { ...setup, data: weighed(data), ...(divisions && { divisions: divisions.map((own) => weighed(own)) }) };
}
