/**
 * Two sentences: does the second follow from the first, contradict it, or neither? Written by hand
 * in fours: a premise, and one sentence of each kind. So that the second sentence alone does not
 * give its label away, some contradictions stand the other way round, and some sentences that
 * follow from one premise stand behind another, where they do not.
 */

import { Draw, readBlocks } from "../text.mjs";

const LABELS = { "+": "entailment", "?": "neutral", "-": "contradiction" };
/**
 * One in so many fours has a contradiction turned round, and one has a sentence that belongs to the
 * four before it.
 */
const TURNED = 2;

export const entailment = {
  file: "entailment.csv",
  title: "What follows",
  description: "Two sentences: does the second follow from the first, contradict it, or neither?",
  task: "sequence-classification",
  rows() {
    const fours = readBlocks("entailment").map(([premise, ...others]) => ({
      premise,
      ...Object.fromEntries(others.map((line) => [LABELS[line[0]], line.slice(2)])),
    }));
    const rows = fours.flatMap((four, place) => {
      const { premise } = four;
      const own = Object.values(LABELS).map((label) => ({ premise, hypothesis: four[label], label }));
      if (place % TURNED === 0) own.push({ premise: four.contradiction, hypothesis: premise, label: "contradiction" });
      else own.push({ premise, hypothesis: fours[place - 1].entailment, label: "neutral" });
      return own;
    });
    return new Draw("entailment").shuffle(rows);
  },
};
