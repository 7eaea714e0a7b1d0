/**
 * Zero-shot hard prompt: words around every input, and the frozen language model's own
 * probabilities of the labels' words as the next token, divided by what it says of texts that say
 * nothing. With examples it is few-shot: in-context learning. Nothing is trained. Source: Schick &
 * Schütze 2021 (pattern and verbaliser), Brown et al. 2020, Zhao et al. 2021 (contextual
 * calibration), Holtzman et al. 2021 (PMI).
 */

import * as z from "zod";
import { activation } from "../../operations/activation";
import { embed } from "../../operations/embed";
import { linear } from "../../operations/linear";
import { scaleColumns } from "../../operations/scale-columns";
import { view } from "../../operations/view";
import type { Program } from "../../program/program";
import type { Tensor } from "../../program/tensor";
import { defineAnswerer, LABEL_PRIOR } from "../answerer";
import type { MethodContext } from "../method";
import { words } from "../words";
import { drawnExamples } from "./examples";
import { answerTokens, cutWords, gapAfter, readVerbaliser } from "./verbaliser";

const PLACE = "{text}";

const options = z.strictObject({
  template: z
    .string()
    .refine((template) => template.split(PLACE).length === 2, `must have ${PLACE} once, the place of a row's text`)
    .default(`${PLACE}\nThe sentiment is`)
    .meta({
      title: "Prompt",
      description: `What the model reads: ${PLACE} is the row's text. It should end where a label's word comes next.`,
      format: "lines",
    }),
  words: z
    .string()
    .default("")
    .meta({
      title: "Words",
      description:
        "What is said for each label: label: word, word; label: word. Labels left out are said by their own names. Only the " +
        "first token of a word counts.",
      format: "lines",
    }),
  examples: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .meta({
      title: "Examples",
      description:
        "Few-shot: so many training rows stand before every text, in the same prompt and with their answers, the labels by " +
        "turns. The seed draws them, so several seeds show how much hangs on which they are.",
    }),
  normalise: z
    .enum(["content-free", "pmi", "none"])
    .default("content-free")
    .meta({
      title: "Normalised by",
      description:
        "A model says some words more often than others, whatever the text. content-free: what it says of “N/A”, “[MASK]” " +
        "and an empty text is divided out (contextual calibration). pmi: what it says of the prompt alone. none: nothing is.",
    }),
});

/** Zhao et al. 2021; Holtzman et al. 2021. */
const EMPTY_TEXTS: Record<Options["normalise"], readonly string[]> = {
  "content-free": ["N/A", "[MASK]", ""],
  pmi: [""],
  none: [],
};

type Options = z.infer<typeof options>;

const around = ({ template }: Options) => template.split(PLACE) as [string, string];

