/**
 * Writing a response to a prompt: the model's own head over its vocabulary, frozen, and loss on the
 * response alone.
 */

import { tokenLabels } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import { ownTokens } from "../operations/own-tokens";
import { withContextLoss } from "./context-loss";
import { languageLoss } from "./language-loss";
import { drawnQuotient } from "./metrics/drawn";
import { labelWeightsIn } from "./shares";
import { type Evaluation, meanLossOf, missingMetric, rowLosses, type Task } from "./task";

export const causalLm: Task = {
  id: "causal-lm",
  title: "Language modelling",
  head: "vocabulary",
  peftType: "CAUSAL_LM",
  modelClass: "ForCausalLM",
  labels: tokenLabels,
  outputs: () => 0,
  recorded: () => ({ width: 1, predicted: true }),
  replaceable: "answers",

  readOut(program, states, { languageHead, weighted, pruning, attention }) {
    const { hidden, size, virtualTokens, tokens, context = [] } = states;
    const output = ownTokens(program, "own tokens", hidden, { batch: size, virtualTokens, tokens });
    const head = languageHead();
    const weights = labelWeightsIn(weighted);
    if (context.length > 0) return withContextLoss(program, output, states, head, context, weights);
    const pruned = pruning && { pruning, batch: size, attention };
    return { output, loss: languageLoss(output, head, { weights, pruned }) };
  },

  measure(evaluation, examples) {
    const right = rightTokens(evaluation, examples).reduce((sum, count) => sum + count, 0);
    const count = rowLosses(evaluation, examples).reduce((sum, { labels }) => sum + labels, 0);
    return { perplexity: Math.exp(meanLossOf(evaluation, examples)), tokenAccuracy: right / Math.max(1, count) };
  },

  drawn(metric, evaluation, examples) {
    const rows = rowLosses(evaluation, examples);
    const labels = rows.map((row) => row.labels);
    switch (metric) {
      case "perplexity":
        return drawnQuotient(
          rows.map(({ sum }) => sum),
          labels,
          { finish: Math.exp, empty: Number.NaN },
        );
      case "tokenAccuracy":
        return drawnQuotient(rightTokens(evaluation, examples), labels);
      default:
        return missingMetric(this, metric);
    }
  },

  figures: () => ({}),

  truth: "Response",
  describe({ example, output, decode }) {
    const places = [...example.labels.keys()].filter((place) => example.labels[place]! >= 0);
    return {
      label: decode(places.map((place) => example.labels[place]!)),
      predicted: decode(places.map((place) => output[place]!)),
      probability: null,
    };
  },

  card: () => ({
    what: "A language model",
    pipeline: "text-generation",
    loss: "loss (nats)",
    asks: "text",
  }),
};

/** How many of every row's labelled tokens are predicted. */
function rightTokens({ outputs }: Evaluation, examples: readonly TokenizedExample[]): number[] {
  return outputs.map(
    (predicted, row) => examples[row]!.labels.filter((label, place) => label >= 0 && predicted[place] === label).length,
  );
}
