/** The open tables and the settings to what a comparison trains and is judged on. */

import { changeNotices, changeTable, fileOf } from "./changes";
import { countOf, DataError, formatCount, listNames, quote } from "./errors";
import type { Example } from "./examples";
import type { DataFormat } from "./formats/format";
import { nameLabels } from "./formats/labels";
import { formats } from "./formats/registry";
import { findOverlap, type Overlap } from "./overlap";
import { type DivideOptions, divideExamples, inputsOf, type Parts } from "./parts";
import { nameRows, type Source, withPlaces } from "./shards";
import { splitExamples } from "./split";
import type { Table } from "./table";
import { outcomeInWords, transformRows } from "./transforms/transform-rows";
import type { ColumnRoles, DataRole, DataSettings, RowChange, Scale, TransformOutcome } from "./types";
import { unusedColumns } from "./unused-columns";
import { type RowWeight, weighExamples } from "./weighers/weigh-examples";

/** The parts are those of the first division. */
export interface Dataset extends Parts {
  /** By class id; empty where the task has no labels. */
  readonly labels: string[];
  /** Where the task predicts numbers. */
  readonly scale: Scale | null;
  /** The same rows once for every fold or repeat; otherwise one. */
  readonly divisions: readonly Parts[];
  /** The same before transforms, which are of training rows alone. */
  readonly untransformed: readonly Parts[];
  /** What each transform did, in the first division. */
  readonly transformed: readonly TransformOutcome[];
  /** What each training row of every division counts for; null: all the same. */
  readonly trainWeights: readonly (Float64Array | null)[];
  /**
   * The same of the first division beside each row's number, with rows that weigh 0, which are none
   * of its training rows.
   */
  readonly rowWeights: readonly RowWeight[] | null;
  /** Those of the changes that are of test rows, in any division. */
  readonly testChanges: readonly RowChange[];
  /**
   * How many rows of these parts are among the rows of others, where files of one's own are open.
   */
  readonly overlap: { readonly validation: Overlap; readonly test: Overlap };
  readonly notices: string[];
  /** The training file with its changes. */
  readonly table: Table;
}

/** The training file, and those that take the place of rows drawn from it. */
export interface DataTables {
  readonly train: Table;
  readonly validation: Table | null;
  readonly test: Table | null;
}

/** `seed`: with which the rows for validation and test are drawn. */
type SplitSettings = DataSettings & { readonly seed: number };

type DrawOptions = Omit<DivideOptions, "test" | "file"> & { readonly source: Source };

/**
 * Rows of the validation and of the test file are these parts; where there is no such file they are
 * drawn from the training file, stratified where rows have one label. Where neither test rows nor
 * groups are asked for, validation rows are drawn as they were before there were these
 * (`split.ts`), but that equal texts are never on two sides. The parts are drawn from the file as
 * it stands: a change moves no row to another part.
 * @throws DataError as the task's format, `changeTable`, `splitExamples` and `divideExamples` do,
 * and where a part that rows are drawn for has one label only or no row; but of two parts without
 * groups a notice says that the validation rows have one label.
 */
export function buildDataset(given: DataTables, settings: SplitSettings): Dataset {
  return withPlaces([given.train, given.validation, given.test], () => build(given, settings));
}

