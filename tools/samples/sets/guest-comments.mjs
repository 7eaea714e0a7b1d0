/**
 * What guests of hotels and cottages wrote, and every subject they speak of. The remarks are
 * written by hand, a section a subject; a row is one to four of them. Some rows speak of none of
 * the subjects.
 */

import { Draw, distinct, readSections } from "../text.mjs";

const ROWS = 1020;
/** Out of ten rows, how many subjects they have. */
const SUBJECTS = [0, 1, 1, 1, 2, 2, 2, 2, 3, 3];
/** Out of ten rows with a subject, how many have a remark beside the subjects. */
const BESIDE = 3;

export const guestComments = {
  file: "guest-comments.csv",
  title: "Guest comments",
  description:
    "Which of cleanliness, food, location, noise, price and staff does a hotel guest write about? Up to three.",
  task: "multi-label-classification",
  rows() {
    const draw = new Draw("guest comments");
    const sections = readSections("guest-comments");
    const remarks = new Map([...sections].map(([subject, lines]) => [subject, draw.deck(lines)]));
    const remark = (subject) => remarks.get(subject)();
    const subjects = [...sections.keys()].filter((subject) => subject !== "none");
    const deal = draw.deck(SUBJECTS);
    const rows = Array.from({ length: ROWS * 2 }, () => {
      const labels = draw.shuffle(subjects).slice(0, deal());
      const beside = labels.length === 0 ? 1 + draw.below(2) : draw.below(10) < BESIDE ? 1 : 0;
      const said = [...labels.map(remark), ...Array.from({ length: beside }, () => remark("none"))];
      return { text: draw.shuffle([...new Set(said)]).join(" "), labels: labels.sort().join(";") };
    });
    return distinct(rows, ({ text }) => text).slice(0, ROWS);
  },
};
