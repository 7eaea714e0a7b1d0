/** The rows that the runs of a comparison learn from and are measured on. */

import type { Channel } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import type { Scale, TaskId } from "../data/types";
import type { ModelFacts } from "../methods/method";

export interface ComparisonData {
  readonly task: TaskId;
  readonly labels: readonly string[];
  /** Of the numbers that the task predicts, if it does. */
  readonly scale?: Scale | null;
  readonly train: readonly TokenizedExample[];
  readonly validation: readonly TokenizedExample[];
  /** The validation rows' texts, for showing the wrongest. */
  readonly validationTexts: readonly string[];
  readonly maxLength: number;
}

/** One division of the rows into their parts. */
export interface DividedRows extends Pick<ComparisonData, "train" | "validation" | "validationTexts"> {
  /** Read once, when a run has ended; default: none. */
  readonly test?: readonly TokenizedExample[];
  readonly testTexts?: readonly string[];
}

/** Whether training rows or their tokens count for different amounts. */
export const isWeighed = (train: readonly Pick<TokenizedExample, "weights">[]): boolean =>
  train.some(({ weights }) => weights !== undefined);

/** The channels that enter the model, of those that there are. */
export function inputChannels(
  { family, config }: Pick<ModelFacts, "family" | "config">,
  isThere: (channel: Channel) => boolean,
): readonly Channel[] {
  return family.inputs?.(config).filter(isThere) ?? [];
}
