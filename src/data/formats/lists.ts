/**
 * Cells that hold a list: a JSON array, Python's way of writing one (as pandas does), or words
 * between separators; and cells that say yes or no.
 */

/**
 * A cell between square brackets as its entries, numbers written as text; null where it is no such
 * list, or holds something else than texts and numbers.
 */
export function readArray(cell: string): string[] | null {
  const text = cell.trim();
  if (!text.startsWith("[") || !text.endsWith("]")) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return readPythonList(text);
  }
  const entries = value as unknown[];
  return entries.every((entry) => typeof entry === "string" || typeof entry === "number") ? entries.map(String) : null;
}

/** `['EU', "Peter's", 3]` */
function readPythonList(text: string): string[] | null {
  const entry = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([\w.+-]+))\s*(,|$)/y;
  const inner = text.slice(1, -1);
  const entries: string[] = [];
  while (entry.lastIndex < inner.length) {
    const found = entry.exec(inner);
    if (!found) return null;
    entries.push((found[1] ?? found[2] ?? found[3]!).replace(/\\(.)/g, "$1"));
  }
  return entries;
}

/** The words of a cell: a list's entries, or what stands between white space. */
export function readWords(cell: string): string[] {
  return readArray(cell) ?? cell.trim().split(/\s+/).filter(Boolean);
}

/** What may stand between the labels of a cell, the likeliest first. */
export const SEPARATORS: readonly string[] = [";", "|", ",", "#", "\n"];

/** The labels of a cell, trimmed, each once. */
export function splitLabels(cell: string, separator: string): string[] {
  const parts = readArray(cell) ?? cell.split(separator);
  return [...new Set(parts.map((part) => part.trim()).filter(Boolean))];
}

/** The first separator that occurs in any cell which is no list; a semicolon where none does. */
export function separatorOf(cells: readonly string[]): string {
  const plain = cells.filter((cell) => !readArray(cell)).map((cell) => cell.trim());
  return SEPARATORS.find((separator) => plain.some((cell) => cell.includes(separator))) ?? ";";
}

const YES = new Set(["1", "1.0", "true", "yes"]);

/** Whether a cell says that the label of its column is there. */
export function isYes(cell: string): boolean {
  return YES.has(cell.trim().toLowerCase());
}
