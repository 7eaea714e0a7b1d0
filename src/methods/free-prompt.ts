/**
 * Free embeddings of virtual tokens and what they start from. Not for where they stand: the methods
 * say that.
 */

import * as z from "zod";
import type { Program } from "../program/program";
import type { Initializer, Trainable } from "../program/tensor";
import type { MethodContext } from "./method";
import { words } from "./words";

export const promptStarts = ["random", "vocabulary", "text"] as const;
export type PromptStart = (typeof promptStarts)[number];

export const promptStartOption = (standard: PromptStart = "random") =>
  z.enum(promptStarts).default(standard).meta({
    title: "Start",
    description:
      "random: N(0, 1). vocabulary: embeddings of words drawn from the vocabulary. text: the text's word embeddings.",
  });

/**
 * Ids of the words that a prompt of `count` tokens starts from: drawn from the vocabulary, or the
 * text's.
 */
export function startIds(
  { count, init }: { count: number | null; init: PromptStart },
  { textIds, randomIds }: MethodContext,
): readonly number[] {
  return init === "vocabulary" ? randomIds(count ?? textIds.length) : textIds;
}

/** Trains `name` [count, hiddenSize]; `count` null: as many as the text has tokens. */
export function freePrompt(
  program: Program,
  name: string,
  { count, init }: { count: number | null; init: PromptStart },
  context: MethodContext,
): Trainable {
  const { config, textIds } = context;
  const rows = count ?? textIds.length;
  const start = () => words(program, `${name} at the start`, startIds({ count, init }, context), context);
  const initializer: Initializer = init === "random" ? { kind: "normal", std: 1 } : { kind: "tensor", tensor: start() };
  return program.trainable(name, [rows, config.hiddenSize], { initializer });
}
