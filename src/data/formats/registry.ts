/** The formats there are, and which of them a table looks like. */

import { measureColumns } from "../columns";
import type { Table } from "../table";
import type { ColumnRoles, TaskId } from "../types";
import { causalLm } from "./causal-lm";
import type { DataFormat } from "./format";
import { multiLabelClassification } from "./multi-label-classification";
import { regression } from "./regression";
import { sequenceClassification } from "./sequence-classification";
import { tokenClassification } from "./token-classification";

export const formats: Readonly<Record<TaskId, DataFormat>> = {
  "sequence-classification": sequenceClassification,
  "multi-label-classification": multiLabelClassification,
  regression,
  "token-classification": tokenClassification,
  "causal-lm": causalLm,
};

/** The narrower look first; what looks like nothing else is classification. */
const GUESSED = [tokenClassification, causalLm, multiLabelClassification, regression, sequenceClassification];

/** A task and its columns for any table. */
export function guessTask(table: Table): { task: TaskId; columns: ColumnRoles } {
  const facts = measureColumns(table);
  for (const format of GUESSED) {
    const columns = format.guess(table, facts);
    if (columns) return { task: format.task, columns };
  }
  const { task } = sequenceClassification;
  return { task, columns: sequenceClassification.suggest(table, facts) };
}

/** The likeliest columns for a task that somebody has chosen. */
export function suggestColumns(table: Table, task: TaskId): ColumnRoles {
  return formats[task].suggest(table, measureColumns(table));
}
