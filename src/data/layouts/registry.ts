/** The layouts there are, in the order in which a table goes through them. */

import type { Table } from "../table";
import { argilla } from "./argilla";
import { labelStudio } from "./label-studio";
import type { Layout } from "./layout";
import { prodigy } from "./prodigy";
import { spans } from "./spans";
import { squad } from "./squad";
import { translation } from "./translation";
import { viewerRows } from "./viewer-rows";
import { wordRows } from "./word-rows";

/** What is around the rows, then tools: what they write may be spans. */
const layouts: readonly Layout[] = [viewerRows, labelStudio, argilla, prodigy, squad, translation, spans, wordRows];

/**
 * A table with the columns that the formats read, where it is laid out as a tool does it; what was
 * done is among its notices.
 * @throws DataError naming file, row and column for a span that is not in its text.
 */
export function arrangeRows(table: Table): Table {
  return layouts.reduce((arranged, layout) => layout(arranged), table);
}
