/** Cells that are numbers, and how a column writes its numbers. */

/** German or French: `4,5`, `1.234,5`. */
const WITH_COMMA = /^[+-]?(?:\d+|\d{1,3}(?:[.\u00a0\u202f ]\d{3})+),\d+$/;
/** `1.234`, `1.234.567`: thousands beside decimal commas. */
const POINTS_IN_GROUPS = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$/;
/** English or Swiss: `1,234`, `1,234.5`, `1'234.5`. */
const COMMAS_IN_GROUPS = /^[+-]?[1-9]\d{0,2}(?:[,'\u2019]\d{3})+(?:\.\d+)?$/;
/** An amount with its unit: `$4.50`, `4,50 €`, `45 %`. */
const WITH_UNIT = /^[+-]?(?:[$€£¥₹]|[A-Z]{3})?\s*[+-]?\d[\d.,'\u00a0\u202f]*\s*(?:[$€£¥₹%‰]|[A-Z]{3})?$/u;
/** What other programs write for a missing number; `\N` is Postgres' and MySQL's. */
const MISSING = /^(?:nan|-?nan|null|none|n\/?a|<na>|#n\/?a|nat|\\n|-)$/i;

/** How the numbers of a column are written. */
export interface NumberStyle {
  /** Whether a comma between digits is the decimal point. */
  readonly decimalComma: boolean;
  /** Whether what is not the decimal point stands between thousands. */
  readonly grouped: boolean;
}

/**
 * The number of a cell; NaN where it is none.
 * @param decimalComma whether a comma between digits is the decimal point
 * @param grouped whether points (commas, where a point is the decimal point) divide thousands
 */
export function numberIn(cell: string, decimalComma = false, grouped = false): number {
  const text = cell.trim();
  if (text === "") return Number.NaN;
  if (decimalComma && WITH_COMMA.test(text)) return Number(text.replace(/[.\u00a0\u202f ]/g, "").replace(",", "."));
  if (grouped && (decimalComma ? POINTS_IN_GROUPS : COMMAS_IN_GROUPS).test(text)) {
    return Number(text.replace(decimalComma ? /\./g : /[,'\u2019]/g, ""));
  }
  // "0x1F" and "0b1" are numbers to JavaScript alone.
  return /^[+-]?0[xbo]/i.test(text) ? Number.NaN : Number(text);
}

/** `inf` as pandas and numpy write it, and what is beyond float64 (`1e400`). */
export function isInfinite(cell: string): boolean {
  const text = cell.trim();
  return /^[+-]?inf(?:inity)?$/i.test(text) || Math.abs(numberIn(text)) === Number.POSITIVE_INFINITY;
}

/**
 * A decimal number without what does not count: `+01.50` and `1.5` are the same, whatever its size.
 */
export function plainDecimal(text: string): string {
  const [, sign, whole, fraction = ""] = /^([+-]?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const number = fraction === "" ? whole : `${whole}.${fraction}`;
  return sign === "-" && number !== "0" ? `-${number}` : number;
}

/** Whether a cell is a whole number with more digits than are computed with. */
export function losesDigits(cell: string): boolean {
  const text = cell.trim();
  return /^[+-]?\d{16,300}$/.test(text) && BigInt(text.replace("+", "")) !== BigInt(Number(text));
}

/** Whether a cell says that there is no value: empty, or as `nan`, `NULL`, `N/A`, `\N` or `-`. */
export const isMissing = (cell: string): boolean => cell.trim() === "" || isMissingWord(cell);

/** The same without the empty cell. */
export const isMissingWord = (cell: string): boolean => MISSING.test(cell.trim());

/** Whether a cell is a number with a unit, which is none to compute with. */
export const hasUnit = (cell: string): boolean => WITH_UNIT.test(cell.trim()) && /[^\d.,'+\-\s]/u.test(cell);

/**
 * How cells of a column write numbers, where all that are not missing are numbers in one way; with
 * a decimal point where they are none. Beside semicolons a comma is rather the decimal point;
 * elsewhere it is where it cannot divide thousands.
 */
export function numberStyle(cells: readonly string[], semicolons = false): NumberStyle {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => !isMissing(cell) && !isInfinite(cell));
  const commas = filled.filter((cell) => cell.includes(",") || /\d['\u2019]\d/.test(cell));
  const style = (decimalComma: boolean, grouped: boolean): NumberStyle => ({ decimalComma, grouped });
  const fits = ({ decimalComma, grouped }: NumberStyle) =>
    filled.every((cell) => Number.isFinite(numberIn(cell, decimalComma, grouped)));
  if (commas.length === 0) {
    const several = filled.some((cell) => /\.\d{3}\.\d{3}/.test(cell)) && fits(style(true, true));
    return style(semicolons || several, several);
  }
  // "0.5" beside "1,5" is no group of thousands, and so "1.500" is none either.
  const points = filled.filter((cell) => /^[^,]*\.[^,]*$/.test(cell));
  const inPoints = points.every((cell) => POINTS_IN_GROUPS.test(cell));
  const inCommas = commas.every((cell) => COMMAS_IN_GROUPS.test(cell));
  const comma = semicolons || inPoints ? [style(true, inPoints && points.length > 0)] : [];
  const english = style(false, true);
  const order = inCommas && !semicolons ? [english, ...comma] : [...comma, english];
  return order.find(fits) ?? style(semicolons, false);
}

/**
 * Whether cells such as `4,5` are numbers rather than lists of two numbered labels, whose second
 * is usually the larger: one has a fraction that no list has (`5,05`, `3,1`, `2,2`).
 */
export function areDecimals(cells: readonly string[]): boolean {
  return cells.some((cell) => {
    const [, whole, fraction] = /^[+-]?([\d.]+),(\d+)$/.exec(cell.trim()) ?? [];
    if (whole === undefined || fraction === undefined) return false;
    return /^0\d/.test(fraction) || Number(fraction) <= Number(whole.replaceAll(".", ""));
  });
}
