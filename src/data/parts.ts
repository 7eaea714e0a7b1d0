/**
 * Divides rows into parts that are judged apart: training, validation and test, or folds. What must
 * stay together does: rows of one group, and rows whose input is the same. Not for files that a
 * person has divided already, and not for the two parts of `split.ts`.
 */

import { DataError, formatCount } from "./errors";
import type { Example } from "./examples";
import { Random } from "./random";
import type { TestPlan } from "./types";

/** What becomes of the rows: one part each, in the file's order. */
export interface Parts<Row = Example> {
  readonly train: readonly Row[];
  readonly validation: readonly Row[];
  /** Empty where there is no test part. */
  readonly test: readonly Row[];
}

export interface DivideOptions {
  /** Of all rows; 0 where a file has the validation rows. */
  readonly validationFraction: number;
  /** Null where there is no test part, or a file has it. */
  readonly test: TestPlan | null;
  readonly seed: number;
  /** Named in errors. */
  readonly file?: string;
  /** Labels of an example, for equal shares; default: its class id. */
  readonly labelsOf?: (example: Example) => Iterable<number>;
}

/**
 * The rows in three parts, once for every fold or repeat; a part that is not asked for is empty.
 * @throws DataError naming the file where there are too few rows, groups or different inputs, or
 * the fractions leave nothing to train on.
 */
export function divideExamples(examples: readonly Example[], options: DivideOptions): Parts[] {
  const { validationFraction, test, seed, file = "data", labelsOf } = options;
  const assign = (rows: readonly Example[], shares: readonly number[], stream: string) =>
    assignParts(rows, shares, { random: new Random(seed, `parts/${stream}`), file, ...(labelsOf && { labelsOf }) });
  const once = (fraction: number, stream: string): Parts => {
    checkFractions(validationFraction, fraction, file);
    const part = assign(examples, [1 - validationFraction - fraction, validationFraction, fraction], stream);
    const of = (index: number) => examples.filter((_, row) => part[row] === index);
    return { train: of(0), validation: of(1), test: of(2) };
  };
  if (test === null || typeof test === "number") return [once(test ?? 0, "0")];
  if ("repeats" in test) {
    return Array.from({ length: test.repeats }, (_, index) => once(test.fraction, String(index)));
  }
  checkFractions(validationFraction, 1 / test.folds, file);
  const fold = assign(examples, new Array<number>(test.folds).fill(1 / test.folds), "folds");
  return Array.from({ length: test.folds }, (_, index) => {
    const rest = examples.filter((_, row) => fold[row] !== index);
    const tested = examples.filter((_, row) => fold[row] === index);
    const held = validationFraction / (1 - 1 / test.folds);
    const part = assign(rest, [1 - held, held], `fold ${index}`);
    const of = (which: number) => rest.filter((_, row) => part[row] === which);
    return { train: of(0), validation: of(1), test: tested };
  });
}

function checkFractions(validation: number, test: number, file: string): void {
  if (validation + test < 1) return;
  const percent = (share: number) => `${formatCount(Math.round(1000 * share) / 10)} %`;
  throw new DataError({
    file,
    what: `${percent(validation)} for validation and ${percent(test)} for the test leave no rows to train on.`,
    fix: "Lower one of them.",
  });
}

export interface AssignOptions {
  readonly random: Random;
  readonly file?: string;
  readonly labelsOf?: (example: Example) => Iterable<number>;
}

/** Rows that stay together. */
interface Unit {
  readonly rows: number[];
  /** How often each label is among them; the rows themselves count under `ROWS`. */
  readonly counts: Map<number, number>;
}

/** Stands among labels for all rows, so that parts get their share of these, too. */
const ROWS = -1;
/** Rounds of moving units to where they fit better. */
const ROUNDS = 8;

/**
 * The part of every example: `shares` add up to 1, and a share of 0 gets none. Units are dealt out
 * largest first, each to where it brings the counts of labels and rows nearest to their shares
 * (chi-squared); rows that stand alone come out as Sainte-Laguë's method apportions them. A label
 * in at least as many units as there are parts is in every part.
 * @throws DataError with both numbers where there are fewer units than parts.
 */
