/**
 * Rows as the Hub's data set viewer answers with (`/rows`, `/first-rows`, `/search`): each inside
 * an object with its number and the names of the cells that the viewer has cut off.
 */

import { ownValue, readStructure } from "../literals";
import { asCell, countRows, type Layout } from "./layout";

const KEYS = ["row_idx", "row", "truncated_cells"];

export const viewerRows: Layout = (table) => {
  if (KEYS.some((key) => !table.columns.includes(key))) return table;
  const column = (key: string) => {
    const place = table.columns.indexOf(key);
    return table.rows.map((record) => readStructure(record[place]!));
  };
  const rows = column("row");
  if (!rows.every((row) => typeof row === "object" && !Array.isArray(row))) return table;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row!)))];
  const cut = column("truncated_cells").flatMap((cells, row) =>
    Array.isArray(cells) && cells.length > 0 ? [table.rowNumbers[row]!] : [],
  );
  const notices = [
    `${table.file}: an answer of the Hub's viewer, which has a part of a data set alone; its rows were read.`,
    ...(cut.length > 0
      ? [`${table.file}: the viewer has cut cells of ${countRows(cut, table)}: these are not whole.`]
      : []),
  ];
  return {
    ...table,
    columns,
    rows: rows.map((row) => columns.map((name) => asCell(ownValue(row, name)))),
    notices: [...table.notices, ...notices],
  };
};