function build(given: DataTables, settings: SplitSettings): Dataset {
  const { task, columns, validationFraction, seed, group = null, changes = [], labelNames } = settings;
  const format = formats[task];
  const { train, validation, test } = changedTables(given, changes, format, columns);
  const { examples, labels: found, notices } = format.read(train, columns, null);
  const labels = nameLabels(found, labelNames, train.file);
  const readFile = (table: Table | null, standing: Table | null) => {
    if (!table || !standing) return null;
    const read = format.read(table, columns, { labels, file: train.file, named: labelNames });
    if (group === null || !standing.columns.includes(group)) return read;
    return { ...read, examples: withGroups(read.examples, standing, group) };
  };
  const [held, tested] = [readFile(validation, given.validation), readFile(test, given.test)];
  const unused = unusedColumns(train, task, columns);
  const all = [train.notices, notices, unused, validation?.notices, held?.notices, test?.notices, tested?.notices];
  const said = [...all.flatMap((some) => some ?? []), ...changeNotices(given, changes)];
  const isAdded = addedRows(changes);
  const own = withGroups(examples, train, group);
  const ofFile = own.filter((example) => !isAdded(example));
  const rows =
    changes.length === 0 ? own : withGroups(rowsToDraw(given.train, format, columns, ofFile), given.train, group);
  const plan = tested ? null : (settings.test ?? null);
  let divisions: Parts[];
  if (plan === null && !tested && group === null) {
    const split = held
      ? { train: rows, validation: [] }
      : twoParts(rows, { validationFraction, seed, source: train, labelsOf: format.labelsOf }, said);
    divisions = [{ ...split, test: [] }];
  } else {
    const options = { validationFraction: held ? 0 : validationFraction, test: plan, seed, file: train.file };
    divisions = divideExamples(rows, { ...options, labelsOf: format.labelsOf });
    if (group !== null) said.push(describeGroups(rows, divisions[0]!, group, train.file));
    if (group !== null) said.push(...ungrouped([validation, test], group));
  }
  const drawnForTest = new Set(divisions.flatMap((parts) => parts.test.map(({ row }) => row)));
  const testChanges = changes.filter((change) => {
    const file = fileOf(change);
    return file === "test" || (file === "train" && drawnForTest.has(change.row));
  });
  const changed = new Map(own.map((example) => [example.row, example]));
  const asChanged = (part: readonly Example[], name: string) => {
    const left = part.flatMap(({ row }) => changed.get(row) ?? []);
    if (left.length === 0 && part.length > 0) throw allLeftOut(part.length, name, train.file);
    return left;
  };
  const added = own.filter(isAdded);
  divisions = divisions.map((parts) => ({
    train: [...asChanged(parts.train, "training"), ...added],
    validation: held?.examples ?? asChanged(parts.validation, "validation"),
    test: tested?.examples ?? asChanged(parts.test, "the test"),
  }));
  for (const { validation, test } of divisions) checkAdded(added, [...validation, ...test], train.file);
  const read = divisions;
  const transformed = divisions.map(({ train: examples, validation, test }, division) =>
    transformRows(settings.transforms ?? [], {
      ...{ examples, held: [...validation, ...test], table: train, columns, seed, division },
      ...{ answer: format.answer, labels, labelsOf: format.labelsOf },
    }),
  );
  const { outcomes } = transformed[0]!;
  said.push(...outcomes.map((outcome) => `${train.file}: ${outcomeInWords(outcome)}`));
  divisions = divisions.map((parts, index) => ({ ...parts, train: transformed[index]!.examples }));
  const weighed = divisions.map(({ train: own }) =>
    weighExamples({ examples: own, table: train, labels, labelsOf: format.labelsOf }, settings),
  );
  checkTokenRules(settings, train.file);
  said.push(...weighed[0]!.notices);
  divisions = divisions.map((parts, index) => ({ ...parts, train: weighed[index]!.examples }));
  if (format.answer === "label") {
    const isOfTwo = plan === null && !tested && group === null;
    for (const parts of divisions) {
      // Earlier versions trained on two such parts, too; no run is ahead on rows of one label.
      if (isOfTwo && !held) said.push(...oneLabel(parts.validation, labels, train.file));
      checkLabels(isOfTwo ? { ...parts, validation: [] } : parts, labels, { train, validation, test });
    }
  }
  if (format.answer === "number") said.push(...allAlike(divisions[0]!, { train, validation, test }));
  const first = divisions[0]!;
  const inValidation = findOverlap({
    ...{ rows: held?.examples ?? [], others: first.train, where: "training", group },
    source: validation ?? train,
  });
  const drawn = [...new Set(divisions.flatMap((parts) => parts.test))];
  const inTest = findOverlap({
    ...(tested
      ? { rows: tested.examples, others: [...first.train, ...first.validation], where: "other" }
      : { rows: held ? drawn : [], others: held?.examples ?? [], where: "validation" }),
    ...{ source: test ?? train, group },
  });
  said.push(...inValidation.notices, ...inTest.notices);
  const scale = format.scale?.(first.train) ?? null;
  if (scale && divisions.length > 1) {
    said.push(`${train.file}: the numbers are scaled alike in all divisions, by the first one's training rows.`);
  }
  const counted = ({ texts, groups }: Overlap): Overlap => ({ texts, groups });
  const overlap = { validation: counted(inValidation), test: counted(inTest) };
  return {
    ...{ labels, scale, ...first, divisions, untransformed: outcomes.length > 0 ? read : divisions },
    ...{ transformed: outcomes, trainWeights: weighed.map(({ weights }) => weights), rowWeights: weighed[0]!.byRow },
    ...{ testChanges, overlap, notices: said, table: train },
  };
}

/** @throws DataError for a rule of tokens where none are learned. */
function checkTokenRules({ task, weights = [] }: DataSettings, file: string): void {
  const place = weights.findIndex(({ by }) => by === "tokens");
  if (place < 0 || formats[task].answer === "text") return;
  const what = `Rule ${place + 1} of the weights is of tokens, and only language modelling learns tokens.`;
  throw new DataError({ file, what, fix: "Take the rule away, or choose that task." });
}