export function assignParts(
  examples: readonly Example[],
  shares: readonly number[],
  options: AssignOptions,
): Uint8Array {
  const { random, file = "data", labelsOf = ({ label }) => [label] } = options;
  const units = unitsOf(examples, labelsOf);
  const asked = shares.flatMap((share, part) => (share > 0 ? [part] : []));
  if (units.length < asked.length) throw tooFew(examples, units.length, asked.length, file);
  random.shuffle(units).sort((a, b) => b.rows.length - a.rows.length);
  const targets = targetsOf(units, shares, asked);
  const held = shares.map(() => new Map<number, number>());
  const number = shares.map(() => 0);
  /** What it adds to chi-squared to have the unit's rows in a part beside what is there. */
  const cost = ({ counts }: Unit, part: number) => {
    let sum = 0;
    for (const [label, count] of counts) {
      const target = targets[part]!.get(label)!;
      sum += (count * (2 * ((held[part]!.get(label) ?? 0) - target) + count)) / target;
    }
    return sum;
  };
  const place = new Map<Unit, number>();
  const put = (unit: Unit, part: number, sign: 1 | -1) => {
    for (const [label, count] of unit.counts) held[part]!.set(label, (held[part]!.get(label) ?? 0) + sign * count);
    number[part]! += sign;
    if (sign > 0) place.set(unit, part);
  };
  const cheapest = (unit: Unit) => {
    let best = asked[0]!;
    for (const part of asked) if (cost(unit, part) < cost(unit, best) - 1e-9) best = part;
    return best;
  };
  for (const unit of units) put(unit, cheapest(unit), 1);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (const unit of units) {
      const from = place.get(unit)!;
      if (number[from] === 1) continue;
      put(unit, from, -1);
      const to = cost(unit, cheapest(unit)) < cost(unit, from) - 1e-9 ? cheapest(unit) : from;
      put(unit, to, 1);
      moved ||= to !== from;
    }
    if (!moved) break;
  }
  for (const part of asked) {
    if (number[part]! > 0) continue;
    const unit = units.findLast((one) => number[place.get(one)!]! > 1)!;
    put(unit, place.get(unit)!, -1);
    put(unit, part, 1);
  }
  const parts = new Uint8Array(examples.length);
  for (const [{ rows }, part] of place) for (const row of rows) parts[row] = part;
  return parts;
}

/**
 * How many of each label a part is to get: its share, but at least one where there are enough units
 * of the label.
 */
function targetsOf(units: readonly Unit[], shares: readonly number[], asked: readonly number[]): Map<number, number>[] {
  const total = new Map<number, { rows: number; units: number }>();
  for (const { counts } of units) {
    for (const [label, count] of counts) {
      const { rows, units: having } = total.get(label) ?? { rows: 0, units: 0 };
      total.set(label, { rows: rows + count, units: having + 1 });
    }
  }
  const targets = shares.map(() => new Map<number, number>());
  for (const [label, { rows, units: having }] of total) {
    const least = having >= asked.length ? 1 : 0;
    const floored = asked.map((part) => Math.max(shares[part]! * rows, least));
    const sum = floored.reduce((all, target) => all + target, 0);
    // What the small parts get beyond their share, the largest gives.
    const largest = asked.reduce((most, part) => (shares[part]! > shares[most]! ? part : most), asked[0]!);
    for (const [index, part] of asked.entries()) {
      targets[part]!.set(label, Math.max(floored[index]! - (part === largest ? sum - rows : 0), least, 1e-6));
    }
  }
  return targets;
}

/** Groups and equal inputs joined: rows that share either are in one unit. */
function unitsOf(examples: readonly Example[], labelsOf: (example: Example) => Iterable<number>): Unit[] {
  const parent = examples.map((_, row) => row);
  const root = (row: number): number => {
    let top = row;
    while (parent[top] !== top) top = parent[top]!;
    parent[row] = top;
    return top;
  };
  const inputOf = inputsOf(examples);
  const first = new Map<string, number>();
  for (const [row, example] of examples.entries()) {
    const keys = [`input ${inputOf(example)}`, ...(example.group === undefined ? [] : [`group ${example.group}`])];
    for (const key of keys) {
      const other = first.get(key);
      if (other === undefined) first.set(key, row);
      else parent[root(row)] = root(other);
    }
  }
  const units = new Map<number, Unit>();
  for (const [row, example] of examples.entries()) {
    const unit = units.get(root(row)) ?? { rows: [], counts: new Map<number, number>() };
    units.set(root(row), unit);
    unit.rows.push(row);
    for (const label of [...labelsOf(example), ROWS]) unit.counts.set(label, (unit.counts.get(label) ?? 0) + 1);
  }
  return [...units.values()];
}

/**
 * What a model reads of a row, for telling equal ones: without regard to case and white space. Of a
 * language model's rows with one prompt for all it is the response.
 */
export function inputsOf(examples: readonly Example[]): (example: Example) => string {
  const plain = (text: string) => text.normalize("NFC").trim().replace(/\s+/gu, " ").toLowerCase();
  const prompt = examples[0]?.text;
  const alike = examples.length > 1 && examples.every(({ text }) => text === prompt);
  return ({ text, textPair, response }) => {
    if (alike && response !== undefined) return plain(response);
    return textPair === null ? plain(text) : `${plain(text)}\n${plain(textPair)}`;
  };
}

function tooFew(examples: readonly Example[], units: number, parts: number, file: string): DataError {
  const groups = new Set(examples.flatMap(({ group }) => (group === undefined ? [] : [group]))).size;
  const rows = formatCount(examples.length);
  if (groups > 0) {
    return new DataError({
      file,
      what:
        `The rows stay together in ${formatCount(units)} sets (${formatCount(groups)} groups of ${rows} rows), and ` +
        `${formatCount(parts)} parts need at least one each.`,
      fix: "Choose another column for the groups, or none, or ask for fewer parts.",
    });
  }
  return new DataError({
    file,
    what: `${rows} rows with ${formatCount(units)} different texts cannot be divided into ${formatCount(parts)} parts.`,
    fix: "Add rows, or open files of your own for validation and test.",
  });
}
