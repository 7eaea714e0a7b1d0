/**
 * fastText's files: `__label__` and a label, or several, before the text of each line. Becomes a
 * table of labels and texts.
 */

import { countOf, DataError, quote } from "../errors";
import { nameRows } from "../shards";
import { readPieces, type TextFile } from "./decode";
import {
  addEmpty,
  checkRowCount,
  type EmptyRows,
  LONGEST_RECORD,
  type ReadProgress,
  type Records,
  tooLong,
} from "./records";

const LABEL = "__label__";
/** Lines that are looked at. */
const SAMPLE_LINES = 20;

/** Whether a file that begins so is one: most lines begin with a label. */
export function isFastText(head: string): boolean {
  const lines = head.split(/\r?\n/, SAMPLE_LINES).filter((line) => line.trim() !== "");
  const labelled = lines.filter((line) => line.trimStart().startsWith(LABEL));
  return lines.length > 0 && labelled.length > lines.length / 2 && !lines[0]!.includes(",__label__");
}

/** @throws DataError naming the line that is too long, or has a label and no text */
export async function readFastText(text: TextFile, onProgress?: ReadProgress): Promise<Records> {
  const { name } = text.file;
  const found: { readonly labels: string[]; readonly text: string }[] = [];
  const rowNumbers: number[] = [];
  const empty: EmptyRows = { count: 0, first: [] };
  const unlabelled: number[] = [];
  let line = 0;
  let rest = "";
  const read = (content: string) => {
    line++;
    const words = content.trim().split(/\s+/);
    if (content.trim() === "") {
      addEmpty(empty, line);
      return;
    }
    let count = 0;
    while (words[count]?.startsWith(LABEL)) count++;
    if (count === words.length) {
      const what = `The line has labels and no text: ${quote(content)}.`;
      throw new DataError({ file: name, row: line, what, fix: "Write a text behind the labels, or remove the line." });
    }
    if (count === 0) unlabelled.push(line);
    const labels = words.slice(0, count).map((word) => word.slice(LABEL.length));
    // The text keeps its own white space.
    found.push({ labels, text: content.trim().replace(/^(?:__label__\S*\s+)+/, "") });
    rowNumbers.push(line);
    checkRowCount(name, rowNumbers.length);
  };
  await readPieces(
    text,
    (piece) => {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const content of lines) read(content);
      if (rest.length > LONGEST_RECORD) throw tooLong(name, line + 1, "line");
    },
    onProgress,
  );
  if (rest !== "") read(rest);
  const several = found.some(({ labels }) => labels.length > 1);
  const rows = found.map((row) => [row.text, several ? JSON.stringify(row.labels) : (row.labels[0] ?? "")]);
  const notices = [
    `${name}: read as a file of fastText: ${countOf(rows.length, "line")} with labels behind "${LABEL}".`,
    ...(unlabelled.length > 0 ? [`${name}: no label in ${nameRows(unlabelled)}.`] : []),
  ];
  return { columns: ["text", several ? "labels" : "label"], rows, rowNumbers, empty, notices, separator: null };
}
