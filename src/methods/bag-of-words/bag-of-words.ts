/**
 * Bag of words: which words and pieces of words a text has, and a linear classifier of them. No
 * language model is asked. scikit-learn's `TfidfVectorizer` for words and one for characters, side
 * by side, and its `LogisticRegression(C)`; one for each label where a row may have several, and
 * `Ridge(1 / C)` for numbers.
 */

import * as z from "zod";
import { defineAnswerer, type FitWork, type TextReader, type TextRows } from "../answerer";
import { solveLogisticRegression, unfinished } from "../fitted-head/logistic-regression";
import { presentLabels, UNSEEN } from "../fitted-head/present-labels";
import { fitRidge } from "./ridge-regression";
import { sparseMatrix } from "./sparse-rows";
import { characterRuns, learnTerms, type TermWeights, weighTexts, weighTrainingTexts, wordRuns } from "./tf-idf";

const options = z.strictObject({
  reads: z
    .enum(["words", "characters", "both"])
    .default("both")
    .meta({
      title: "Reads",
      description:
        "words: whole words of two characters and more. characters: runs of three to five characters inside of words, which " +
        "endings and misspelt words share.",
    }),
  wordRun: z.int().min(1).max(5).default(2).meta({
    title: "Longest run of words",
    description: "With 2, pairs of neighbouring words count as well as single words.",
  }),
  fewestRows: z.int().min(1).max(1000).default(1).meta({
    title: "Fewest rows",
    description: "Words and pieces that fewer training rows have are left out.",
  }),
  mostTerms: z.int().min(1).max(100_000).default(10_000).meta({
    title: "Most terms",
    description: "Of words, and of pieces, the most frequent so many are kept.",
  }),
  sublinear: z.boolean().default(false).meta({
    title: "Damped counts",
    description: "Count 1 + ln(times) in place of how often a word stands in a text.",
  }),
  penalty: z.number().min(1e-6).max(1e6).default(1).meta({
    title: "C",
    description:
      "How much the rows count against small weights, as scikit-learn's C: smaller is a stronger L2 penalty.",
  }),
  maxIterations: z.int().min(1).max(10_000).default(1000).meta({
    title: "Most iterations",
    description: "Where it stops looking for the best fit. It says so if that was too early.",
  }),
});

type Options = z.infer<typeof options>;

/** Shortest and longest runs of characters. */
const CHARACTERS = [3, 5] as const;
/** Of changes that the curvature is read from: each is as large as all weights. */
const MEMORY = 10;

export const bagOfWords = defineAnswerer<Options>({
  id: "bag-of-words",
  title: "Bag of words",
  summary: "A linear classifier of which words a text has, without any language model; solved for, not trained",
  group: "control",
  site: "head",
  mainOptions: ["reads", "wordRun", "penalty"],
  card: {
    trains:
      "A weight for every word and piece of a word (TF-IDF) and label, to its end and at once. A level line on the chart: " +
      "what the task needs no language model for.",
    attaches: "Nowhere: it reads the whole text, of a pair both texts as one, and the model is never asked.",
    costs:
      "labels · (words and pieces + 1) parameters, no memory of the device, and seconds on the processor; all training rows " +
      "are used.",
    fails:
      "When the order of words decides (not good, but cheap), or a text's words stand in no training row. It knows no word " +
      "that it has not seen.",
    paper: null,
  },
  options: () => options,
  answers: {
    from: "texts",
    fit: learn,
    mostParameters: ({ reads, mostTerms }, outputs) => outputs * ((reads === "both" ? 2 : 1) * mostTerms + 1),
  },
  exportForm: () => ({ type: "STUDIO", why: "it is a list of words with weights, and no part of the model." }),
});

/**
 * Fitted with the usual options, but for those given. Rejects with an Error where there is nothing
 * to be learned.
 */
export const fitBagOfWords = (rows: TextRows, given: Partial<Options> = {}): Promise<TextReader> =>
  learn({ ...options.parse({}), ...given }, rows);

