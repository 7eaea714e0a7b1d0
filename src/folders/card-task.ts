/** What a task is called on the card of an exported adapter. */

import type { CardTask } from "../adapters/model-card-content";
import type { Scale, TaskId } from "../data/types";

const KINDS = {
  "sequence-classification": "label",
  "multi-label-classification": "labels",
  "token-classification": "tags",
  "causal-lm": "text",
} as const;

export function cardTask(task: TaskId, scale: Scale | null): CardTask {
  return task === "regression" ? { kind: "number", scale: scale! } : { kind: KINDS[task] };
}
