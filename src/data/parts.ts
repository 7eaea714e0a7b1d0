/**
 * Divides rows into parts that are judged apart: training, validation and test, or folds. What must
 * stay together does: rows of one group, and rows whose input is the same. Not for files that a
 * person has divided already, and not for the two parts of `split.ts`.
 */

import { countOf, DataError, formatCount } from "./errors";
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
  const inputOf = inputsOf(examples);
  const units = unitsOf(examples, (example) => [inputOf(example)], labelsOf ?? (({ label }) => [label]));
  const deal = (some: readonly Unit[], shares: readonly number[], stream: string) =>
    dealOut(some, shares, { random: new Random(seed, `parts/${stream}`), file });
  const gather = (place: ReadonlyMap<Unit, number>, part: number) => {
    const rows = [...place].flatMap(([unit, own]) => (own === part ? unit.rows : []));
    return rows.sort((a, b) => a - b).map((row) => examples[row]!);
  };
  const once = (fraction: number, stream: string): Parts => {
    checkFractions(validationFraction, fraction, file);
    const place = deal(units, [1 - validationFraction - fraction, validationFraction, fraction], stream);
    return { train: gather(place, 0), validation: gather(place, 1), test: gather(place, 2) };
  };
  if (test === null || typeof test === "number") return [once(test ?? 0, "0")];
  if ("repeats" in test) {
    return Array.from({ length: test.repeats }, (_, index) => once(test.fraction, String(index)));
  }
  checkFractions(validationFraction, 1 / test.folds, file);
  const fold = deal(units, new Array<number>(test.folds).fill(1 / test.folds), "folds");
  const held = validationFraction / (1 - 1 / test.folds);
  return Array.from({ length: test.folds }, (_, index) => {
    const rest = units.filter((unit) => fold.get(unit) !== index);
    const place = deal(rest, [1 - held, held], `fold ${index}`);
    return { train: gather(place, 0), validation: gather(place, 1), test: gather(fold, index) };
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

/** What of a row says which others it stays with. */
interface Row {
  readonly group?: string;
}

export interface AssignOptions<Any extends Row> {
  readonly random: Random;
  /** Named in errors; default: data. */
  readonly file?: string;
  /** Rows that have one of these in common stay together, and those of one group. */
  readonly keysOf: (row: Any) => readonly string[];
  /** For equal shares. */
  readonly labelsOf: (row: Any) => Iterable<number>;
}

/** Rows that stay together. */
interface Unit {
  /** Places of the examples. */
  readonly rows: number[];
  /** How often each label is among them: pairs of its number and a count. `ROWS` counts rows. */
  readonly counts: (readonly [label: number, count: number])[];
  /** How many groups it joins. */
  readonly groups: number;
}

/** Stands among labels for all rows, so that parts get their share of these, too. */
const ROWS = 0;
/** Rounds of moving units to where they fit better. */
const ROUNDS = 8;

/**
 * The part of every row: `shares` add up to 1, and a share of 0 gets none.
 * @throws DataError with both numbers where there are fewer sets of rows that stay together than
 * parts.
 */
export function assignParts<Any extends Row>(
  rows: readonly Any[],
  shares: readonly number[],
  { keysOf, labelsOf, random, file = "data" }: AssignOptions<Any>,
): Uint8Array {
  const parts = new Uint8Array(rows.length);
  for (const [unit, part] of dealOut(unitsOf(rows, keysOf, labelsOf), shares, { random, file })) {
    for (const row of unit.rows) parts[row] = part;
  }
  return parts;
}

/**
 * The part of every unit. Units are dealt out largest first, each to where it brings the counts of
 * labels and rows nearest to their shares (chi-squared); rows that stand alone come out as
 * Sainte-Laguë's method apportions them. A part that is left without a label that is in at least as
 * many units as there are parts is given one of them by a part that keeps one of each such label;
 * there always is one where no unit has several labels.
 */
function dealOut(
  given: readonly Unit[],
  shares: readonly number[],
  { random, file }: { readonly random: Random; readonly file: string },
): Map<Unit, number> {
  const units = random.shuffle([...given]).sort((a, b) => b.rows.length - a.rows.length);
  const asked = shares.flatMap((share, part) => (share > 0 ? [part] : []));
  if (units.length < asked.length) throw tooFew(units, asked.length, file);
  const targets = targetsOf(units, shares, asked);
  const held = targets.map(({ length }) => new Float64Array(length));
  /** How many units of each label are in each part. */
  const having = targets.map(({ length }) => new Uint32Array(length));
  /** What it adds to chi-squared to have the unit's rows in a part beside what is there. */
  const cost = ({ counts }: Unit, part: number) => {
    let sum = 0;
    for (const [label, count] of counts) {
      const target = targets[part]![label]!;
      sum += (count * (2 * (held[part]![label]! - target) + count)) / target;
    }
    return sum;
  };
  const place = new Map<Unit, number>();
  const put = (unit: Unit, part: number, sign: 1 | -1) => {
    for (const [label, count] of unit.counts) {
      held[part]![label]! += sign * count;
      having[part]![label]! += sign;
    }
    if (sign > 0) place.set(unit, part);
  };
  /** Stays where it is where no other part is cheaper. */
  const cheapest = (unit: Unit, from: number) => {
    let [best, least] = [from, cost(unit, from)];
    for (const part of asked) {
      const own = cost(unit, part);
      if (own < least - 1e-9) [best, least] = [part, own];
    }
    return best;
  };
  for (const unit of units) put(unit, cheapest(unit, asked[0]!), 1);
  const improve = (stays: (unit: Unit, part: number) => boolean) => {
    for (let round = 0, moved = true; moved && round < ROUNDS; round++) {
      moved = false;
      for (const unit of units) {
        const from = place.get(unit)!;
        if (stays(unit, from)) continue;
        put(unit, from, -1);
        const to = cheapest(unit, from);
        put(unit, to, 1);
        moved ||= to !== from;
      }
    }
  };
  improve((_, part) => having[part]![ROWS] === 1);
  for (const part of asked) {
    if (having[part]![ROWS]! > 0) continue;
    const unit = units.findLast((one) => having[place.get(one)!]![ROWS]! > 1)!;
    put(unit, place.get(unit)!, -1);
    put(unit, part, 1);
  }
  // Few large units of a label can be so far from its shares that none is nearer than one.
  const enough = labelsOfAtLeast(asked.length, units);
  const lacks = asked.flatMap((part) =>
    [...enough].flatMap((label) => (having[part]![label] ? [] : [{ part, label }])),
  );
  if (lacks.length === 0) return place;
  const isLast = ({ counts }: Unit, part: number) =>
    counts.some(([label]) => enough.has(label) && having[part]![label] === 1);
  for (const { part, label } of lacks) {
    if (having[part]![label]! > 0) continue;
    const spare = units.filter((unit) => {
      const from = place.get(unit)!;
      return unit.counts.some(([own]) => own === label) && !isLast(unit, from);
    });
    const added = spare.map((unit) => {
      const from = place.get(unit)!;
      put(unit, from, -1);
      const change = cost(unit, part) - cost(unit, from);
      put(unit, from, 1);
      return change;
    });
    const unit = spare[added.indexOf(Math.min(...added))];
    if (!unit) continue;
    put(unit, place.get(unit)!, -1);
    put(unit, part, 1);
  }
  improve(isLast);
  return place;
}

/** Labels, and `ROWS`, that at least so many units have. */
function labelsOfAtLeast(parts: number, units: readonly Unit[]): Set<number> {
  const having = new Map<number, number>();
  for (const { counts } of units) for (const [label] of counts) having.set(label, (having.get(label) ?? 0) + 1);
  return new Set([...having].flatMap(([label, count]) => (count >= parts ? [label] : [])));
}

/**
 * How many of each label a part is to get: its share, but at least one where there are enough units
 * of the label.
 */
function targetsOf(units: readonly Unit[], shares: readonly number[], asked: readonly number[]): Float64Array[] {
  const rows: number[] = [];
  const having: number[] = [];
  for (const { counts } of units) {
    for (const [label, count] of counts) {
      rows[label] = (rows[label] ?? 0) + count;
      having[label] = (having[label] ?? 0) + 1;
    }
  }
  const targets = shares.map(() => new Float64Array(rows.length));
  const largest = asked.reduce((most, part) => (shares[part]! > shares[most]! ? part : most), asked[0]!);
  for (const [label, total] of rows.entries()) {
    // In the rest of a fold there may be labels that no unit has.
    if (total === undefined) continue;
    const least = having[label]! >= asked.length ? 1 : 0;
    const floored = asked.map((part) => Math.max(shares[part]! * total, least));
    // What the small parts get beyond their share, the largest gives.
    const beyond = floored.reduce((all, target) => all + target, 0) - total;
    for (const [index, part] of asked.entries()) {
      targets[part]![label] = Math.max(floored[index]! - (part === largest ? beyond : 0), least, 1e-6);
    }
  }
  return targets;
}

function unitsOf<Any extends Row>(
  examples: readonly Any[],
  keysOf: AssignOptions<Any>["keysOf"],
  labelsOf: AssignOptions<Any>["labelsOf"],
): Unit[] {
  return joinRows(examples, keysOf).map((rows) => {
    const counts = new Map([[ROWS, rows.length]]);
    for (const row of rows) {
      for (const label of labelsOf(examples[row]!)) counts.set(label + 1, (counts.get(label + 1) ?? 0) + 1);
    }
    return { rows, counts: [...counts], groups: new Set(rows.flatMap((row) => examples[row]!.group ?? [])).size };
  });
}

/** Places of the rows that stay together, by their first: those that share a key or a group. */
export function joinRows<Any extends Row>(examples: readonly Any[], keysOf: AssignOptions<Any>["keysOf"]): number[][] {
  const parent = examples.map((_, row) => row);
  const root = (row: number): number => {
    let top = row;
    while (parent[top] !== top) top = parent[top]!;
    parent[row] = top;
    return top;
  };
  const first = new Map<string, number>();
  for (const [row, example] of examples.entries()) {
    const own = keysOf(example).map((key) => `key ${key}`);
    const keys = [...own, ...(example.group === undefined ? [] : [`group ${example.group}`])];
    for (const key of keys) {
      const other = first.get(key);
      if (other === undefined) first.set(key, row);
      else parent[root(row)] = root(other);
    }
  }
  const members = new Map<number, number[]>();
  for (const row of examples.keys()) {
    const rows = members.get(root(row));
    if (rows) rows.push(row);
    else members.set(root(row), [row]);
  }
  return [...members.values()];
}

/**
 * What a model reads of a row, for telling equal ones: without regard to case and white space. Of a
 * language model's rows with one prompt for all it is the response.
 */
export function inputsOf(examples: readonly Example[]): (example: Example) => string {
  const prompt = examples[0]?.text;
  const alike = examples.length > 1 && examples.every(({ text }) => text === prompt);
  return ({ text, textPair, response }) => {
    if (alike && response !== undefined) return plainText(response);
    return textPair === null ? plainText(text) : `${plainText(text)}\n${plainText(textPair)}`;
  };
}

/** The same for texts that differ in case and white space only. */
export function plainText(text: string): string {
  return text.normalize("NFC").trim().replace(/\s+/gu, " ").toLowerCase();
}

function tooFew(units: readonly Unit[], parts: number, file: string): DataError {
  const sum = (of: (unit: Unit) => number) => units.reduce((all, unit) => all + of(unit), 0);
  const rows = countOf(
    sum((unit) => unit.rows.length),
    "row",
  );
  const groups = sum((unit) => unit.groups);
  if (groups > 0) {
    return new DataError({
      file,
      what:
        `The rows stay together in ${countOf(units.length, "set")} (${countOf(groups, "group")} of ${rows}), ` +
        `and ${formatCount(parts)} parts need at least one each.`,
      fix: "Choose another column for the groups, or none, or ask for fewer parts.",
    });
  }
  return new DataError({
    file,
    what: `${rows} with ${countOf(units.length, "different text")} cannot be divided into ${formatCount(parts)} parts.`,
    fix: "Add rows, or open files of your own for validation and test.",
  });
}
