/** The rules of pruning, in the page's order; each is a file here and a line below. */

import * as z from "zod";
import { loss } from "./loss";
import { lossChange } from "./loss-change";
import { qTuning } from "./q-tuning";
import { random } from "./random";
import type { PruningRule } from "./rule";
import { ssToken } from "./ss-token";

const ALL = [qTuning, ssToken, lossChange, loss, random] as const;

/** Which part of every training batch a run learns from: a rule and what it is set to. */
export const pruningSchema = z.discriminatedUnion("by", [
  qTuning.schema,
  ssToken.schema,
  lossChange.schema,
  loss.schema,
  random.schema,
]);

export type Pruning = z.output<typeof pruningSchema>;

/** A rule of any settings; a pruning has been read by its rule's own schema. */
export function ruleOf({ by }: Pick<Pruning, "by">): PruningRule {
  return ALL.find(({ schema }) => schema.shape.by.value === by) as unknown as PruningRule;
}

/**
 * Whether it chooses by how losses have changed: the batches then need those of the untrained
 * model.
 */
export const needsEarlierLosses = (pruning: Pruning | undefined): boolean =>
  pruning !== undefined && ruleOf(pruning).earlier?.(pruning) === true;

/** Whether it reads the attention of the last layer. */
export const needsAttention = (pruning: Pruning): boolean => ruleOf(pruning).attention !== undefined;

/** A rule as the page shows it. */
export interface OfferedPruning {
  readonly by: Pruning["by"];
  readonly title: string;
  readonly summary: string;
  /** Whether it is of responses to prompts alone. */
  readonly ofResponses: boolean;
  /** Of its fields but `by`; `ofTokens` where a field is about tokens that have labels. */
  readonly optionsSchema: { readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly start: Pruning;
}

export function offeredPrunings(): OfferedPruning[] {
  return ALL.map((rule): OfferedPruning => {
    const { title, summary, schema } = rule;
    const { properties } = z.toJSONSchema(schema, { io: "output" });
    const { by: _, ...fields } = properties as Record<string, Record<string, unknown>>;
    const by = schema.shape.by.value;
    const ofResponses = "ofResponses" in rule;
    return {
      by,
      title,
      summary,
      ofResponses,
      optionsSchema: { properties: fields },
      start: pruningSchema.parse({ by }),
    };
  });
}
