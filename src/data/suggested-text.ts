/** A text that says the task, from what the open data is read as. */

import { taskTexts } from "./task-texts";
import type { DataSummary } from "./types";

/** More labels, or longer ones, make a text that is longer than most inputs. */
const MOST_LABELS = 8;
const MOST_LETTERS = 120;

/** Column names that say nothing about the task. */
const PLAIN = /^(labels?|class(es)?|category|target|score|value|number|y|gold|output)$/i;

type Read = Pick<DataSummary, "settings" | "answer" | "labels">;

/**
 * The text that somebody gave for the data; else one that says the task in the style of
 * SK-Tuning's authors; theirs, word for word, where the labels are those of their tasks.
 */
export function suggestedText({ settings, answer, labels }: Read): string {
  const { columns, taskText } = settings;
  if (taskText !== undefined) return taskText;
  const texts = columns.textPair ? "two texts" : "text";
  const names = labels.map(({ name }) => spoken(name));
  const listed = names.join(" or ");
  const speaks =
    names.length <= MOST_LABELS && listed.length <= MOST_LETTERS && names.every((name) => /\p{L}{2}/u.test(name));
  switch (answer) {
    case "label":
      if (same(names, ["negative", "positive"]) && !columns.textPair) return authors("Sentiment (SST-2)");
      if (same(names, ["contradiction", "entailment", "neutral"])) return authors("Entailment (SNLI)");
      return speaks ? `Classify the ${listed} from the ${texts}:` : `Classify the ${named(columns.label) ?? texts}:`;
    case "labels":
      return speaks ? `Find every ${listed} in the text:` : "Find every label of the text:";
    case "number":
      return `Rate the ${named(columns.number) ?? "number"} of the ${texts}:`;
    case "tags":
      return authors("Token tags (CoNLL-03, WikiAnn)");
    case "text":
      return "Write the response to the text:";
  }
}

function authors(task: string): string {
  return taskTexts.find((known) => known.task === task)!.text;
}

function same(names: readonly string[], others: readonly string[]): boolean {
  return [...names].sort().join() === others.join();
}

/** As it would be said: no capitals, no signs between words. */
function spoken(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_\-./]+/g, " ")
    .trim();
}

/** A column's name where it says what is asked. */
function named(column: unknown): string | null {
  return typeof column === "string" && /\p{L}{2}/u.test(column) && !PLAIN.test(column) ? spoken(column) : null;
}
