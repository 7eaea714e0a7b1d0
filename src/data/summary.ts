/** What the page shows of the open data. */

import { changedRows } from "./changes";
import type { Dataset } from "./dataset";
import type { Example } from "./examples";
import { formats } from "./formats/registry";
import { rolesOf } from "./formats/roles";
import { countLabels, lengthHistogram, numberHistogram } from "./histogram";
import { summarizeWeights } from "./summary-weights";
import type { Table } from "./table";
import type { TokenizedExample } from "./tokens";
import { offeredTransforms } from "./transforms/registry";
import type { DataSettings, DataSummary, RowNumbers, TokenStrip } from "./types";

const PREVIEW_ROWS = 20;
/** Of a cell; the page shows a line of it, and more on pointing at it. */
const PREVIEW_CHARACTERS = 500;
const STRIPS = 4;
const NO_ROWS: Dataset = {
  ...{ labels: [], scale: null, train: [], validation: [], test: [], divisions: [], testChanges: [], notices: [] },
  ...{
    table: { file: "", bytes: 0, columns: [], rows: [], rowNumbers: [], notices: [] },
    untransformed: [],
    transformed: [],
    trainWeights: [],
    rowWeights: null,
  },
  overlap: { validation: { texts: 0, groups: 0 }, test: { texts: 0, groups: 0 } },
};

export interface SummaryInput {
  train: Table;
  validation: Table | null;
  test: Table | null;
  settings: DataSettings;
  /** Or why there is none. */
  dataset: Dataset | { readonly problem: string };
  /**
   * The examples of all parts together, training first; empty while no tokenizer is open: then
   * lengths are unknown.
   */
  tokenized: readonly TokenizedExample[];
  tokenizer?: TokenReader | null;
}

/** What of a tokenizer is shown. */
interface TokenReader {
  readonly eosId: number | null;
  readonly chatTemplate?: unknown;
  piecesOf(ids: ArrayLike<number>): { text: string; special: boolean }[];
}

export function summarize({
  train,
  validation,
  test,
  settings,
  dataset: given,
  tokenized,
  tokenizer = null,
}: SummaryInput): DataSummary {
  const problem = "problem" in given ? given.problem : null;
  const dataset = "problem" in given ? { ...NO_ROWS, notices: train.notices } : given;
  const { labels, scale } = dataset;
  const format = formats[settings.task];
  const count = (rows: readonly Example[]) =>
    countLabels(
      rows.flatMap((example) => [...format.labelsOf(example)]),
      labels.length,
    );
  const counts = { train: count(dataset.train), validation: count(dataset.validation), test: count(dataset.test) };
  const numbers = (rows: readonly Example[]) => rows.map(({ values }) => values![0]!);
  const fullLengths = tokenized.map(({ fullLength }) => fullLength);
  const longest = fullLengths.reduce((most, length) => Math.max(most, length), 0);
  const truncated = tokenized.filter((example) => example.truncated).length;
  const notices = [...dataset.notices];
  const language = format.answer === "text" ? tokenizer : null;
  const chat = dataset.train.some(({ messages }) => messages !== undefined);
  if (language) notices.push(...languageNotices({ ...language, chat }));
  // Rows whose words are all outside of any entity show nothing of how a file is tagged.
  const inOrder = dataset.train.filter(({ tags }) => tags?.some((tag) => labels[tag] !== "O"));
  const tagged = (inOrder.length > 0 ? inOrder : dataset.train)
    .slice(0, PREVIEW_ROWS)
    .flatMap(({ words, tags }) => (words && tags ? { words: [...words], tags: tags.map((tag) => labels[tag]!) } : []));
  return {
    train: describeFile(train),
    validation: validation && describeFile(validation),
    test: test && describeFile(test),
    rowNumbers: {
      train: numbersOf(train),
      validation: validation && numbersOf(validation),
      test: test && numbersOf(test),
    },
    columns: train.columns,
    header: train.header ?? null,
    encodings: {
      train: train.encoding ?? null,
      validation: validation?.encoding ?? null,
      test: test?.encoding ?? null,
    },
    settings,
    answer: format.answer,
    tasks: Object.values(formats).map(({ task, title }) => ({ id: task, title })),
    roles: rolesOf(settings.task),
    problem,
    changed: changedRows({ train, validation, test }, settings.changes ?? [], format, settings.columns),
    preview: train.rows.slice(0, PREVIEW_ROWS).map((cells) => cells.map(cutCell)),
    previewNumbers: train.rowNumbers.slice(0, PREVIEW_ROWS),
    labels: labels.map((name, id) => ({
      name,
      train: counts.train[id]!,
      validation: counts.validation[id]!,
      test: counts.test[id]!,
    })),
    numbers: scale && {
      bars: numberHistogram(numbers(dataset.train), numbers(dataset.validation), numbers(dataset.test)),
      scale,
    },
    tagged,
    strips: language ? tokenized.slice(0, STRIPS).map((example) => stripOf(example, language)) : [],
    weights: summarizeWeights(dataset.table, dataset, settings, train.rowNumbers.slice(0, PREVIEW_ROWS)),
    transforms: { offered: offeredTransforms(format.answer, labels), outcomes: [...dataset.transformed] },
    learnedTokens: language ? countLearned(tokenized.slice(0, dataset.train.length)) : 0,
    trainRows: dataset.train.length,
    validationRows: dataset.validation.length,
    testRows: dataset.test.length,
    ...lengthHistogram(fullLengths),
    longest,
    truncated,
    notices,
  };
}

function languageNotices({
  eosId,
  chatTemplate,
  chat,
}: Pick<TokenReader, "eosId" | "chatTemplate"> & { readonly chat: boolean }): string[] {
  return [
    ...(chat && !chatTemplate
      ? ["The model has no chat template, so turns stand under plain headings (### User:, ### Assistant:)."]
      : []),
    ...(eosId === null
      ? ["The model names no end-of-sequence token, so it does not learn where a response ends."]
      : []),
  ];
}

const cutCell = (cell: string) => (cell.length > PREVIEW_CHARACTERS ? `${cell.slice(0, PREVIEW_CHARACTERS)}…` : cell);

const countLearned = (examples: readonly TokenizedExample[]) =>
  examples.reduce((sum, { labels }) => sum + labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0), 0);

/** A token is learned where the label of the one before it says so. */
function stripOf({ ids, labels, row, weights }: TokenizedExample, { piecesOf }: TokenReader): TokenStrip {
  const tokens = piecesOf(ids).map(({ text, special }, place) => ({
    text,
    special,
    learned: place > 0 && labels[place - 1]! >= 0,
    weight: weights?.[place - 1] ?? 1,
  }));
  return { row, tokens };
}

function describeFile(table: Table): { file: string; rows: number; bytes: number } {
  return { file: table.file, rows: table.rows.length, bytes: table.bytes };
}

function numbersOf({ rowNumbers }: Table): RowNumbers {
  const empty = rowNumbers.flatMap((row, place) => {
    const next = rowNumbers[place + 1] ?? row + 1;
    return Array.from({ length: next - row - 1 }, (_, index) => row + 1 + index);
  });
  return { first: rowNumbers[0]!, last: rowNumbers.at(-1)!, empty };
}
