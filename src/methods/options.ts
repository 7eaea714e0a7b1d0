/** Option schemas that several methods share. */

import * as z from "zod";

export const defaultText = "Classify the positive or negative sentiment from the text";

/** A meaningful text about the task. `format` tells the form to show it as tokens. */
export const textOption = (description: string) =>
  z.string().min(1, "is empty; write at least one word").default(defaultText).meta({
    title: "Semantic text",
    description,
    format: "semantic-text",
  });

export const virtualTokensOption = (standard: number) =>
  z.int().min(1).max(512).default(standard).meta({
    title: "Virtual tokens",
    description: "How many trained positions stand in front of the input.",
  });
