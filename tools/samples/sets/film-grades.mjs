/**
 * What a writer says of a film and the grade that goes with it, out of ten: composed of remarks on
 * parts of the film and, in two rows of three, of what the writer makes of it all. The grade is
 * counted from them.
 */

import { capitalise, Draw, distinct, readSections } from "../text.mjs";

const ROWS = 1050;
/** What each kind of remark adds to 5. */
const WORTH = { good: 0.8, bad: -0.8, positive: 2.2, negative: -2.2 };
/**
 * Out of ten films, how many are good; of these seven remarks in ten are praise, of the others
 * three.
 */
const GOOD_FILMS = 5;

export const filmGrades = {
  file: "film-grades.csv",
  title: "Film grades",
  description: "How many points out of ten does a writer give a film?",
  task: "regression",
  rows() {
    const draw = new Draw("film grades");
    const decks = new Map([...readSections("film-parts")].map(([name, lines]) => [name, draw.deck(lines)]));
    const rows = Array.from({ length: ROWS * 2 }, () => {
      const praise = draw.below(10) < GOOD_FILMS ? 7 : 3;
      const parts = Array.from({ length: 1 + draw.below(3) }, () => (draw.below(10) < praise ? "good" : "bad"));
      const verdict = draw.below(3) === 0 ? [] : [draw.below(10) < praise ? "positive" : "negative"];
      const kinds = [...parts, ...verdict];
      const remarks = [...new Set(kinds.map((kind) => decks.get(kind)()))];
      const grade = kinds.reduce((sum, kind) => sum + WORTH[kind], 5);
      return {
        text: remarks.map((remark) => `${capitalise(remark)}.`).join(" "),
        rating: grade.toFixed(1),
        kinds,
        remarks,
      };
    });
    const whole = rows.filter(({ kinds, remarks }) => remarks.length === kinds.length);
    return distinct(whole, ({ text }) => text)
      .slice(0, ROWS)
      .map(({ text, rating }) => ({ text, rating }));
  },
};