export const zeroShot = defineAnswerer<Options>({
  id: "zero-shot",
  title: "Zero-shot prompt",
  summary:
    "A prompt around the text, with examples before it or none, and the label whose word the frozen model would say " +
    "next; nothing is trained",
  group: "control",
  site: "input",
  card: {
    trains: "Nothing: it is what the frozen model says by itself, and a level line on the chart.",
    attaches: "The prompt's words come before and after every input; the model's own head over its vocabulary answers.",
    costs: "No parameters; every block computes the prompt's positions too.",
    fails:
      "When the model is too small to follow the prompt, or its words for the labels are rare; try other words. Its loss is " +
      "over the named words alone, so it is not drawn beside trained losses.",
    paper: {
      title: "Exploiting Cloze Questions (Schick and Schütze 2021)",
      url: "https://arxiv.org/abs/2001.07676",
    },
  },
  options: () => options,
  text: (chosen) => around(chosen)[0] || null,
  withRows(chosen, rows, labels, draw) {
    const { template, examples: count } = chosen;
    if (count === 0) return chosen;
    // Where its own place stands in a text, the row's could not be told from it.
    const usable = rows().filter(({ text }) => !text.includes(PLACE));
    const shown = drawnExamples(usable, count, draw);
    if (shown.length < count) {
      throw new Error(
        `Examples: ${count} are asked for, and ${shown.length} training ${shown.length === 1 ? "row has" : "rows have"} a text and a label to show.`,
      );
    }
    const said = readVerbaliser(chosen.words, labels);
    const answered = shown.map(({ text, label }) => {
      const asked = around(chosen).join(text);
      return asked + gapAfter(asked) + said[labels.indexOf(label)]![0]!;
    });
    return { ...chosen, template: [...answered, template].join("\n\n"), examples: 0 };
  },
  attach(program, chosen, context) {
    const after = encodeIn(context)(around(chosen)[1]);
    return {
      ...(context.textIds.length > 0 && { prompt: words(program, "prompt", context.textIds, context) }),
      ...(after.length > 0 && { suffix: words(program, "words after", after, context), suffixIds: after }),
    };
  },
  answers: {
    from: "words",
    emptyTexts: ({ normalise }) => EMPTY_TEXTS[normalise],
    notices(chosen, context) {
      const { labels = [] } = context;
      const cut = cutWords(readVerbaliser(chosen.words, labels), around(chosen)[1], encodeIn(context));
      if (cut.length === 0) return [];
      const named = cut.map(({ word, tokens }) => `“${word}” (${tokens})`).join(", ");
      return [
        `${cut.length === 1 ? "This word is" : "These words are"} several tokens for this model, of which only the first ` +
          `counts: ${named}. Words of one token say more surely what is meant.`,
      ];
    },
    logits(program, chosen, context, state, { weight, bias, cap }) {
      const { labels = [] } = context;
      const said = readVerbaliser(chosen.words, labels);
      const tokens = answerTokens(said, labels, around(chosen)[1], encodeIn(context));
      const ids = tokens.flat();
      const constant = program.constant(
        `answer ids ${ids.join(" ")}`,
        [ids.length],
        () => Int32Array.from(ids),
        "int32",
      );
      const rows = embed(program, "answer rows", constant, weight);
      const shift =
        bias && embed(program, "answer biases", constant, view(program, "biases", bias, [bias.shape[0]!, 1]));
      const own = shift && view(program, "answer bias", shift, [ids.length]);
      const logits = linear(program, "answers", state, rows, { ...(own && { bias: own }) });
      const bent = cap === undefined ? logits : softCap(program, logits, cap);
      const away =
        chosen.normalise === "none" ? undefined : program.provided(LABEL_PRIOR, [labels.length], "empty texts");
      return linear(program, "logits", bent, means(program, tokens), { bias: away });
    },
  },
  exportForm: () => ({ type: "STUDIO", why: "nothing was trained; run.json has the prompt and the words." }),
});

function encodeIn({ encode }: MethodContext): (text: string) => readonly number[] {
  if (!encode) throw new Error("A zero-shot prompt needs the model's tokenizer.");
  return encode;
}

/** A label's logit is the mean over its words: [labels, words]. */
function means(program: Program, tokens: readonly (readonly number[])[]): Tensor {
  const counts = tokens.map(({ length }) => length);
  const width = counts.reduce((sum, count) => sum + count, 0);
  return program.constant(`means of ${counts.join(" ")}`, [tokens.length, width], () => {
    const values = new Float32Array(tokens.length * width);
    let start = 0;
    for (const [label, count] of counts.entries()) {
      values.fill(1 / count, label * width + start, label * width + start + count);
      start += count;
    }
    return values;
  });
}

/** cap · tanh(x / cap), as Gemma 2 does with its logits. */
function softCap(program: Program, x: Tensor, cap: number): Tensor {
  const width = x.shape[1]!;
  const column = (name: string, value: number) =>
    program.constant(`${name} of ${width}`, [width], () => new Float32Array(width).fill(value));
  const inner = scaleColumns(program, "answers under the cap", x, column(`1 / ${cap}`, 1 / cap));
  return scaleColumns(
    program,
    "capped answers",
    activation(program, "bent answers", inner, "tanh"),
    column(`${cap}`, cap),
  );
}
