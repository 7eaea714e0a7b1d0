/** Reads a typed number against its limits. */

export interface NumberRange {
  integer?: boolean;
  min?: number;
  max?: number;
  /** The limits themselves are not allowed. */
  above?: number;
  below?: number;
  /** Empty means null. */
  optional?: boolean;
}

/** The number, or what is wrong with it: the limit and what was typed. */
export function readNumber(text: string, range: NumberRange): { value: number | null; problem: string | null } {
  const fail = (problem: string) => ({ value: null, problem });
  const trimmed = text.trim();
  if (trimmed === "") return range.optional ? { value: null, problem: null } : fail("A number is needed here.");
  const value = Number(trimmed.replace(",", "."));
  if (!Number.isFinite(value)) return fail(`"${trimmed}" is not a number.`);
  if (range.integer && !Number.isInteger(value)) return fail(`A whole number is needed, not ${trimmed}.`);
  if (range.min !== undefined && value < range.min) return fail(`At least ${range.min}; this is ${trimmed}.`);
  if (range.max !== undefined && value > range.max) return fail(`At most ${range.max}; this is ${trimmed}.`);
  if (range.above !== undefined && value <= range.above) return fail(`Above ${range.above}; this is ${trimmed}.`);
  if (range.below !== undefined && value >= range.below) return fail(`Below ${range.below}; this is ${trimmed}.`);
  return { value, problem: null };
}
