/** The rows that the runs of a comparison learn from and are measured on. */

import type { Channel } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import type { Scale, TaskId } from "../data/types";
import type { ModelFacts } from "../methods/method";

/** The rows in their parts: one division of the data. */
export interface DividedRows {
  readonly train: readonly TokenizedExample[];
  readonly validation: readonly TokenizedExample[];
  /** The validation rows' texts, for showing the wrongest. */
  readonly validationTexts: readonly string[];
  /** Read once, when a run has ended; default: none. */
  readonly test?: readonly TokenizedExample[];
  readonly testTexts?: readonly string[];
}

export interface ComparisonData extends DividedRows {
  readonly task: TaskId;
  readonly labels: readonly string[];
  /** Of the numbers that the task predicts, if it does. */
  readonly scale?: Scale | null;
  readonly maxLength: number;
  /** One for every fold or repeat, the first of which is the above; default: that one alone. */
  readonly divisions?: readonly DividedRows[];
}

/**
 * The rows of a run.
 * @param split which of the divisions
 */
export function divisionOf(data: ComparisonData, split: number): DividedRows {
  return data.divisions?.[split] ?? data;
}

/** These rows in place of all others, both to train on and to evaluate. */
export function rowsAlone(data: ComparisonData, rows: readonly TokenizedExample[]): ComparisonData {
  const { task, labels, scale, maxLength } = data;
  return { task, labels, scale, maxLength, train: rows, validation: rows, validationTexts: rows.map(() => "") };
}

/** The channels that enter the model, of those that there are. */
export function inputChannels(
  { family, config }: Pick<ModelFacts, "family" | "config">,
  isThere: (channel: Channel) => boolean,
): readonly Channel[] {
  return family.inputs?.(config).filter(isThere) ?? [];
}
