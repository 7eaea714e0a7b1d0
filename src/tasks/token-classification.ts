/** A tag for every word: the first token of a word carries it, and entities are what is counted. */

import { tokenLabels } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import { classLoss, tokenHead } from "./heads";
import { argmax } from "./metrics/classification";
import { entityScores, matchEntities } from "./metrics/entities";
import type { Evaluation, Task } from "./task";

export const tokenClassification: Task = {
  id: "token-classification",
  title: "Token classification",
  head: "own",
  peftType: "TOKEN_CLS",
  modelClass: "ForTokenClassification",
  labels: tokenLabels,
  outputs: (labels) => labels,
  recorded: (labels) => ({ width: labels, predicted: false }),

  readOut(program, states, options) {
    const output = tokenHead(program, states, options);
    return { output, loss: classLoss(output) };
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

  /**
   * F1 is twice the right entities over the true and the claimed ones together, which every row has
   * its own number of.
   */
  drawn(evaluation, examples, labels) {
    const { truth, predicted } = tagSequences(evaluation, examples, labels);
    const counts = truth.map((tags, row) => {
      const { real, claimed, right } = matchEntities(tags, predicted[row]!);
      return { right: right.length, all: real.length + claimed.length };
    });
    return (rows) => {
      let [right, all] = [0, 0];
      for (const row of rows) {
        right += counts[row]!.right;
        all += counts[row]!.all;
      }
      return all ? (2 * right) / all : 0;
    };
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
