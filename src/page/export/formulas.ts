/** What is said where a CSV is saved of cells that a spreadsheet would compute. */

export const FORMULAS_LABEL = "Formulas in CSV as they are";

export const FORMULAS_HELP =
  "Off: a cell that begins with = + - or @ and is no number gets an apostrophe before it, so that no spreadsheet computes it.";
