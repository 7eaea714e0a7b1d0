/** Cells that are numbers, and what of them 32 bits can hold. */

/** German or French: `4,5`, `1.234,5`. */
const WITH_COMMA = /^[+-]?(?:\d+|\d{1,3}(?:[.\u00a0\u202f ]\d{3})+),\d+$/;
/** What other programs write for a missing number. */
const MISSING = /^(?:nan|-?nan|null|none|n\/?a|<na>|#n\/?a|nat|-)$/i;

/**
 * The number of a cell; NaN where it is none.
 * @param decimalComma whether a comma between digits is the decimal point
 */
export function numberIn(cell: string, decimalComma = false): number {
  const text = cell.trim();
  if (text === "") return Number.NaN;
  if (decimalComma && WITH_COMMA.test(text)) return Number(text.replace(/[.\u00a0\u202f ]/g, "").replace(",", "."));
  // "0x1F" and "0b1" are numbers to JavaScript alone.
  return /^[+-]?0[xbo]/i.test(text) ? Number.NaN : Number(text);
}

/** Whether a cell says that there is no value: empty, or as `nan`, `None`, `NULL`, `N/A`, `-`. */
export const isMissing = (cell: string): boolean => cell.trim() === "" || isMissingWord(cell);

/** The same without the empty cell. */
export const isMissingWord = (cell: string): boolean => MISSING.test(cell.trim());
