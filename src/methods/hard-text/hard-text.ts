/**
 * Hard text + head: the text's own word embeddings before the input, untrained, and a trained
 * read-out.
 */

import * as z from "zod";
import { defineMethod } from "../method";
import { textOption } from "../options";
import { words } from "../words";

const options = z.strictObject({
  text: textOption("Words that are put before every input, as if a person had typed them."),
});

export const hardText = defineMethod<z.infer<typeof options>>({
  id: "hard-text",
  title: "Hard text + head",
  summary: "The words themselves before every input; only the read-out is trained",
  group: "control",
  site: "head",
  learningRate: 1e-3,
  headOnly: true,
  card: {
    trains: "The head: one linear layer on the pooled state.",
    attaches: "Nowhere: the text enters the model as ordinary tokens.",
    costs: "classes · hidden size parameters; every block computes the text's positions too.",
    fails: "When the model does not understand the text; it is what SK-Prefix is at step 0.",
    equals:
      "A frozen text before the input is, in a causal model, SK-Prefix and SK-Prompt (depth 0) before any training.",
    paper: null,
  },
  options: () => options,
  text: ({ text }) => text,
  attach: (program, _options, context) => ({ prompt: words(program, "prompt", context.textIds, context) }),
  exportForm: () => ({ type: "PROMPT_TUNING", origin: "trained" }),
});
