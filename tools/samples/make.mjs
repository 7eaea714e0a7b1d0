/**
 * `node tools/samples/make.mjs`: writes the sets of `public/samples` and their list anew, from the
 * texts and rules in this folder. It gives the same files every time;
 * `tests/unit/data/samples.test.ts` holds what is committed to them.
 */

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { conversations } from "./sets/conversations.mjs";
import { councilDebate } from "./sets/council-debate.mjs";
import { customerMessages } from "./sets/customer-messages.mjs";
import { entailment } from "./sets/entailment.mjs";
import { facts } from "./sets/facts.mjs";
import { filmGrades } from "./sets/film-grades.mjs";
import { filmReviews } from "./sets/film-reviews.mjs";
import { guestComments } from "./sets/guest-comments.mjs";
import { instructions } from "./sets/instructions.mjs";
import { namedEntities } from "./sets/named-entities.mjs";
import { questions } from "./sets/questions.mjs";
import { relatedness } from "./sets/relatedness.mjs";
import { unlabelledMessages } from "./sets/unlabelled-messages.mjs";
import { toCsv, toJsonLines } from "./text.mjs";

/** In the page's order; the first is open on arrival. */
const SETS = [
  questions,
  filmReviews,
  customerMessages,
  councilDebate,
  entailment,
  guestComments,
  filmGrades,
  relatedness,
  namedEntities,
  instructions,
  conversations,
  facts,
  unlabelledMessages,
];

/** Every file of `public/samples` that is made here, by name. */
export function makeSamples() {
  const files = new Map();
  const listings = SETS.map(({ rows: makeRows, file, ...said }) => {
    const rows = makeRows();
    files.set(file, file.endsWith(".jsonl") ? toJsonLines(rows) : toCsv(rows));
    return { id: file.slice(0, file.lastIndexOf(".")), file, ...said, rows: rows.length };
  });
  return files.set("index.json", `${JSON.stringify(listings, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL("../../public/samples/", import.meta.url);
  for (const [name, content] of makeSamples()) writeFileSync(new URL(name, folder), content);
}
