/**
 * Rows of the open data whose label is probably wrong, by chances of rows that were not learned: a
 * bag of words over folds, or a run on its validation and test rows. Finds them only; what becomes
 * of a row a person says (`data/changes.ts`).
 */

import { chancesOfOne, learnConfidently, type Suspect, softmaxRows } from "../answers/confident-learning";
import { answerOutOfSample, FOLDS } from "../answers/out-of-sample";
import { type Example, shownText } from "../data/examples";
import { formats } from "../data/formats/registry";
import type { DataRole } from "../data/types";
import type { LabelErrorSource, LabelErrors, ProbableError } from "./api";
import type { DatasetStore } from "./dataset-store";
import type { OpenComparison } from "./open-comparison";

/** What there has to be of a comparison whose runs are asked. */
export type AskedComparison = Pick<OpenComparison, "comparison" | "configuration" | "data" | "variants" | "tables">;

/** A row of the open data, and where it is. */
interface PlacedRow {
  readonly example: Example;
  /** Which file it is of. */
  readonly file: DataRole;
  readonly part: ProbableError["part"];
}

interface SaidRow extends PlacedRow {
  /** Logits of every label. */
  readonly output: ArrayLike<number>;
}

/**
 * @param current whose runs can be asked; null where there is none
 * @throws Error where the task has no labels of whole rows, or there is no such run; as
 * `answerOutOfSample`
 */
export async function findLabelErrors(
  store: DatasetStore,
  current: AskedComparison | null,
  source: LabelErrorSource,
  progress: (done: number, total: number) => void,
): Promise<LabelErrors> {
  const { settings, dataset, train, validation, test, seed } = store.data;
  const { answer, title, labelsOf } = formats[settings.task];
  if (answer !== "label" && answer !== "labels") {
    throw new Error(`Label errors can be looked for where rows have labels; the task is "${title}".`);
  }
  const { labels } = dataset;
  const placed = placedRows(store);
  let said: SaidRow[];
  if (source.kind === "folds") {
    const rows = placed.filter(({ part }) => dataset.divisions.length > 1 || part !== "test");
    const examples = rows.map(({ example }) => example);
    const output = await answerOutOfSample({ examples, answer, labels, labelsOf, seed }, progress);
    said = rows.map((row, place) => ({
      ...row,
      output: output.subarray(place * labels.length, (place + 1) * labels.length),
    }));
  } else {
    said = saidByRun(store, current, source.run, placed);
  }
  const { flagged, agreeing, expectedRight } =
    answer === "label" ? ofOneLabel(said, labels) : ofSeveralLabels(said, labels);
  const files = { train, validation, test };
  return {
    answer,
    by: source.kind === "folds" ? "Bag of words" : source.run,
    folds: source.kind === "folds" ? FOLDS : null,
    rows: said.length,
    agreeing,
    expectedRight,
    errors: flagged.map(({ row: { example, file, part }, ...found }) => ({
      ...{ file, part, row: example.row, text: shownText(example) },
      fileName: files[file]!.file,
      ...found,
    })),
  };
}

/** Every row that is open, once; a row that is tested in any division is a test row. */
function placedRows({ data }: DatasetStore): PlacedRow[] {
  const placed = new Map<string, PlacedRow>();
  const add = (rows: readonly Example[], file: DataRole, part: ProbableError["part"]) => {
    for (const example of rows) placed.set(`${file} ${example.row}`, { example, file, part });
  };
  for (const { train, validation } of data.dataset.untransformed) {
    add(train, "train", "training");
    add(validation, data.validation ? "validation" : "train", "validation");
  }
  for (const { test } of data.dataset.untransformed) add(test, data.test ? "test" : "train", "test");
  return [...placed.values()];
}

