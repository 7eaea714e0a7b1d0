/**
 * SQuAD: articles of paragraphs, each with questions and answers, become a row a question; and the
 * answers of its flat form, lists of texts and places, become one column. Of several answers the
 * first is read.
 */

import { countOf } from "../errors";
import { ownValue, readStructure } from "../literals";
import type { Table } from "../table";
import { asCell, countRows, freeName, type Layout, withColumns } from "./layout";

export const squad: Layout = (table) => articles(table) ?? flat(table) ?? table;

const COLUMNS = ["title", "context", "question", "answer", "id"];

/** `{"title": …, "paragraphs": [{"context": …, "qas": [{"question": …, "answers": […]}]}]}`. */
function articles(table: Table): Table | null {
  const place = table.columns.indexOf("paragraphs");
  if (place < 0 || table.shards) return null;
  const title = table.columns.indexOf("title");
  const rows: string[][] = [];
  for (const record of table.rows) {
    const paragraphs = readStructure(record[place]!);
    if (!Array.isArray(paragraphs)) return null;
    for (const paragraph of paragraphs as unknown[]) {
      const questions = ownValue(paragraph, "qas");
      const context = ownValue(paragraph, "context");
      if (!Array.isArray(questions) || typeof context !== "string") return null;
      for (const one of questions as unknown[]) {
        const answers = ownValue(one, "answers");
        const texts = Array.isArray(answers) ? answers.map((answer: unknown) => ownValue(answer, "text")) : [];
        const [question, id] = [ownValue(one, "question"), ownValue(one, "id")].map(asCell);
        rows.push([title < 0 ? "" : record[title]!, context, question!, asCell(texts[0]), id!]);
      }
    }
  }
  if (rows.length === 0) return null;
  const unanswered = rows.filter(([, , , answer]) => answer === "").length;
  const notice =
    `${table.file}: ${countOf(table.rows.length, "article")} of SQuAD with ${countOf(rows.length, "question")} are read as a row a question` +
    `${unanswered > 0 ? `; ${countOf(unanswered, "of them has", "of them have")} no answer` : ""}. Of several answers the first is read.`;
  return {
    ...table,
    columns: COLUMNS,
    rows,
    rowNumbers: Array.from(rows.keys(), (row) => row + 1),
    notices: [...table.notices, notice],
  };
}

/** `{"question": …, "context": …, "answers": {"text": […], "answer_start": […]}}`. */
function flat(table: Table): Table | null {
  const place = table.columns.indexOf("answers");
  if (place < 0 || !table.columns.includes("question")) return null;
  const texts = table.rows.map((record) => ownValue(readStructure(record[place]!), "text"));
  if (!texts.every(Array.isArray)) return null;
  const several = table.rowNumbers.filter((_, row) => (texts[row] as unknown[]).length > 1);
  const name = freeName(table, "answer");
  const notice =
    `${table.file}: the text in "answers" became the column "${name}"` +
    `${several.length > 0 ? `, the first of several in ${countRows(several, table)}` : ""}.`;
  return withColumns(table, [{ name, cells: texts.map((own) => asCell((own as unknown[])[0])) }], [notice]);
}
