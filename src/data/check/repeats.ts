/** Equal texts: answered in different ways, there more than once, or in two parts. */

import { countOf, formatCount } from "../errors";
import { nameRows } from "../shards";
import type { DataRole } from "../types";
import type { CheckLine } from "./check";
import { type CheckFacts, good, leaveOut, line, type PlacedExample, percent, sourceOf } from "./facts";

/** A smaller share of repeats changes nothing. */
const MANY = 0.01;

const rowNumbers = (rows: readonly PlacedExample[]) => rows.map(({ example }) => example.row);

/** `row 22`, of the training file or of each file that there is. */
function named(facts: CheckFacts, rows: readonly PlacedExample[]): string {
  const files = [...new Set(rows.map(({ file }) => file))];
  const ofFile = (file: DataRole) => {
    const own = rowNumbers(rows.filter((row) => row.file === file));
    const source = sourceOf(facts, file);
    return `${nameRows(own, source)}${file === "train" ? "" : ` of ${source.file}`}`;
  };
  return files.map(ofFile).join("; ");
}

/** At most one of two answers to a text can be right. */
export async function contradictions(facts: CheckFacts): Promise<CheckLine | null> {
  const { format, byInput, breathe } = facts;
  if (format.answer === "text") return null;
  const answerOf = ({ example: { label, values, tags } }: PlacedExample) =>
    [label, ...(values ?? []), ...(tags ?? [])].join();
  const clashing: PlacedExample[] = [];
  const all: PlacedExample[] = [];
  for (const [first, ...others] of byInput.values()) {
    const differing = others.filter((row) => answerOf(row) !== answerOf(first!));
    if (differing.length > 0) {
      clashing.push(...differing);
      all.push(first!, ...others);
    }
    await breathe();
  }
  if (clashing.length === 0) return good(facts, "contradictions", "No text is answered in two ways.");
  return line(
    facts,
    {
      id: "contradictions",
      isGood: false,
      said:
        `${countOf(clashing.length, "row")} ${clashing.length === 1 ? "has" : "have"} the text of an earlier row and another answer ` +
        `(${named(facts, clashing)}): of each text one answer at most is right.`,
    },
    { rows: all },
  );
}

/** Rows after the first with a text of the same part. */
export async function repeats(facts: CheckFacts): Promise<CheckLine> {
  const { byInput, rows, breathe } = facts;
  const again: PlacedExample[] = [];
  const all: PlacedExample[] = [];
  let texts = 0;
  for (const own of byInput.values()) {
    const seen = new Set<PlacedExample["part"]>();
    const repeated = own.filter(({ part }) => {
      const isSeen = seen.has(part);
      seen.add(part);
      return isSeen;
    });
    if (repeated.length > 0) {
      texts++;
      again.push(...repeated);
      all.push(...own);
    }
    await breathe();
  }
  if (again.length === 0) return good(facts, "repeats", "No text is there twice in one part.");
  const said = `${countOf(texts, "text")} ${texts === 1 ? "is" : "are"} there more than once, which makes ${countOf(again.length, "row")} (${percent(again.length / rows.length)}) repeats.`;
  const isGood = again.length < MANY * rows.length;
  return line(
    facts,
    { id: "repeats", isGood, said: isGood ? said : `${said} They count for more in training and in every figure.` },
    { rows: all, actions: isGood ? [] : leaveOut(`Leave out ${countOf(again.length, "repeat")}`, again) },
  );
}

/** Where parts are drawn equal texts stay together; in files of one's own they may not. */
export async function sharedTexts(facts: CheckFacts): Promise<CheckLine | null> {
  const { byInput, dataset, tables, breathe } = facts;
  if (dataset.validation.length + dataset.test.length === 0) return null;
  const shared = { validation: [] as PlacedExample[], test: [] as PlacedExample[] };
  for (const own of byInput.values()) {
    const has = (part: PlacedExample["part"]) => own.some((row) => row.part === part);
    if (own.length > 1 && has("training")) shared.validation.push(...own.filter(({ part }) => part === "validation"));
    if (own.length > 1 && (has("training") || has("validation")))
      shared.test.push(...own.filter(({ part }) => part === "test"));
    await breathe();
  }
  const sentences = (["validation", "test"] as const).flatMap((part) => {
    const rows = shared[part];
    if (rows.length === 0) return [];
    const of = part === "validation" ? "a training row" : "a training or validation row";
    return [
      `${formatCount(rows.length)} of ${countOf(dataset[part].length, `${part} row`)} ${rows.length === 1 ? "has" : "have"} the text of ${of} ` +
        `(${named(facts, rows)}): there a run may answer from memory.`,
    ];
  });
  if (sentences.length === 0) {
    const drawn = tables.validation || tables.test ? "" : " Equal texts are kept in one part.";
    return good(facts, "shared-texts", `No text is in two parts.${drawn}`);
  }
  const rows = [...new Set([...shared.validation, ...shared.test])];
  return line(
    facts,
    { id: "shared-texts", isGood: false, said: sentences.join(" ") },
    { rows, actions: leaveOut("Leave them out there, and keep them in training", rows) },
  );
}
