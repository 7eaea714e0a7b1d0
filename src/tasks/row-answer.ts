/** What a task says of rows, and of all rows together. Types only; all of it can be cloned. */

/** What is said of one text, by what the task answers. */
export type RowAnswer =
  | { answer: "label"; label: string; probabilities: { label: string; probability: number }[] }
  /** Each label by itself: it is given where its probability is above its threshold. */
  | { answer: "labels"; probabilities: { label: string; probability: number; threshold: number }[] }
  /** In the file's units. */
  | { answer: "number"; number: number }
  /** Of the words that were read; those that were cut are left out. */
  | { answer: "tags"; words: string[]; tags: string[] };

/** A validation row in words: what is true of it, and what a run said. */
export interface RowWords {
  label: string;
  predicted: string;
  /** What the run gave the true label; null where that is not one number. */
  probability: number | null;
}

export interface ClassFigures {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** What an evaluation says beside its metrics: of each of these what the task has. */
export interface Figures {
  /** `[true class][predicted class]` on the validation rows. */
  confusion?: number[][];
  /** `title`: what a row is, such as `Class`; `counted`: what its support counts. */
  perClass?: { title: string; counted: string; rows: ClassFigures[] };
  points?: { truth: number; predicted: number }[];
}
