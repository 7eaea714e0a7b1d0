/**
 * Which base models can be opened, and which are refused, as `docs/models.md` says it: a search for
 * a model, or for a method of quantised ones, finds it here.
 */

import document from "../../../docs/models.md?raw";

export interface BaseModels {
  /** Family by family: the models that it covers. */
  families: { title: string; covers: string }[];
  /** A sentence. */
  refused: string;
}

/** @throws Error where the document has no table of families or does not say what is refused */
export function readBaseModels(text: string): BaseModels {
  const table = /<!-- families -->(.*?)<!-- \/families -->/s.exec(text)?.[1];
  const refused = /^Refused by name: .*?\.(?=\s)/ms.exec(text)?.[0];
  if (table === undefined || refused === undefined) {
    throw new Error("docs/models.md: the table of families or the sentence “Refused by name: …” is not there.");
  }
  // Below the table's head and its line.
  const rows = table.trim().split("\n").slice(2);
  const families = rows.map((row) => {
    const [, title, covers] = row.split("|").map((cell) => cell.trim());
    return { title: title!, covers: covers! };
  });
  return { families, refused: refused.replaceAll("\n", " ") };
}

export const baseModels: BaseModels = readBaseModels(document);
