/**
 * The decode loop: prompts to texts, one token of every unfinished row at a time. Knows neither
 * model nor device.
 */

import { Random } from "../data/random";
import { nextToken } from "./sampling";
import type { GenerationSettings } from "./settings";

/** What predicts. */
export interface NextTokenModel {
  /** For every row the logits of the token after its last one. */
  logits(rows: readonly Int32Array[]): Promise<readonly Float32Array[]>;
  /** Text of ids, without special tokens. */
  decode(ids: readonly number[]): string;
  /** Tokens that end a text. */
  readonly endIds: readonly number[];
  /** Tokens that a row may have. */
  readonly longest: number;
}

/**
 * Why a text ended: the model's own end token, a stop text, as many tokens as allowed, the model's
 * context, or a person.
 */
export type Ending = "end" | "stop" | "length" | "context" | "cancelled";

export interface GeneratedText {
  /** After the prompt, the end token included. */
  readonly ids: readonly number[];
  /** Without special tokens, and without what a stop text cut off. */
  readonly text: string;
  readonly ending: Ending | null;
}

export interface GenerateOptions {
  /** Called whenever a row has a new token. */
  readonly onText?: (row: number, text: string) => void;
  readonly cancelled?: () => boolean;
}

/**
 * Rows draw from streams of their own, so what one says does not depend on the others.
 * @throws Error if a prompt is empty or leaves no room for a token.
 */
export async function generate(
  prompts: readonly Int32Array[],
  settings: GenerationSettings,
  model: NextTokenModel,
  { onText, cancelled }: GenerateOptions = {},
): Promise<GeneratedText[]> {
  const rows = prompts.map((prompt, row) => {
    if (prompt.length === 0) throw new Error("The prompt is empty. Type at least one word.");
    if (prompt.length >= model.longest) {
      throw new Error(
        `The prompt has ${prompt.length} tokens, and the model reads at most ${model.longest} beside the method's own, so ` +
          "no token fits after it. Shorten the prompt.",
      );
    }
    return {
      ids: [] as number[],
      text: "",
      ending: null as Ending | null,
      random: new Random(settings.seed, `text/${row}`),
    };
  });
  while (rows.some(({ ending }) => ending === null)) {
    const open = rows.flatMap(({ ending }, row) => (ending === null ? [row] : []));
    if (cancelled?.()) {
      for (const row of open) rows[row]!.ending = "cancelled";
      break;
    }
    const logits = await model.logits(open.map((row) => Int32Array.from([...prompts[row]!, ...rows[row]!.ids])));
    for (const [place, row] of open.entries()) {
      const own = rows[row]!;
      const id = nextToken(logits[place]!, settings, own.random);
      own.ids.push(id);
      own.text = model.decode(own.ids);
      const stop = firstOf(own.text, settings.stop);
      if (stop >= 0) own.text = own.text.slice(0, stop);
      if (model.endIds.includes(id)) own.ending = "end";
      else if (stop >= 0) own.ending = "stop";
      else if (own.ids.length === settings.maxNewTokens) own.ending = "length";
      else if (prompts[row]!.length + own.ids.length === model.longest) own.ending = "context";
      // A character of several tokens is shown once it is whole.
      onText?.(row, own.ending === null ? own.text.replace(/\uFFFD+$/, "") : own.text);
    }
  }
  return rows.map(({ ids, text, ending }) => ({ ids, text, ending }));
}

/** Where the first of these texts begins; -1 if none is there. */
function firstOf(text: string, stops: readonly string[]): number {
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
  return places.length > 0 ? Math.min(...places) : -1;
}
