/**
 * A tiny data set about films and files made of it. Short, so that the software adapter trains on
 * it in seconds.
 */

const POSITIVE = ["warm and funny", "a quiet joy", "bright and moving", "simply wonderful"];
const NEGATIVE = ["dull and empty", "a tired bore", "flat and lifeless", "simply dreadful"];

export const COLUMNS = ["id", "title", "sentence", "sentiment", "source"] as const;

export type Film = Record<(typeof COLUMNS)[number], string>;

/** `count` films, alternately praised and panned; ids begin at `first`. */
export function films(count: number, first = 1): Film[] {
  return Array.from({ length: count }, (_, index) => {
    const id = first + index;
    const praised = index % 2 === 0;
    const words = praised ? POSITIVE : NEGATIVE;
    return {
      id: String(id),
      title: `Film ${id}`,
      sentence: `${words[(index >> 1) % words.length]}, film ${id}`,
      sentiment: praised ? "positive" : "negative",
      source: index % 3 === 0 ? "paper" : "web",
    };
  });
}

/** The table as CSV; `marked` as Excel on Windows writes it: byte order mark and CRLF. */
export function csv(rows: readonly Film[], { marked = false } = {}): string {
  const records = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => row[column]))];
  const lines = records.map((record) => record.map((field) => (field.includes(",") ? `"${field}"` : field)).join(","));
  return marked ? `\uFEFF${lines.join("\r\n")}\r\n` : `${lines.join("\n")}\n`;
}
