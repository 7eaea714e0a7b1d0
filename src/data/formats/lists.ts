/**
 * Cells that hold a list: an array as JSON, Python or numpy write it, or words between separators;
 * and cells that say yes or no.
 */

import { readStructure } from "../literals";

/**
 * A cell that holds a list (see `readStructure`) as its entries, numbers written as text; null
 * where it is no list, or holds something else than texts, numbers, and yes or no.
 */
export function readArray(cell: string): string[] | null {
  const value = readStructure(cell);
  if (!Array.isArray(value)) return null;
  const entries = value as unknown[];
  return entries.every((entry) => ["string", "number", "boolean"].includes(typeof entry)) ? entries.map(String) : null;
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

const YES = new Set(["1", "1.0", "true", "yes", "y", "x", "✓", "✔"]);

/** Whether a cell says that the label of its column is there. */
export function isYes(cell: string): boolean {
  return YES.has(cell.trim().toLowerCase());
}