/** What a run says of rows it was not trained on: of its seeds and folds the first that has one. */
function saidByRun(
  store: DatasetStore,
  current: AskedComparison | null,
  run: string,
  placed: readonly PlacedRow[],
): SaidRow[] {
  const variants = current?.variants.filter((variant) => variant.run === run) ?? [];
  if (!current || variants.length === 0) throw new Error(`There is no run "${run}" to ask. Press Compare first.`);
  const { train, validation, test, dataset, settings } = store.data;
  const { tables } = current;
  const { task, columns } = current.configuration.data;
  const sameFiles = tables.train === train && tables.validation === validation && tables.test === test;
  const sameAnswers =
    task === settings.task &&
    JSON.stringify(columns) === JSON.stringify(settings.columns) &&
    current.data.labels.join("\n") === dataset.labels.join("\n");
  if (!sameFiles || !sameAnswers) {
    throw new Error(
      `"${run}" was trained on other data or labels than are open now. Compare again, or choose another.`,
    );
  }
  const outputs = new Map<string, ArrayLike<number>>();
  for (const { name } of variants) {
    const own = [
      { said: current.comparison.validated(name), file: validation ? "validation" : "train" },
      { said: current.comparison.tested(name), file: test ? "test" : "train" },
    ];
    for (const { said, file } of own) {
      said?.examples.forEach(({ row }, place) => {
        const key = `${file} ${row}`;
        if (!outputs.has(key)) outputs.set(key, said.evaluation.outputs[place]!);
      });
    }
  }
  const said = placed.flatMap((row) => {
    const output = outputs.get(`${row.file} ${row.example.row}`);
    return output ? [{ ...row, output }] : [];
  });
  if (said.length === 0) throw new Error(`"${run}" has not been evaluated yet. Wait until it has.`);
  return said;
}

interface Flagged extends Pick<ProbableError, "given" | "likely" | "confidence" | "likelyConfidence" | "doubted"> {
  readonly row: PlacedRow;
}

interface Found extends Pick<LabelErrors, "agreeing" | "expectedRight"> {
  /** The least confident first. */
  readonly flagged: readonly Flagged[];
}

/** How many suspects are right, by their chances. */
const expectedOf = (suspects: readonly Suspect[]) => suspects.reduce((sum, { confidence }) => sum + confidence, 0);

function ofOneLabel(rows: readonly SaidRow[], labels: readonly string[]): Found {
  const given = rows.map(({ example }) => example.label);
  const chances = softmaxRows(joined(rows), labels.length);
  const { suspects } = learnConfidently(given, chances, labels.length);
  return {
    flagged: suspects.map(({ place, given: own, likely, ...confidences }) => ({
      row: rows[place]!,
      given: [labels[own]!],
      likely: [labels[likely]!],
      doubted: [],
      ...confidences,
    })),
    agreeing: shareLikeliest(given, chances, labels.length),
    expectedRight: expectedOf(suspects),
  };
}

/** Each label is a question of its own; a row that several of them make a suspect is one. */
function ofSeveralLabels(rows: readonly SaidRow[], labels: readonly string[]): Found {
  const logits = joined(rows);
  const flips = new Map<number, Map<number, Suspect>>();
  let agreeing = 0;
  for (const label of labels.keys()) {
    const given = rows.map(({ example }) => example.values![label]!);
    const chances = chancesOfOne(logits, labels.length, label);
    agreeing += shareLikeliest(given, chances, 2) / labels.length;
    for (const suspect of learnConfidently(given, chances, 2).suspects) {
      const own = flips.get(suspect.place) ?? new Map<number, Suspect>();
      flips.set(suspect.place, own.set(label, suspect));
    }
  }
  const flagged = [...flips].map(([place, own]): Flagged => {
    const row = rows[place]!;
    const values = row.example.values!;
    const doubts = [...own].sort(([, a], [, b]) => a.confidence - b.confidence);
    const { confidence, likelyConfidence } = doubts[0]![1];
    return {
      row,
      given: labels.filter((_, label) => values[label] === 1),
      likely: labels.filter((_, label) => (values[label] === 1) !== own.has(label)),
      ...{ confidence, likelyConfidence },
      doubted: doubts.map(([label, { given, ...chances }]) => ({
        label: labels[label]!,
        chance: given === 1 ? chances.confidence : chances.likelyConfidence,
      })),
    };
  });
  return {
    flagged: flagged.sort((a, b) => a.confidence - b.confidence),
    agreeing,
    expectedRight: expectedOf([...flips.values()].flatMap((own) => [...own.values()])),
  };
}

function shareLikeliest(given: readonly number[], chances: Float64Array, classes: number): number {
  const right = given.filter((label, row) => {
    const own = chances.subarray(row * classes, (row + 1) * classes);
    return own[label] === Math.max(...own);
  });
  return right.length / given.length;
}

function joined(rows: readonly SaidRow[]): Float64Array {
  const width = rows[0]!.output.length;
  const all = new Float64Array(rows.length * width);
  for (const [place, { output }] of rows.entries()) all.set(output, place * width);
  return all;
}
