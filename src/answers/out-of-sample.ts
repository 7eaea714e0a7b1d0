/**
 * What a bag of words says of rows that it has not learned: the rows in folds, each answered by a
 * fit to the others. It asks no language model, so it is there before any training. Not for runs,
 * which have validation and test rows for that.
 */

import { createBreather } from "../data/breathe";
import type { Example } from "../data/examples";
import { assignParts, inputsOf } from "../data/parts";
import { Random } from "../data/random";
import type { TextRows } from "../methods/answerer";
import { fitBagOfWords } from "../methods/bag-of-words/bag-of-words";

/** Each fit learns four fifths of the rows. */
export const FOLDS = 5;
/** Of each fit: on the sample of questions the suspects are those of a fit to its end. */
const ITERATIONS = 15;

export interface SampledRows {
  readonly examples: readonly Example[];
  /** One label for each row, or any number of them in its values. */
  readonly answer: "label" | "labels";
  readonly labels: readonly string[];
  labelsOf(example: Example): Iterable<number>;
  /** Of the folds. */
  readonly seed: number;
}

/**
 * Logits [rows, labels] of every row. Rows with the same text, or of one group, are in one fold,
 * and labels have their share in each.
 * @param progress called with the folds that are done
 * @throws DataError where there are fewer different texts than folds; Error where the rows of all
 * other folds have one label only
 */
export async function answerOutOfSample(
  { examples, answer, labels, labelsOf, seed }: SampledRows,
  progress: (done: number, total: number) => void,
): Promise<Float32Array> {
  const random = new Random(seed, "label errors");
  const inputOf = inputsOf(examples);
  const fold = assignParts(examples, new Array<number>(FOLDS).fill(1 / FOLDS), {
    random,
    labelsOf,
    keysOf: (example) => [inputOf(example)],
  });
  const said = new Float32Array(examples.length * labels.length);
  const breathe = createBreather(undefined, 0);
  for (let held = 0; held < FOLDS; held++) {
    progress(held, FOLDS);
    await breathe();
    const places = [...examples.keys()].filter((place) => fold[place] === held);
    const read = await fitBagOfWords(
      textRowsOf(
        examples.filter((_, place) => fold[place] !== held),
        answer,
        labels.length,
      ),
      { maxIterations: ITERATIONS },
    );
    const own = read(places.map((place) => wholeText(examples[place]!)));
    for (const [index, place] of places.entries()) {
      said.set(own.subarray(index * labels.length, (index + 1) * labels.length), place * labels.length);
    }
  }
  progress(FOLDS, FOLDS);
  return said;
}

const wholeText = ({ text, textPair }: Example) => (textPair === null ? text : `${text} ${textPair}`);

function textRowsOf(examples: readonly Example[], answer: SampledRows["answer"], outputs: number): TextRows {
  const values = new Float32Array(answer === "labels" ? examples.length * outputs : 0);
  if (answer === "labels") for (const [row, example] of examples.entries()) values.set(example.values!, row * outputs);
  return {
    texts: examples.map(wholeText),
    ...{ answer, outputs, values },
    labels: Int32Array.from(examples, ({ label }) => label),
  };
}
