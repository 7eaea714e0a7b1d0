/** A tag for every word: the first token of a word carries it, and entities are what is counted. */

import { labelWeights, tokenLabels } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import { classLoss, classWeighing, tokenHead } from "./heads";
import { argmax } from "./metrics/classification";
import { drawnQuotient } from "./metrics/drawn";
import { entityScores, matchEntities } from "./metrics/entities";
import { type Evaluation, missingMetric, type Task } from "./task";

export const tokenClassification: Task = {
  id: "token-classification",
  title: "Token classification",
  head: "own",
  peftType: "TOKEN_CLS",
  modelClass: "ForTokenClassification",
  labels: tokenLabels,
  weights: () => labelWeights(tokenLabels),
  outputs: (labels) => labels,
  recorded: (labels) => ({ width: labels, predicted: false }),

  readOut(program, states, options) {
    const output = tokenHead(program, states, options);
    return { output, loss: classLoss(output, classWeighing(options, states)) };
  },

  /** Over entities; `accuracy` is over words. */
  measure(evaluation, examples, labels) {
    const { truth, predicted } = tagSequences(evaluation, examples, labels);
    const { precision, recall, f1 } = entityScores(truth, predicted).overall;
    const words = truth.flat();
    const said = predicted.flat();
    const right = words.filter((tag, index) => tag === said[index]).length;
    return { f1, precision, recall, accuracy: right / Math.max(1, words.length) };
  },

  drawn(metric, evaluation, examples, labels) {
    const { truth, predicted } = tagSequences(evaluation, examples, labels);
    if (metric === "accuracy") {
      const right = truth.map((tags, row) => tags.filter((tag, place) => tag === predicted[row]![place]).length);
      return drawnQuotient(
        right,
        truth.map(({ length }) => length),
      );
    }
    const rows = truth.map((tags, row) => {
      const { real, claimed, right } = matchEntities(tags, predicted[row]!);
      return { support: real.length, claimed: claimed.length, right: right.length };
    });
    const right = rows.map((row) => row.right);
    switch (metric) {
      case "f1":
        // Twice the right entities over the true and the claimed ones together.
        return drawnQuotient(
          right,
          rows.map(({ support, claimed }) => (support + claimed) / 2),
        );
      case "precision":
        return drawnQuotient(
          right,
          rows.map(({ claimed }) => claimed),
        );
      case "recall":
        return drawnQuotient(
          right,
          rows.map(({ support }) => support),
        );
      default:
        return missingMetric(this, metric);
    }
  },

  metricsNote: "F1, precision and recall count whole entities; accuracy counts words.",
  figures(evaluation, examples, labels) {
    const { truth, predicted } = tagSequences(evaluation, examples, labels);
    const rows = entityScores(truth, predicted).perType.map(({ type, ...metrics }) => ({ label: type, ...metrics }));
    return { perClass: { title: "Entity", counted: "True entities", rows } };
  },

  truth: "True tags",
  describe({ example, output, labels }) {
    const { truth, predicted } = tagSequences({ outputs: [output], losses: [] }, [example], labels);
    return { label: truth[0]!.join(" "), predicted: predicted[0]!.join(" "), probability: null };
  },
  say({ outputs, labels, row, words }) {
    const places = [...row.labels.keys()].filter((place) => row.labels[place]! >= 0);
    const tags = places.map((place) => labels[argmax(outputs, place * labels.length, labels.length)]!);
    return { answer: "tags", words: words.slice(0, tags.length), tags };
  },

  card: () => ({
    what: "A model that gives every word a tag",
    pipeline: "token-classification",
    loss: "loss (nats)",
    asks: "words",
  }),
};

/** The true and the predicted tags of every row's labelled words. */
function tagSequences(
  { outputs }: Evaluation,
  examples: readonly Pick<TokenizedExample, "labels">[],
  labels: readonly string[],
): { truth: string[][]; predicted: string[][] } {
  const places = examples.map((example) => [...example.labels.keys()].filter((token) => example.labels[token]! >= 0));
  return {
    truth: places.map((tokens, row) => tokens.map((token) => labels[examples[row]!.labels[token]!]!)),
    predicted: places.map((tokens, row) =>
      tokens.map((token) => labels[argmax(outputs[row]!, token * labels.length, labels.length)]!),
    ),
  };
}
