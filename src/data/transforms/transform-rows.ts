/**
 * Training rows through a list of transforms, in order, with what each of them took and made. Rows
 * that a transform makes and that read as a held-out row are left out: they would give it away.
 */

import { countOf, DataError, formatCount, quote } from "../errors";
import { type Example, shownText } from "../examples";
import { inputsOf } from "../parts";
import { Random } from "../random";
import { nameRows } from "../shards";
import type { RowTransform, TransformedRow, TransformOutcome } from "../types";
import { transformInWords } from "./in-words";
import { transformOf } from "./registry";
import type { RowsToTransform } from "./transform";

/** So many rows may come of a list of transforms. */
export const MOST_ROWS = 1_000_000;
/** Rows that are shown as they were and as they are. */
const MOST_SHOWN = 5;
const SHOWN_CHARACTERS = 500;

export interface TransformInput extends Omit<RowsToTransform, "isOfFile"> {
  /** Validation and test rows of the division. */
  readonly held: readonly Example[];
  readonly seed: number;
  /** Which fold or repeat it is; 0 where there is one. */
  readonly division: number;
}

/**
 * @throws DataError naming file and transform: what of it does not go together, a label or a
 * training part that it leaves without a row, and with both numbers too many rows
 */
export function transformRows(
  transforms: readonly RowTransform[],
  input: TransformInput,
): { readonly examples: readonly Example[]; readonly outcomes: readonly TransformOutcome[] } {
  const ofFile = new Set(input.examples);
  const inputOf = inputsOf([...input.examples, ...input.held]);
  let { examples } = input;
  const outcomes = transforms.map((transform, place) => {
    const before = examples;
    const random = new Random(input.seed, `transform/${place}/${input.division}`);
    const rows = { ...input, examples: before, isOfFile: (example: Example) => ofFile.has(example) };
    const name = `Transform ${place + 1} (${transformInWords(transform)})`;
    const refuse = (what: string) =>
      new DataError({
        file: input.table.file,
        what: `${name}: ${what}`,
        fix: "Change the transform, or take it away.",
      });
    let after: readonly Example[];
    try {
      after = transformOf(transform).apply(transform, rows, random);
    } catch (error) {
      if (error instanceof DataError) throw error;
      throw refuse(`${(error as Error).message.replace(/\.$/, "")}.`);
    }
    const known = new Set(before);
    const held = after.some((example) => !known.has(example)) ? new Set(input.held.map(inputOf)) : new Set();
    const apart = after.filter((example) => known.has(example) || !held.has(inputOf(example)));
    check(apart, before, input, refuse);
    examples = apart;
    return { ...outcomeOf(transform, before, apart, input), givenAway: after.length - apart.length };
  });
  return { examples, outcomes };
}

function check(
  after: readonly Example[],
  before: readonly Example[],
  { labels, labelsOf }: TransformInput,
  refuse: (what: string) => DataError,
): void {
  if (after.length === 0) throw refuse(`it leaves none of ${countOf(before.length, "training row")}.`);
  if (after.length > MOST_ROWS) {
    throw refuse(`it makes ${formatCount(after.length)} training rows; there may be ${formatCount(MOST_ROWS)}.`);
  }
  const [had, has] = [before, after].map((rows) => countLabels(rows, labels.length, labelsOf));
  const empty = labels.flatMap((name, id) => (had![id]! > 0 && has![id] === 0 ? [{ name, rows: had![id]! }] : []));
  if (empty.length === 0) return;
  const named = empty.slice(0, 3).map(({ name, rows }) => `${quote(name)}, which had ${formatCount(rows)}`);
  const more = empty.length > 3 ? ` and ${formatCount(empty.length - 3)} more` : "";
  throw refuse(`it leaves no training row of ${named.join("; ")}${more}.`);
}

function countLabels(rows: readonly Example[], count: number, labelsOf: TransformInput["labelsOf"]): Uint32Array {
  const counts = new Uint32Array(count);
  if (count > 0) for (const row of rows) for (const label of new Set(labelsOf(row))) counts[label]!++;
  return counts;
}

/** Objects that are in both are rows that stay; others of their number are made of them. */
function outcomeOf(
  transform: RowTransform,
  before: readonly Example[],
  after: readonly Example[],
  { table, labels, labelsOf }: TransformInput,
): Omit<TransformOutcome, "givenAway"> {
  const left = countEach(before);
  const made = after.filter((example) => {
    const times = left.get(example) ?? 0;
    if (times > 0) left.set(example, times - 1);
    return times === 0;
  });
  const gone = [...left].flatMap(([example, times]) => new Array<Example>(times).fill(example));
  const [madeOf, goneOf] = [made, gone].map(byRow);
  const changed = [...new Set([...goneOf!.keys(), ...madeOf!.keys()])].sort((a, b) => a - b);
  const rewritten = changed.reduce(
    (sum, row) => sum + Math.min(madeOf!.get(row)?.length ?? 0, goneOf!.get(row)?.length ?? 0),
    0,
  );
  const first = new Map(before.map((example) => [example.row, example]));
  const [had, has] = [before, after].map((rows) => countLabels(rows, labels.length, labelsOf));
  return {
    ...{ transform, said: transformInWords(transform), before: before.length, after: after.length },
    ...{ taken: gone.length - rewritten, made: made.length - rewritten, rewritten },
    rows: changed.length > 0 ? nameRows(changed, table) : "",
    labels: labels.map((name, id) => ({ name, before: had![id]!, after: has![id]! })),
    shown: changed.slice(0, MOST_SHOWN).map((row): TransformedRow => {
      const [own] = goneOf!.get(row) ?? [first.get(row)];
      return {
        row,
        before: own ? textOf(own) : null,
        stays: own !== undefined && !goneOf!.has(row),
        after: (madeOf!.get(row) ?? []).slice(0, MOST_SHOWN).map(textOf),
      };
    }),
  };
}

function byRow(examples: readonly Example[]): Map<number, Example[]> {
  const rows = new Map<number, Example[]>();
  for (const example of examples) {
    const known = rows.get(example.row);
    if (known) known.push(example);
    else rows.set(example.row, [example]);
  }
  return rows;
}

function countEach(examples: readonly Example[]): Map<Example, number> {
  const counts = new Map<Example, number>();
  for (const example of examples) counts.set(example, (counts.get(example) ?? 0) + 1);
  return counts;
}

function textOf(example: Example): string {
  const text = example.response === undefined ? shownText(example) : `${example.text} → ${example.response}`;
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** What a transform did, in a sentence for the notices. */
export function outcomeInWords({ said, before, after, taken, made, rewritten, rows, givenAway }: TransformOutcome) {
  const done = [
    ...(taken > 0 ? [`${formatCount(taken)} left out`] : []),
    ...(made > 0 ? [`${formatCount(made)} made`] : []),
    ...(rewritten > 0 ? [`${formatCount(rewritten)} rewritten`] : []),
  ];
  const what = done.length > 0 ? `${done.join(", ")} (${rows})` : "none is another";
  const away = givenAway > 0 ? `; ${formatCount(givenAway)} made as a held-out row reads, and left out` : "";
  return `${said}: of ${countOf(before, "training row")} ${what}; ${formatCount(after)} now${away}.`;
}
