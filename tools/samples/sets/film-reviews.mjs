/**
 * Sentences about films, positive or negative. Five in eight are written by hand; the others put
 * praise and blame of parts of a film into one text, and what the writer makes of it all decides.
 */

import { capitalise, Draw, distinct, readSections } from "../text.mjs";
import { labelledLines } from "./questions.mjs";

/** Of each label. */
const COMPOSED = 220;

/**
 * What is said of parts agrees with the verdict, or in a third of the frames does not; the verdict
 * is the label's.
 */
const FRAMES = {
  positive: [
    ({ good, good2, verdict }) => `${capitalise(good)} and ${good2}; ${verdict}.`,
    ({ good, good2, verdict }) => `${capitalise(verdict)}: ${good}, and ${good2}.`,
    ({ good, verdict }) => `${capitalise(good)}, and ${verdict}.`,
    ({ bad, bad2, verdict }) => `${capitalise(bad)}, ${bad2}, and still ${verdict}.`,
    ({ good, good2, verdict }) => `${capitalise(good)}. ${capitalise(good2)}. ${capitalise(verdict)}.`,
    ({ bad, verdict }) => `You will hear that ${bad}. Never mind: ${verdict}.`,
  ],
  negative: [
    ({ bad, bad2, verdict }) => `${capitalise(bad)} and ${bad2}; ${verdict}.`,
    ({ bad, bad2, verdict }) => `${capitalise(verdict)}: ${bad}, and ${bad2}.`,
    ({ bad, verdict }) => `${capitalise(bad)}, and ${verdict}.`,
    ({ good, good2, verdict }) => `${capitalise(good)}, ${good2}, and still ${verdict}.`,
    ({ bad, bad2, verdict }) => `${capitalise(bad)}. ${capitalise(bad2)}. ${capitalise(verdict)}.`,
    ({ good, verdict }) => `You will hear that ${good}. Never mind: ${verdict}.`,
  ],
};

export const filmReviews = {
  file: "film-reviews.csv",
  title: "Film reviews",
  description: "Is a short remark about a film positive or negative? With negation, contrast and irony.",
  task: "sequence-classification",
  rows() {
    const draw = new Draw("film reviews, composed");
    const parts = new Map([...readSections("film-parts")].map(([name, lines]) => [name, draw.deck(lines)]));
    const part = (name) => parts.get(name)();
    const composed = Object.entries(FRAMES).flatMap(([label, frames]) => {
      const frame = draw.deck(frames);
      return Array.from({ length: COMPOSED }, () => ({
        text: frame()({
          good: part("good"),
          good2: part("good"),
          bad: part("bad"),
          bad2: part("bad"),
          verdict: part(label),
        }),
        label,
      }));
    });
    return draw.shuffle(distinct([...labelledLines("film-reviews"), ...composed], ({ text }) => text));
  },
};
