/** The tasks there are. */

import type { TaskId } from "../data/types";
import { causalLm } from "./causal-lm";
import { multiLabelClassification } from "./multi-label-classification";
import { regression } from "./regression";
import { sequenceClassification } from "./sequence-classification";
import type { Task } from "./task";
import { tokenClassification } from "./token-classification";

export const tasks: Readonly<Record<TaskId, Task>> = {
  "sequence-classification": sequenceClassification,
  "multi-label-classification": multiLabelClassification,
  regression,
  "token-classification": tokenClassification,
  "causal-lm": causalLm,
};
