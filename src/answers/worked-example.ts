/**
 * A prompt and what a run writes after it, for whoever loads its folder elsewhere: another answer
 * there means another template, other tokens or another adapter.
 */

import type { WorkedExample } from "../adapters/card/content";
import type { BaseModel } from "../base/base-model";
import { encodePrompt } from "../data/language";
import type { Executor } from "../executors/executor";
import { generate } from "../generation/generate";
import { generationSchema } from "../generation/settings";
import { NextToken, type PredictingModel } from "./next-token";

const TOKENS = 10;

/**
 * The most probable tokens after the prompt, one after the other: ten, or fewer where the text ends
 * before.
 * @param dropped tokens that the run's input leaves out at its beginning.
 * @throws Error where the prompt does not fit, or the model predicts nothing.
 */
export async function workedExample(
  executor: Executor,
  model: BaseModel,
  run: PredictingModel,
  { prompt, dropped }: { readonly prompt: string; readonly dropped: number },
): Promise<WorkedExample> {
  const { tokenizer } = model;
  const whole = encodePrompt(tokenizer, prompt);
  const plain = Array.from(tokenizer.encode(prompt, null, { specialTokens: false }));
  const addsSpecials = whole.join() !== plain.join();
  const ids = whole.slice(dropped);
  const asked = {
    // What the run keeps for other texts under its own name stays as it is.
    owner: `${run.owner}, example`,
    virtualTokens: run.virtualTokens,
    tunedSetup: run.tunedSetup,
    leaves: () => run.leaves(),
    rest: () => run.rest(),
  };
  const next = new NextToken(executor, model, asked, 1);
  try {
    const settings = generationSchema.parse({ maxNewTokens: TOKENS });
    const [said] = await generate([Int32Array.from(ids)], settings, next.predictor);
    const written = tokenizer.piecesOf(said!.ids).map(({ id, text }) => ({ id, text }));
    const trailing = addsSpecials ? tokenizer.trailingSpecials : 0;
    return { prompt, addsSpecials, trailing, ids, room: next.longest - ids.length, written };
  } finally {
    await next.release();
  }
}
