/**
 * Word-level augmentation: EDA (Wei and Zou 2019) without its synonyms, since no thesaurus is
 * shipped. Words that are put in are those of the training rows.
 */

import * as z from "zod";
import type { Example } from "../examples";
import type { Random } from "../random";
import { defineTransform } from "./transform";

const OPERATIONS = ["swap", "delete", "insert"] as const;
type Operation = (typeof OPERATIONS)[number];

/** Draws for each copy until it differs from its row and from the other copies. */
const TRIES = 5;

export const augmentWords = defineTransform({
  title: "Augment words",
  summary:
    "Beside every row stand copies of its text with words swapped, deleted, or put in from the training rows' own " +
    "words (EDA, Wei and Zou 2019, without its synonyms); the answer stays.",
  suits: (answer) => answer !== "tags",
  schema: z.strictObject({
    do: z.literal("augment-words"),
    copies: z.int().min(1).max(16).default(4).meta({ title: "Copies of each row", description: "" }),
    rate: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.1)
      .meta({ title: "Share of words", description: "Of a text's words, one at least. In the paper 0.05 to 0.1." }),
    operations: z
      .array(z.enum(OPERATIONS))
      .min(1)
      .default([...OPERATIONS])
      .meta({ title: "What is done", description: "One of these for each copy, drawn with the seed." }),
  }),
  apply({ copies, rate, operations }, { examples }, random) {
    if (examples.some(({ messages }) => messages !== undefined)) throw new Error("the rows are conversations");
    const vocabulary = [...new Set(examples.flatMap(({ text, textPair }) => wordsOf(`${text} ${textPair ?? ""}`)))];
    if (vocabulary.length === 0) throw new Error("the rows have no prompt whose words could be changed");
    const change = (text: string) => {
      const operation = operations[random.integer(operations.length)]!;
      return changed(wordsOf(text), operation, rate, vocabulary, random).join(" ");
    };
    return examples.flatMap((example) => {
      const known = new Set([keyOf(example)]);
      const made: Example[] = [];
      for (let left = copies * TRIES; left > 0 && made.length < copies; left--) {
        const { text, textPair } = example;
        const copy = { ...example, text: change(text), textPair: textPair === null ? null : change(textPair) };
        if (known.has(keyOf(copy))) continue;
        known.add(keyOf(copy));
        made.push(copy);
      }
      return [example, ...made];
    });
  },
});

const wordsOf = (text: string) => text.match(/\S+/g) ?? [];

const keyOf = ({ text, textPair }: Example) => JSON.stringify([wordsOf(text), textPair && wordsOf(textPair)]);

/**
 * As EDA's release: n = max(1, ⌊rate · words⌋) swaps of two places, or words put in at random
 * places; or every word deleted with the chance `rate`, where one at least stays. A text of one
 * word stays, but for words that are put in.
 */
export function changed(
  words: readonly string[],
  operation: Operation,
  rate: number,
  vocabulary: readonly string[],
  random: Random,
): string[] {
  const result = [...words];
  const times = Math.max(1, Math.floor(rate * words.length));
  if (words.length === 0 || (words.length === 1 && operation !== "insert")) return result;
  if (operation === "delete") {
    const kept = result.filter(() => random.next() >= rate);
    return kept.length > 0 ? kept : [words[random.integer(words.length)]!];
  }
  for (let time = 0; time < times; time++) {
    if (operation === "insert") {
      result.splice(random.integer(result.length + 1), 0, vocabulary[random.integer(vocabulary.length)]!);
      continue;
    }
    const one = random.integer(result.length);
    const other = (one + 1 + random.integer(result.length - 1)) % result.length;
    [result[one], result[other]] = [result[other]!, result[one]!];
  }
  return result;
}
