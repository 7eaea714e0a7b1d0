/**
 * Writing a response to a prompt: the model's own head over its vocabulary, frozen, and loss on the
 * response alone.
 */

import { tokenLabels } from "../data/channels";
import { ownTokens } from "../operations/own-tokens";
import { withContextLoss } from "./context-loss";
import { languageLoss } from "./language-loss";
import { meanLossOf, type Task } from "./task";

export const causalLm: Task = {
  id: "causal-lm",
  title: "Language modelling",
  head: "vocabulary",
  peftType: "CAUSAL_LM",
  modelClass: "ForCausalLM",
  labels: tokenLabels,
  outputs: () => 0,
  recorded: () => ({ width: 1, predicted: true }),

  readOut(program, states, { languageHead }) {
    const { hidden, size, virtualTokens, tokens, context = [] } = states;
    const output = ownTokens(program, "own tokens", hidden, { batch: size, virtualTokens, tokens });
    const head = languageHead();
    if (context.length > 0) return withContextLoss(program, output, states, head, context);
    return { output, loss: languageLoss(output, head) };
  },

  measure(evaluation, examples) {
    let [right, count] = [0, 0];
    evaluation.outputs.forEach((predicted, row) => {
      examples[row]!.labels.forEach((label, place) => {
        if (label < 0) return;
        count++;
        if (predicted[place] === label) right++;
      });
    });
    return { perplexity: Math.exp(meanLossOf(evaluation, examples)), tokenAccuracy: right / Math.max(1, count) };
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
