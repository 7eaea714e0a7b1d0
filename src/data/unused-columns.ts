/**
 * Columns with content that no role has, though other tools would use them: they are named, so that
 * nobody thinks that they are learned.
 */

import { columnKey, isFilled } from "./columns";
import { countOf } from "./errors";
import { namedColumns } from "./placeholders";
import type { Table } from "./table";
import type { ColumnRoles, TaskId } from "./types";

/** Of questions with answers to choose from. */
const CHOICES: readonly (readonly [name: string, use: string])[] = ["choices", "options", "endings"].map((name) => [
  name,
  "the answers to choose from",
]);

/** What other tools use a column of this name for. */
const LANGUAGE: ReadonlyMap<string, string> = new Map([
  ["system", "a system prompt"],
  ["systemprompt", "a system prompt"],
  ["systemmessage", "a system prompt"],
  ["systeminstruction", "a system prompt"],
  ["history", "earlier turns"],
  ["tools", "the tools that may be called"],
  ["functions", "the tools that may be called"],
  ["rejected", "the answer that is not wanted, for preference tuning"],
  ["rejectedresponse", "the answer that is not wanted, for preference tuning"],
  ["nonpreferredoutput", "the answer that is not wanted, for preference tuning"],
  ["chosen", "the answer that is wanted, for preference tuning"],
  ["label", "a judgement of the answer, for KTO"],
  ["kto", "a judgement of the answer, for KTO"],
  ["ktotag", "a judgement of the answer, for KTO"],
  ["input", "what belongs to the instruction"],
  ["context", "what belongs to the question"],
  ["images", "pictures"],
  ["image", "pictures"],
  ["audio", "sound"],
  ...CHOICES,
]);

/** Columns of such names say which part a row is of, where their cells do. */
const PART_NAMES = [
  "split",
  "set",
  "subset",
  "dataset",
  "part",
  "partition",
  "fold",
  "isvalid",
  "isvalidation",
  "istest",
  "istrain",
];
const PART =
  /^(?:train(?:ing)?|valid(?:ation)?|val|dev(?:elopment)?|test(?:ing)?|eval|evaluation|holdout|true|false|[0-9])$/i;

const ANY: ReadonlyMap<string, string> = new Map([
  ["weight", "what a row counts for"],
  ["weights", "what a row counts for"],
  ["sampleweight", "what a row counts for"],
]);

const TEXTS: ReadonlyMap<string, string> = new Map([
  ["sentence2", "a second text"],
  ["text2", "a second text"],
  ["hypothesis", "a second text"],
  ["question2", "a second text"],
  ["passage", "a second text"],
  ["context", "a second text"],
  ["relations", "relations between entities"],
  ["entities", "spans"],
  ["spans", "spans"],
  ["cats", "labels of spaCy"],
  ...CHOICES,
]);

const TAGS: ReadonlyMap<string, string> = new Map([
  ["relations", "relations between entities"],
  ["cats", "labels of spaCy"],
]);

const USES: Readonly<Record<TaskId, ReadonlyMap<string, string>>> = {
  "causal-lm": LANGUAGE,
  "token-classification": TAGS,
  "sequence-classification": TEXTS,
  "multi-label-classification": TEXTS,
  regression: TEXTS,
};

/** A sentence that names them; none where there are none. */
export function unusedColumns(table: Table, task: TaskId, roles: ColumnRoles): string[] {
  const used = new Set([...namedColumns(roles), roles.prompt, roles.response]);
  const unused = table.columns.flatMap((column) => {
    const key = columnKey(column);
    const use = USES[task].get(key) ?? ANY.get(key) ?? partUse(table, column, key);
    return use === undefined || used.has(column) || !isFilled(table, column) ? [] : [{ column, key, use }];
  });
  if (unused.length === 0) return [];
  const named = unused.map(({ column, use }) => `"${column}" (${use})`).join(", ");
  const are = unused.length === 1 ? "column" : "columns";
  return [`${table.file}: not used: ${are} ${named}.`, ...judged(table, task, unused)];
}

function partUse({ columns, rows }: Table, column: string, key: string): string | undefined {
  if (!PART_NAMES.includes(key)) return undefined;
  const place = columns.indexOf(column);
  const values = new Set(rows.map((record) => record[place]!.trim()));
  const says = values.size > 1 && [...values].every((value) => PART.test(value));
  return says ? "which part a row is of; parts are drawn anew: give each a file of its own" : undefined;
}

/** Answers that are judged bad are learned all the same: how many. */
function judged(
  table: Table,
  task: TaskId,
  unused: readonly { readonly column: string; readonly key: string }[],
): string[] {
  const label = unused.find(({ key }) => task === "causal-lm" && ["label", "kto", "ktotag"].includes(key));
  if (!label) return [];
  const place = table.columns.indexOf(label.column);
  const bad = table.rows.filter((record) => /^\s*(false|0)\s*$/i.test(record[place]!)).length;
  if (bad === 0) return [];
  return [
    `${table.file}: ${countOf(bad, "answer")} with "${label.column}" false ${bad === 1 ? "is" : "are"} learned like the others; ` +
      "take these rows out of the file if they are not wanted.",
  ];
}