async function learn(chosen: Options, rows: TextRows, { notice, goOn }: FitWork = {}): Promise<TextReader> {
  const { reads, wordRun, fewestRows: fewestTexts, mostTerms, sublinear } = chosen;
  const cuts = [
    ...(reads === "characters" ? [] : [wordRuns(wordRun)]),
    ...(reads === "words" ? [] : [characterRuns(...CHARACTERS)]),
  ];
  const kinds: TermWeights[] = [];
  for (const cut of cuts) kinds.push(await learnTerms(rows.texts, cut, { fewestTexts, mostTerms, sublinear }, goOn));
  const weighed = await weighTrainingTexts(rows.texts, kinds, goOn);
  const { width } = weighed;
  if (width === 0) {
    throw new Error(
      `Bag of words: no word is in ${fewestTexts} of the ${rows.texts.length} training rows. Ask for fewer rows, or read ` +
        "characters.",
    );
  }
  const { weight, bias, converged, iterations } = await fitTo(rows, sparseMatrix(weighed), chosen, goOn);
  if (!converged) notice?.(unfinished(iterations, chosen.maxIterations, "other weights"));
  const fitted = weight.length + bias.length;
  notice?.(
    `It weighs ${width.toLocaleString("en")} words and pieces of words: ${fitted.toLocaleString("en")} numbers fitted to ` +
      `${rows.texts.length.toLocaleString("en")} training rows. The language model is not asked.`,
  );
  return (texts) => {
    const matrix = sparseMatrix(weighTexts(texts, kinds));
    const said = new Float32Array(texts.length * bias.length);
    for (let row = 0; row < texts.length; row++) {
      const own = bias.slice();
      matrix.multiply(row, weight, own);
      said.set(own, row * bias.length);
    }
    return said;
  };
}

/** Weights [width, outputs] and biases, by what is answered. */
async function fitTo(
  rows: TextRows,
  matrix: ReturnType<typeof sparseMatrix>,
  { penalty: c, maxIterations }: Options,
  goOn: FitWork["goOn"],
) {
  const how = { c, maxIterations, memory: MEMORY, goOn };
  const { outputs, values } = rows;
  if (rows.answer === "number") return fitRidge(matrix, { numbers: values, weights: rows.weights }, how);
  const weight = new Float64Array(matrix.width * outputs);
  const bias = new Float64Array(outputs).fill(UNSEEN);
  /** Of a fit that was not found: the fewest. */
  let [converged, iterations] = [true, maxIterations];
  if (rows.answer === "label") {
    const { seen, labels } = presentLabels("Bag of words", rows.labels, outputs);
    const fit = await solveLogisticRegression(matrix, { labels, classes: seen.length, weights: rows.weights }, how);
    fit.weight.forEach((value, index) => {
      weight[Math.floor(index / seen.length) * outputs + seen[index % seen.length]!] = value;
    });
    for (const [place, label] of seen.entries()) bias[label] = fit.bias[place]!;
    return { ...fit, weight, bias };
  }
  for (let output = 0; output < outputs; output++) {
    const labels = Int32Array.from({ length: matrix.rows }, (_, row) => values[row * outputs + output]!);
    const [first] = labels;
    if (labels.every((label) => label === first)) {
      if (first === 1) bias[output] = -UNSEEN;
      continue;
    }
    const positive = rows.positiveWeights?.[output] ?? 1;
    const weights = Float32Array.from(
      labels,
      (label, row) => (label === 1 ? positive : 1) * (rows.weights?.[row] ?? 1),
    );
    const fit = await solveLogisticRegression(matrix, { labels, classes: 2, weights }, how);
    for (let column = 0; column < matrix.width; column++) {
      weight[column * outputs + output] = fit.weight[2 * column + 1]! - fit.weight[2 * column]!;
    }
    bias[output] = fit.bias[1]! - fit.bias[0]!;
    converged &&= fit.converged;
    if (!fit.converged) iterations = Math.min(iterations, fit.iterations);
  }
  return { weight, bias, converged, iterations };
}