/** Whether a row was added to the training file by hand. */
function addedRows(changes: readonly RowChange[]): (example: Example) => boolean {
  const rows = new Set(changes.flatMap(({ added, row }) => (added ? [row] : [])));
  return ({ row }) => rows.has(row);
}

/** @throws DataError for an added row that is trained on beside a held-out row it repeats. */
function checkAdded(added: readonly Example[], held: readonly Example[], file: string): void {
  if (added.length === 0) return;
  const inputOf = inputsOf([]);
  const known = new Map(held.map((example) => [inputOf(example), example.row]));
  for (const example of added) {
    const row = known.get(inputOf(example));
    const isGroup = example.group !== undefined && held.some(({ group }) => group === example.group);
    if (row === undefined && !isGroup) continue;
    throw new DataError({
      file,
      row: example.row,
      what:
        row === undefined
          ? `The row was added and is trained on, and its group ${quote(example.group!)} has held-out rows.`
          : `The row was added and is trained on, and reads as row ${formatCount(row)}, which is held out.`,
      fix: "Take it back, or write another.",
    });
  }
}

/** @throws DataError as `changeTable`, and for a change of a file that is not open. */
function changedTables(
  { train, validation, test }: DataTables,
  changes: readonly RowChange[],
  format: DataFormat,
  columns: ColumnRoles,
): DataTables {
  const change = (table: Table, role: DataRole) => {
    const own = changes.filter((one) => fileOf(one) === role);
    return changeTable(table, own, { format, columns, train });
  };
  for (const [role, table] of [["validation", validation] as const, ["test", test] as const]) {
    const stray = table ? undefined : changes.find((one) => fileOf(one) === role);
    if (!stray) continue;
    throw new DataError({
      file: train.file,
      what: `The list of changes has row ${formatCount(stray.row)} of the ${role} file, and there is no such file.`,
      fix: `Open the ${role} file, or take the change back.`,
    });
  }
  return {
    train: change(train, "train"),
    validation: validation && change(validation, "validation"),
    test: test && change(test, "test"),
  };
}

/**
 * The rows that parts are drawn from: those of the file as it stands, left out or not, and those
 * that can be read by a change only. Where the file cannot be read without the changes, the changed
 * ones.
 */
function rowsToDraw(
  train: Table,
  format: DataFormat,
  columns: ColumnRoles,
  changed: readonly Example[],
): readonly Example[] {
  let standing: readonly Example[];
  try {
    standing = format.read(train, columns, null).examples;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return changed;
  }
  const known = new Set(standing.map(({ row }) => row));
  const added = changed.filter(({ row }) => !known.has(row));
  return added.length === 0 ? standing : [...standing, ...added].sort((a, b) => a.row - b.row);
}

function allLeftOut(rows: number, part: string, file: string): DataError {
  return new DataError({
    file,
    what: `All ${countOf(rows, "row")} for ${part} are left out by the list of changes.`,
    fix: "Take some of the changes back, or choose another seed or larger parts.",
  });
}

/**
 * Training and validation rows as they were always drawn, so that older files give the same rows;
 * but a row whose text is among the training rows stays with those, which `said` is told.
 */
function twoParts(examples: readonly Example[], options: DrawOptions, said: string[]): Omit<Parts, "test"> {
  const { validationFraction, seed, source } = options;
  const { file } = source;
  const drawn = splitExamples(examples, validationFraction, seed, file);
  const inputOf = inputsOf(examples);
  const learned = new Set(drawn.train.map(inputOf));
  const repeats = new Set(drawn.validation.filter((example) => learned.has(inputOf(example))));
  if (repeats.size === 0) return drawn;
  const left = drawn.validation.filter((example) => !repeats.has(example));
  const labelsIn = (rows: readonly Example[]) => new Set(rows.map(({ label }) => label)).size;
  // Every text is there twice, or those of all labels but one: then whole sets of equal ones are
  // dealt out.
  if (left.length === 0 || (labelsIn(left) === 1 && labelsIn(drawn.validation) > 1)) {
    const [{ train, validation }] = divideExamples(examples, { ...options, file, test: null }) as [Parts];
    return { train, validation };
  }
  const one = repeats.size === 1;
  said.push(
    `${file}: ${countOf(repeats.size, "row")} drawn for validation ${one ? "has" : "have"} the text of a training row, and ` +
      `${one ? "was" : "were"} put with the training rows (${nameRows(rowsOf([...repeats]), source)}).`,
  );
  const held = new Set(left);
  return { train: examples.filter((example) => !held.has(example)), validation: left };
}

const rowsOf = (examples: readonly Example[]) => examples.map(({ row }) => row);

