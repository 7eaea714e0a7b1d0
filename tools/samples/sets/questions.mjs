/** What a question asks for: written by hand, a section a label. */

import { Draw, readSections } from "../text.mjs";

export const questions = {
  file: "questions.csv",
  title: "Question types",
  description:
    "What does a question ask for: an abbreviation, a description, an entity, a person, a place or a number?",
  task: "sequence-classification",
  rows: () => labelledLines("questions"),
};

/** Every line with its section's heading as the label, in a random order. */
export function labelledLines(name) {
  const rows = [...readSections(name)].flatMap(([label, lines]) => lines.map((text) => ({ text, label })));
  return new Draw(name).shuffle(rows);
}
