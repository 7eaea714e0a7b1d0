/** Free embeddings of virtual tokens and what they start from. Not for where they stand: the methods say that. */

import * as z from "zod";
import type { Program } from "../program/program";
import type { Trainable } from "../program/tensor";
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

/** Trains `name` [count, hiddenSize]; `count` null: as many as the text has tokens. */
export function freePrompt(
  program: Program,
  name: string,
  { count, init }: { count: number | null; init: PromptStart },
  context: MethodContext,
): Trainable {
  const { config, textIds, randomIds } = context;
  const rows = count ?? textIds.length;
  const start = (ids: readonly number[]) =>
    ({ kind: "tensor", tensor: words(program, `${name} at the start`, ids, context) }) as const;
  const initializers = {
    random: () => ({ kind: "normal", std: 1 }) as const,
    vocabulary: () => start(randomIds(rows)),
    text: () => start(textIds),
  };
  return program.trainable(name, [rows, config.hiddenSize], { initializer: initializers[init]() });
}