/** @throws DataError for a column that the file has not, or that is empty in a row. */
function withGroups(examples: readonly Example[], table: Table, column: string | null): readonly Example[] {
  if (column === null) return examples;
  const place = table.columns.indexOf(column);
  if (place < 0) {
    throw new DataError({
      file: table.file,
      column,
      what: `The file has no column of this name, which is to be the group (it has: ${listNames(table.columns)}).`,
      fix: "Choose one of the file's columns, or none.",
    });
  }
  const records = new Map(table.rowNumbers.map((row, index) => [row, table.rows[index]!]));
  return examples.map((example) => {
    const group = records.get(example.row)![place]!.trim();
    // A row without a group is in none.
    return group === "" ? example : { ...example, group };
  });
}

/** Files of one's own without the group column: it is asked for in the training file only. */
function ungrouped(tables: readonly (Table | null)[], column: string): string[] {
  return tables.flatMap((table) =>
    table && !table.columns.includes(column)
      ? [`${table.file} has no column "${column}": whether its rows are of the groups of other rows is not known.`]
      : [],
  );
}

/** How far the shares are from those asked for, where groups are kept whole. */
function describeGroups(rows: readonly Example[], { train, validation, test }: Parts, column: string, file: string) {
  const groups = new Set(rows.flatMap(({ group }) => group ?? [])).size;
  const named = [
    { rows: train, name: "training" },
    { rows: validation, name: "validation" },
    { rows: test, name: "test" },
  ].flatMap((part) => (part.rows.length > 0 ? [`${formatCount(part.rows.length)} ${part.name}`] : []));
  return `${file}, column "${column}": ${countOf(groups, "group")} kept whole, which makes ${named.join(", ")} rows.`;
}

/** @throws DataError with the rows of each label where a part has one label only. */
function checkLabels(parts: Parts, labels: readonly string[], { train, validation, test }: DataTables): void {
  const named = [
    { rows: parts.train, name: "training", file: train.file },
    // A validation file with one label is of use all the same.
    ...(validation ? [] : [{ rows: parts.validation, name: "validation", file: train.file }]),
    { rows: parts.test, name: "test", file: test?.file ?? train.file },
  ].filter(({ rows }) => rows.length > 0);
  const countsOf = (rows: readonly Example[]) =>
    labels.flatMap((name, id) => {
      const count = rows.filter(({ label }) => label === id).length;
      return count > 0 ? [{ name, count }] : [];
    });
  for (const { rows, name, file } of named) {
    const counts = countsOf(rows);
    if (counts.length > 1) continue;
    const others = named
      .filter((part) => part.name !== name)
      .map((part) => {
        const some = countsOf(part.rows).slice(0, 3);
        return `${part.name} has ${some.map((one) => `${quote(one.name)} ${formatCount(one.count)}`).join(", ")}`;
      });
    throw new DataError({
      file,
      what:
        `${rows.length === 1 ? "The only row" : `All ${countOf(rows.length, "row")}`} for ${name} ` +
        `${rows.length === 1 ? "has" : "have"} the label ${quote(counts[0]!.name)}` +
        `${others.length > 0 ? ` (${others.join("; ")})` : ""}, so nothing can be told from them.`,
      fix:
        name === "test" && test
          ? "Add rows of other labels to this file."
          : "Add rows of other labels, choose another group column or seed, or ask for fewer parts.",
    });
  }
}

const allRowsHave = (part: string, rows: number) =>
  rows === 1 ? `The only ${part} row has` : `All ${formatCount(rows)} ${part} rows have`;

/** Validation rows that have one label, beside a training part that has more. */
function oneLabel(rows: readonly Example[], labels: readonly string[], file: string): string[] {
  const [first, ...others] = new Set(rows.map(({ label }) => label));
  if (first === undefined || others.length > 0 || labels.length < 2) return [];
  return [
    `${file}: ${allRowsHave("validation", rows.length)} the label ${quote(labels[first]!)}, so they cannot show which run tells labels apart.`,
  ];
}

/** Parts to be measured on whose rows have one number: no correlation is defined there. */
function allAlike(parts: Parts, { train, validation, test }: DataTables): string[] {
  const named = [
    { rows: parts.validation, name: "validation", file: (validation ?? train).file },
    { rows: parts.test, name: "test", file: (test ?? train).file },
  ];
  return named.flatMap(({ rows, name, file }) => {
    const first = rows[0]?.values?.[0];
    if (first === undefined || rows.some(({ values }) => values![0] !== first)) return [];
    return [
      `${file}: ${allRowsHave(name, rows.length)} the number ${formatCount(first)}, so no correlation is defined on them.`,
    ];
  });
}
