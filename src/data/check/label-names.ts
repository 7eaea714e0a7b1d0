/** Names of labels: words for a missing value, names that look alike, names that say nothing. */

import { countOf, nameAll, quote } from "../errors";
import { alikeLabels, missingCode, missingLabels, shownLabel } from "../formats/labels";
import type { CheckAction, CheckLine } from "./check";
import { type CheckFacts, good, leaveOut, line, MOST_CHANGES, type PlacedExample, placeOfRow } from "./facts";

/** More labels are not named by hand. */
const MOST_NAMED = 12;

const nounOf = ({ format }: CheckFacts) => (format.answer === "tags" ? "tag" : "label");

/** Rows that have one of these labels. */
function rowsWith({ rows, dataset, format }: CheckFacts, names: readonly string[]): PlacedExample[] {
  const ids = new Set(names.map((name) => dataset.labels.indexOf(name)));
  return rows.filter(({ example }) => [...format.labelsOf(example)].some((id) => ids.has(id)));
}

/** Rows of each label in all parts. */
const countsOf = ({ counts: { training, validation, test } }: CheckFacts) =>
  training.map((count, id) => count + validation[id]! + test[id]!);

/**
 * `nan`, `None`, `-`, −1 beside 0, 1 and 2: labels like any other, unless their cells are meant to
 * be empty.
 */
export function missingWords(facts: CheckFacts): CheckLine | null {
  const { labels } = facts.dataset;
  if (labels.length === 0) return null;
  const noun = nounOf(facts);
  const code = missingCode(labels, countsOf(facts));
  const missing = [...missingLabels(labels), ...(code === null ? [] : [code])];
  if (missing.length === 0) return good(facts, "missing-words", `No ${noun} is a word for a missing value.`);
  const isOne = missing.length === 1;
  const rows = rowsWith(facts, missing);
  return line(
    facts,
    {
      id: "missing-words",
      isGood: false,
      said:
        `${nameAll(missing, 4)} ${isOne ? "is" : "are"} learned as ${isOne ? `a ${noun}` : `${noun}s`}. ` +
        "If that means that a value is missing, leave these cells empty: then their rows are left out.",
    },
    { rows, actions: noun === "label" ? leaveOut(`Leave out ${countOf(rows.length, "row")}`, rows) : [] },
  );
}

/** Labels that differ in what can hardly be seen: case, blanks, forms of a letter, zeros. */
export function alike(facts: CheckFacts): CheckLine | null {
  const { labels } = facts.dataset;
  if (labels.length === 0) return null;
  const noun = nounOf(facts);
  const sets = alikeLabels(labels);
  const [first] = sets;
  if (!first) return good(facts, "alike-labels", `No two ${noun}s look alike.`);
  const others = sets.length - 1;
  return line(
    facts,
    {
      id: "alike-labels",
      isGood: false,
      said:
        `The ${noun}s ${first.slice(0, 3).map(shownLabel).join(" and ")} look alike and are learned as different ones` +
        `${others > 0 ? `, and so ${others === 1 ? "is" : "are"} ${countOf(others, "other set")}` : ""}. Write each ${noun} in one way.`,
    },
    { rows: rowsWith(facts, sets.flat()), actions: spellAlike(facts, sets) },
  );
}

/** Writes each set as its commonest spelling, where rows have one label. */
function spellAlike(facts: CheckFacts, sets: readonly (readonly string[])[]): CheckAction[] {
  const { format, dataset, counts } = facts;
  if (format.answer !== "label") return [];
  const timesOf = (name: string) => counts.training[dataset.labels.indexOf(name)]!;
  const changes = sets.flatMap((set) => {
    const common = set.reduce((best, name) => (timesOf(name) > timesOf(best) ? name : best));
    const rest = set.filter((name) => name !== common);
    return rowsWith(facts, rest).map((row) => ({ ...placeOfRow(row), label: common }));
  });
  if (changes.length > MOST_CHANGES) return [];
  return [{ kind: "changes", title: `Write ${sets.length === 1 ? "them" : "each set"} as the commonest one`, changes }];
}

/** Numbers and signs: a text that says the task cannot be made of them. */
export function plainLabels(facts: CheckFacts): CheckLine | null {
  const { format, dataset, settings } = facts;
  const { labels } = dataset;
  if (format.answer !== "label" || labels.length > MOST_NAMED) return null;
  const plain = labels.filter((name) => !/\p{L}{2}/u.test(name));
  if (plain.length === 0) {
    // That they have names needs saying only where somebody gave them.
    return settings.labelNames
      ? good(facts, "plain-labels", `The labels are called ${labels.map((name) => quote(name)).join(", ")}.`)
      : null;
  }
  return line(
    facts,
    {
      id: "plain-labels",
      isGood: false,
      said: `The labels are ${nameAll(labels, MOST_NAMED)}, which says nothing of the task. With names, results and the text that says the task can be read.`,
    },
    { actions: [{ kind: "name-labels", title: "Name them" }] },
  );
}
