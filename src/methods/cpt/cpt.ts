/**
 * CPT (Context-aware Prompt Tuning, Blau et al. 2024) as PEFT does it: labelled examples before the
 * input, as their frozen word embeddings E plus a trained change δ that starts at zero, is never
 * applied to label words and stays within ‖δ_i‖ ≤ ε·√(width / 2048). For language modelling the
 * loss is PEFT's, on the examples' labels too; PEFT has nothing else, here a trained head may also
 * read the input's last state, and the loss is on its label alone.
 */

import * as z from "zod";
import { add } from "../../operations/add";
import { scaleColumns } from "../../operations/scale-columns";
import { view } from "../../operations/view";
import { defineMethod } from "../method";
import { keepNear, wordChange } from "../near-words";
import { words } from "../words";
import { contextLabels } from "./token-types";

const options = z.strictObject({
  text: z
    .string()
    .min(1, "is empty; write at least one example")
    .default("A warm and funny film. = [positive] Dull from start to end. = [negative]")
    .meta({
      title: "Labelled examples",
      description: "What stands before every input. Words in [brackets] are labels: they stay exactly as they are.",
      format: "examples",
    }),
  epsilon: z.number().min(0).max(100).default(0.1).meta({
    title: "Epsilon",
    description: "How far every word may move from its embedding: epsilon · √(model width / 2048). 0: not at all.",
  }),
  decay: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .meta({
      title: "Decay of the examples' loss",
      description:
        "Language modelling also learns the examples' labels: the last one counts this much, the one before it this much again less. " +
        "0: none of them; 1: all as much as the answer. With another task there is no such loss.",
    }),
});

export const cpt = defineMethod<z.infer<typeof options>>({
  id: "cpt",
  title: "CPT",
  summary: "Labelled examples before the input, whose words may move a little",
  group: "soft prompt",
  site: "input",
  learningRate: 1e-3,
  weightDecay: 0,
  card: {
    trains: "A change of the examples' word embeddings, kept small by projection after every step, and the head.",
    attaches: "The examples stand before every input; label words are locked.",
    costs: "example tokens · hidden size parameters; every block computes the examples' positions too.",
    fails:
      "When the examples mislead the model, or fill the context. The paper's loss on the examples' own labels is there for " +
      "language modelling alone: with any other task this is prompt tuning in a ball around the examples' words, and a " +
      "trained head answers.",
    equals:
      "With epsilon 0 it is hard text whose words are labelled examples: in-context learning for language modelling, a " +
      "trained head behind examples otherwise. Without the limit it is prompt tuning started from that text, but for the " +
      "locked label words.",
    paper: { title: "Context-aware Prompt Tuning (Blau et al. 2024)", url: "https://arxiv.org/abs/2410.17222" },
  },
  options: () => options,
  text: ({ text }) => text,
  textForm: () => ({ control: "none", length: null, lockBrackets: true }),
  attach(program, { decay }, context) {
    const { textIds, lockedIds = [], config } = context;
    const [tokens, width] = [textIds.length, config.hiddenSize];
    const delta = wordChange(program, tokens, width);
    const free = program.constant(`free words ${lockedIds.map(Number).join("")}`, [tokens * width], () =>
      Float32Array.from({ length: tokens * width }, (_, cell) => (lockedIds[Math.floor(cell / width)] ? 0 : 1)),
    );
    const flat = view(program, "change by word", delta, [1, tokens * width]);
    const change = view(program, "change", scaleColumns(program, "free change", flat, free), [tokens, width]);
    return {
      prompt: add(program, "prompt", words(program, "examples", textIds, context), change),
      promptLabels: contextLabels(textIds, lockedIds, decay),
    };
  },
  controller: (program, { epsilon }, { steps }) => keepNear(program, epsilon, steps),
  exportForm: ({ epsilon, decay }) => ({ type: "CPT", origin: "folded", epsilon, decay }),
});
