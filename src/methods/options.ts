/**
 * Option schemas that several methods share. `onlyWith` in an option's meta names the values of
 * other options without which it does nothing; forms then leave it out.
 */

import * as z from "zod";
import type { TextControl } from "./method";

const defaultText = "Classify the positive or negative sentiment from the text";

/**
 * A meaningful text about the task, which forms suggest from the data. `format` tells them to show
 * it as tokens.
 */
export const textOption = (description: string) =>
  z.string().min(1, "is empty; write at least one word").default(defaultText).meta({
    title: "Semantic text",
    description,
    format: "semantic-text",
    saysTask: true,
  });

/** The text a free prompt or prefix may start from. */
export const startTextOption = (description = "Repeated or cut to the number of virtual tokens, as PEFT does.") =>
  z
    .string()
    .min(1, "is empty; write at least one word")
    .default(defaultText)
    .meta({
      title: "Text to start from",
      description,
      format: "semantic-text",
      saysTask: true,
      onlyWith: { init: ["text"] },
    });

export const virtualTokensOption = (standard: number) =>
  z.int().min(1).max(512).default(standard).meta({
    title: "Virtual tokens",
    description: "How many trained positions come before the input.",
  });

/** `null`: as many as the text to start from has. */
export const virtualTokensOrTextOption = (standard: number) =>
  z.int().min(1).max(512).nullable().default(standard).meta({
    title: "Virtual tokens",
    description:
      "How many trained positions come before the input. Empty: as many tokens as the text to start from has.",
  });

/** Refuses virtual tokens that only a text could count. */
export const hasTokenCount = ({ init, virtualTokens }: { init: string; virtualTokens: number | null }) =>
  init === "text" || virtualTokens !== null;
export const noTokenCount = {
  path: ["virtualTokens"],
  message: "is empty; give a number, or start from a text, whose tokens are then counted",
};

export const controlOption = () =>
  z
    .enum(["none", "random-tokens", "irrelevant-text"] satisfies [TextControl, ...TextControl[]])
    .default("none")
    .meta({
      title: "Control",
      description:
        "Replaces the text, token for token, by random tokens (from the seed) or by a sentence that says nothing about " +
        "the task: if the score stays, the meaning of the text was not what helped.",
    });
