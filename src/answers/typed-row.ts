/** A text that somebody typed, as a run's tokens: the answer in it is nobody's. */

import { formats } from "../data/formats/registry";
import type { EncodedRow, RowTokenizer } from "../data/tokens";
import type { TaskId } from "../data/types";
import { wordsOf } from "../data/words";
import type { AskedRow } from "./answers";

export interface TypedText {
  readonly text: string;
  /** Null where the task has one text. */
  readonly textPair: string | null;
}

/** Cut to `longest` tokens. @throws Error where nothing was typed. */
export function typedRow(
  task: TaskId,
  { text, textPair }: TypedText,
  tokenizer: RowTokenizer,
  longest: number,
): AskedRow {
  const words = wordsOf(text);
  const example = { text, textPair, label: 0, words, tags: words.map(() => 0), response: "", row: 0 };
  const row: EncodedRow = formats[task].encode(example, tokenizer, longest);
  if (text.trim() === "" || row.fullLength === 0) throw new Error("The text is empty. Type at least one word.");
  return { row, words };
}
