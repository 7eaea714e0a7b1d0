/** What is said where a CSV is saved of cells that a spreadsheet would compute. */

export const FORMULAS_LABEL = "Keep formulas in CSV files";

export const FORMULAS_HELP =
  "Off: cells that begin with =, +, - or @ and are no number get an apostrophe before them, so that no spreadsheet computes them.";
