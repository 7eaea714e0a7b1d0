/**
 * How texts are generated: the settings that the page, the worker and the headless runner share.
 */

import * as z from "zod";

export const generationSchema = z.strictObject({
  maxNewTokens: z.int().min(1).max(2048).default(48),
  /** 0: always the most probable token. */
  temperature: z.number().min(0).max(10).default(0),
  /** Only the so many most probable tokens are drawn from; 0: all. */
  topK: z.int().min(0).default(0),
  /**
   * Only the fewest most probable tokens that have this probability together are drawn from; 1:
   * all.
   */
  topP: z.number().gt(0).max(1).default(1),
  /** Texts at which generation ends; they are left out. */
  stop: z.array(z.string().min(1)).max(8).default([]),
  seed: z.int().min(0).default(0),
});

export type GenerationSettings = z.infer<typeof generationSchema>;
