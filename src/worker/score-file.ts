/**
 * A file's rows with their scores beside them: losses, entropies, ranks and gradient norms under a
 * run or the frozen model, as a CSV. Metrics of a labelled file are `scores.ts`.
 */

import { frozenModel } from "../answers/next-token";
import { countOf } from "../data/errors";
import type { Example } from "../data/examples";
import { formats } from "../data/formats/registry";
import { nameRows } from "../data/shards";
import type { Table } from "../data/table";
import type { TokenizedExample } from "../data/tokens";
import { inputColumns, readInputs } from "../data/unlabelled";
import { type FormulaCells, writeCsv } from "../data/write-csv";
import { trainingSchema } from "../plan/configuration";
import type { Reader } from "../scoring/reader";
import { knownScores } from "../scoring/score-cache";
import { longestRow, type ScoringSetup } from "../scoring/score-rows";
import type { RowScores } from "../scoring/scores";
import { textRow } from "../scoring/text-row";
import type { FileToScore, ScoredFile } from "./api";
import type { OpenComparison } from "./open-comparison";
import { free } from "./predictions";
import type { StudioSession } from "./studio-session";

interface Scoring extends Pick<ScoringSetup, "report" | "signal"> {
  readonly session: StudioSession;
  /** Whose run reads; null: the frozen model reads. */
  readonly open: OpenComparison | null;
  /** Default: `text`. */
  readonly formulas?: FormulaCells;
}

/** What is asked of a file beside itself. */
type Asked = Omit<FileToScore, "file" | "formulas">;

/**
 * @throws DataError naming file, row and column of what cannot be read; Error as `scoreRows`.
 */
export async function scoreFile(table: Table, asked: Asked, scoring: Scoring): Promise<ScoredFile> {
  const { session, open, report, signal, formulas } = scoring;
  const { executor, model } = session;
  const { data, training } = open?.configuration ?? { ...session.configured, training: trainingSchema.parse({}) };
  const { scale = null } = open?.data ?? session.comparisonData;
  const { run, reading, gradients, perToken } = asked;
  const asText = reading === "language" && formats[data.task].answer !== "text";
  const said = async (reader: Reader) => {
    const longest = Math.min(data.maxLength, longestRow(model, reader));
    const { examples, notices } = asText ? readTexts(table, data) : readAnswered(table, scoring, data);
    const rows = examples.map((example): TokenizedExample => {
      if (asText) return textRow(example.text, example.row, model.tokenizer, longest);
      const encoded = formats[data.task].encode(example, model.tokenizer, longest);
      return { ...encoded, row: example.row, truncated: encoded.fullLength > encoded.ids.length };
    });
    const setup: ScoringSetup = {
      ...{ executor, model, reader, reading, scale, report, signal, tokenizer: model.tokenizer },
      wanted: { labels: true, states: false, gradients, given: null },
      labelled: asText ? "causal-lm" : data.task,
      batchSize: training.batchSize,
    };
    const { scores } = await knownScores(setup, rows);
    const cut = rows.filter(({ truncated }) => truncated).map(({ row }) => row);
    const text = (id: number) => model.tokenizer.decode([id]);
    const names = (open?.data ?? session.comparisonData).labels;
    const named = setup.labelled === "causal-lm" ? text : (label: number) => names[label]!;
    const csv = perToken ? tokensCsv(rows, scores, { text, named }, formulas) : rowsCsv(table, rows, scores, formulas);
    return {
      csv,
      file: table.file,
      rows: rows.length,
      notices: [
        ...table.notices,
        ...notices,
        ...(cut.length > 0 ? [`${countOf(cut.length, "row")} cut to ${longest} tokens (${nameRows(cut)}).`] : []),
      ],
    };
  };
  if (!open || run === null) return said(frozenModel(model));
  return open.comparison.hold(run, (held) => said(held));
}

interface Read {
  readonly examples: readonly Example[];
  readonly notices: readonly string[];
}

type Data = OpenComparison["configuration"]["data"];

/** Rows with the answers that training had. */
function readAnswered(table: Table, { session, open }: Scoring, { task, columns, train, labelNames }: Data): Read {
  const { labels } = open?.data ?? session.comparisonData;
  return formats[task].read(table, columns, { labels, file: train, named: labelNames });
}

/** Texts alone. */
function readTexts(table: Table, { task, columns }: Data): Read {
  const read = readInputs(table, inputColumns(table, task, columns));
  const examples = read.filter((example) => example !== null);
  const without = table.rowNumbers.filter((_, place) => read[place] === null);
  const notices =
    without.length > 0 ? [`${countOf(without.length, "row")} without text: no score (${nameRows(without)}).`] : [];
  return { examples, notices };
}

/** A number as a cell: nothing where there is none. */
const cell = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(9)) : "");

/** The file's rows with their scores; empty cells where a row has none. */
function rowsCsv(
  table: Table,
  rows: readonly TokenizedExample[],
  { labels, losses, entropies, gradientNorms }: RowScores,
  formulas: FormulaCells | undefined,
): string {
  // One label a row has a rank of its own; of many there is no one rank.
  const single = labels?.offsets.every((offset, row) => offset === row) ? labels : null;
  const columns: [string, ArrayLike<number> | null][] = [
    ["loss", losses],
    ["entropy", entropies],
    ["rank", single?.ranks ?? null],
    ["probability", single?.probabilities ?? null],
    ["gradient norm", gradientNorms],
  ];
  const there = columns.filter((column): column is [string, ArrayLike<number>] => column[1] !== null);
  const placeOf = new Map(rows.map(({ row }, place) => [row, place]));
  const fields = [...table.columns, ...there.map(([name]) => free(name, table.columns, "score: "))];
  const cells = table.rows.map((record, index) => {
    const place = placeOf.get(table.rowNumbers[index]!);
    return [...record, ...there.map(([, values]) => (place === undefined ? "" : cell(values[place]!)))];
  });
  return writeCsv(fields, cells, formulas);
}

/** A line for every label: a token that is predicted, or the label of a row or token. */
function tokensCsv(
  rows: readonly TokenizedExample[],
  { labels }: RowScores,
  { text, named }: { readonly text: (id: number) => string; readonly named: (label: number) => string },
  formulas: FormulaCells | undefined,
): string {
  if (!labels) throw new Error("Rows whose answers are numbers have no labels to list: leave out --tokens.");
  const cells: (string | number)[][] = [];
  for (const [index, { row, ids }] of rows.entries()) {
    for (let at = labels.offsets[index]!; at < labels.offsets[index + 1]!; at++) {
      const place = labels.places[at]!;
      cells.push([
        ...[row, place, text(ids[place]!), named(labels.labels[at]!), cell(labels.losses[at]!)],
        ...[cell(labels.entropies[at]!), labels.ranks[at]!, cell(labels.probabilities[at]!)],
      ]);
    }
  }
  return writeCsv(["row", "place", "read", "label", "loss", "entropy", "rank", "probability"], cells, formulas);
}
