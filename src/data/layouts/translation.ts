/**
 * Translations as the Hub's data sets have them: one object a row, with a text under the code of
 * each language. Two languages become source and target; more become a column each.
 */

import { ownValue, readStructure } from "../literals";
import { asCell, freeName, type Layout, withColumns } from "./layout";

const COLUMN = "translation";

export const translation: Layout = (table) => {
  const place = table.columns.indexOf(COLUMN);
  if (place < 0) return table;
  const pairs = table.rows.map((record) => readStructure(record[place]!));
  const [first] = pairs;
  const languages = first === undefined || Array.isArray(first) ? [] : Object.keys(first);
  const isOfTexts = (pair: object | undefined) =>
    pair !== undefined &&
    Object.keys(pair).length === languages.length &&
    languages.every((language) => typeof ownValue(pair, language) === "string");
  if (languages.length < 2 || !pairs.every(isOfTexts)) return table;
  const names = (languages.length === 2 ? ["source", "target"] : languages).map((name) => freeName(table, name));
  const said = languages.map(
    (language, index) => `"${language}"${names[index] === language ? "" : ` as "${names[index]}"`}`,
  );
  const others = {
    ...table,
    columns: without(table.columns, place),
    rows: table.rows.map((row) => without(row, place)),
  };
  return withColumns(
    others,
    names.map((name, index) => ({ name, cells: pairs.map((pair) => asCell(ownValue(pair, languages[index]!))) })),
    [`${table.file}: the translations are read as columns: ${said.join(", ")}.`],
  );
};

const without = (cells: readonly string[], place: number) => cells.filter((_, index) => index !== place);
