/**
 * The open data: tables, settings, examples and their tokens. A file that cannot be read leaves
 * what was open untouched; columns that do not suit the task are kept with what is wrong with them,
 * so that a person can choose others.
 */

import { fileOf, settledChanges } from "../data/changes";
import type { DataCheck } from "../data/check/check";
import { checkData } from "../data/check/check-data";
import { buildDataset, type Dataset, type DataTables } from "../data/dataset";
import { DataError } from "../data/errors";
import type { Example } from "../data/examples";
import { formats, guessTask, suggestColumns } from "../data/formats/registry";
import { noisyIds } from "../data/noise-strips";
import { openTable } from "../data/open-table";
import type { Parts } from "../data/parts";
import { nameOfShards, placed } from "../data/shards";
import { summarize } from "../data/summary";
import type { Table, TableOptions } from "../data/table";
import type { TokenNoiseSettings } from "../data/token-noise";
import { type TokenizedExample, tokenizeExamples } from "../data/tokens";
import { readTransform } from "../data/transforms/registry";
import { transformRows } from "../data/transforms/transform-rows";
import type { DataRole, DataSettings, DataSummary, TableFiles, TransformOutcome } from "../data/types";
import { weighTokens } from "../data/weighers/weigh-tokens";
import { type FormulaCells, writeCsv } from "../data/write-csv";
import type { Tokenizer } from "../hub/tokenizer";
import { dataDefaults } from "../plan/configuration";
import { withProgress } from "../plan/waiting";
import { tasks } from "../tasks/registry";
import type { StudioEvent } from "./api";

interface OpenTables extends DataTables {
  readonly settings: DataSettings;
  /** With which the rows for validation and test are drawn. */
  readonly seed: number;
  readonly summary: DataSummary;
}

interface Tokens {
  /** Of every division of the dataset; empty while no tokenizer is known. */
  readonly divisions: readonly Parts<TokenizedExample>[];
  /** Of the first. */
  readonly trainTokens: readonly TokenizedExample[];
  readonly validationTokens: readonly TokenizedExample[];
  readonly testTokens: readonly TokenizedExample[];
}

interface OpenRows extends OpenTables, Tokens {
  readonly dataset: Dataset;
  /** That they were tokenised with. */
  readonly tokenizer: Tokenizer | null;
}

/** A dataset, and what of the tables and settings it follows from. */
interface Built {
  readonly tables: DataTables;
  readonly choices: string;
  readonly dataset: Dataset;
}

/** Columns that are tried as the label: each is read and divided whole. */
const MOST_TRIED = 20;
/** From this many rows on a file is divided into three parts: of fewer, a tenth tells nothing. */
const ROWS_FOR_TEST = 50;

export class DatasetStore {
  readonly #emit: (event: StudioEvent) => void;
  #tokenizer: Tokenizer | null = null;
  #tables: OpenTables | null = null;
  /** Null where nothing is open, or its columns cannot be read for the task. */
  #rows: OpenRows | null = null;
  /**
   * The dataset that was made last: neither another tokenizer nor another length nor another text
   * for methods changes it. None is kept for columns that cannot be read.
   */
  #built: Built | null = null;
  /** Of rows that were checked, with all rows of every line. */
  readonly #checks = new WeakMap<OpenRows, Promise<DataCheck>>();
  /** What is open, to be read again in another way. */
  #files: Partial<Record<DataRole, TableFiles>> = {};

  constructor(emit: (event: StudioEvent) => void) {
    this.#emit = emit;
  }

  /**
   * Throws an Error if no data is open, or the DataError that says why its columns cannot be read
   * for its task.
   */
  get data(): OpenRows {
    if (this.#rows) return this.#rows;
    throw new Error(this.#opened.summary.problem!);
  }

  /** Whether there are rows to train on. */
  get isReadable(): boolean {
    return this.#rows !== null;
  }

  /**
   * What a person should know of the open rows, computed once for them, each line with all of the
   * rows that it is about.
   * @param contextLength of the open model; null where none is open
   * @throws as `data`
   */
  check(contextLength: number | null): Promise<DataCheck> {
    const rows = this.data;
    const known = this.#checks.get(rows);
    if (known) return known;
    const { train, validation, test, settings, dataset, tokenizer, trainTokens, validationTokens, testTokens } = rows;
    const check = checkData({
      tables: { train, validation, test },
      ...{ settings, dataset, tokenized: [...trainTokens, ...validationTokens, ...testTokens] },
      model: tokenizer && contextLength !== null ? { tokenizer, contextLength } : null,
    });
    this.#checks.set(rows, check);
    return check;
  }

  /**
   * What one more transform would do to the training rows of the first division, after those of the
   * list.
   * @throws as `data`; Error for options that cannot be read; DataError as `transformRows`
   */
  tryTransform(given: unknown): TransformOutcome {
    const { settings, dataset, seed } = this.data;
    const { table } = dataset;
    const { answer, labelsOf } = formats[settings.task];
    const { train: examples, validation, test } = dataset.untransformed[0]!;
    const { outcomes } = transformRows([...(settings.transforms ?? []), readTransform(given)], {
      ...{ examples, held: [...validation, ...test], table, columns: settings.columns, seed, division: 0 },
      ...{ answer, labels: dataset.labels, labelsOf },
    });
    return outcomes.at(-1)!;
  }

  /**
   * Of the strips of training rows the tokens that noise puts in place of theirs; null: it stays.
   * @throws as `data` and `noisyIds`
   */
  noiseStrips(settings: TokenNoiseSettings): (string | null)[][] {
    const { summary, trainTokens, tokenizer, seed, settings: data } = this.data;
    if (!tokenizer || summary.strips.length === 0) return [];
    const { replaceable = "all" } = tasks[data.task];
    const read = noisyIds({ settings, replaceable, tokenizer, rows: trainTokens, count: summary.strips.length, seed });
    return read.map((ids, row) => {
      const own = trainTokens[row]!.ids;
      const pieces = tokenizer.piecesOf(ids);
      return Array.from(ids, (id, place) => (id === own[place] ? null : pieces[place]!.text));
    });
  }

  /** The cells of a row of a file as it stands. Throws an Error where there is no such row. */
  rowCells(role: DataRole, row: number): string[] {
    const table = this.#opened[role];
    const cells = table?.rows[table.rowNumbers.indexOf(row)];
    if (!cells) throw new Error(`There is no row ${row} to edit.`);
    return [...cells];
  }

  /** The training file with its changes, as CSV. Throws as `data`. */
  changedCsv(formulas: FormulaCells): string {
    const { columns, rows } = this.data.dataset.table;
    return writeCsv(columns, rows, formulas);
  }

  /** The file that the test rows are from. Throws as `data`. */
  get testedTable(): Table {
    const { train, test } = this.data;
    return test ?? train;
  }

  /** Null where nothing is open. */
  get summary(): DataSummary | null {
    return this.#tables?.summary ?? null;
  }

  get #opened(): OpenTables {
    if (!this.#tables) throw new Error("No data is open. Drop a table, or choose a sample.");
    return this.#tables;
  }

  /** The tokenizer of the model that is open now; open data is tokenised again. */
  async setTokenizer(tokenizer: Tokenizer): Promise<void> {
    this.#tokenizer = tokenizer;
    if (!this.#tables) return;
    const { settings, seed } = this.#tables;
    await this.#build(this.#tables, settings, seed);
  }

  /**
   * A validation or test file whose rows do not suit the task is refused. A training file closes
   * both, and is divided anew into three parts, or two where it is short. Changes of the rows of
   * the file before it go with that file.
   * @param seed default: that of the rows that were open, else 0
   * @param given how the file is read; default: for a validation or test file as the training file
   * is, but in an encoding of its own
   */
  async openFile(
    file: TableFiles,
    role: DataRole,
    seed = this.#tables?.seed ?? 0,
    given: TableOptions = {},
  ): Promise<DataSummary> {
    const before = role === "train" ? undefined : this.#tables?.settings;
    const header = given.header ?? before?.header ?? true;
    const otherwise = given.otherwise ?? before?.encoding;
    const table = await this.#read(file, { header, encoding: given.encoding, otherwise });
    const isOtherwise = given.otherwise !== undefined && table.encoding === given.otherwise;
    const encoding = given.encoding ?? (isOtherwise ? given.otherwise : undefined);
    if (role !== "train") {
      const settings = { ...withoutChoicesOf(role, this.#opened.settings), ...named(role, encoding) };
      const tables = { ...tablesOf(this.#opened), [role]: table };
      if (this.#rows) this.#dataset(tables, settings, seed);
      this.#files[role] = file;
      return this.#build(tables, settings, seed);
    }
    // Not those of the file before it, which were for that file's texts.
    const { maxLength, validationFraction } = dataDefaults;
    const test = table.rows.length >= ROWS_FOR_TEST ? validationFraction : null;
    const guessed: DataSettings = {
      ...guessTask(table),
      ...{ maxLength, validationFraction, test, group: null },
      ...(!header && { header }),
      ...named(role, encoding),
    };
    this.#files = { train: file };
    const { train, settings } = this.#workingLabel(table, guessed, seed);
    return this.#build({ train, validation: null, test: null }, settings, seed);
  }

  /**
   * Lets a validation or test file go, with what was chosen for it; its part is drawn from the
   * training file, if it is asked for.
   */
  closeFile(role: Exclude<DataRole, "train">): Promise<DataSummary> {
    const { seed } = this.#opened;
    const settings = withoutChoicesOf(role, this.#opened.settings);
    delete this.#files[role];
    return this.#build({ ...tablesOf(this.#opened), [role]: null }, settings, seed);
  }

  #read(file: TableFiles, options: TableOptions): Promise<Table> {
    return withProgress(this.#emit, (report) => {
      const onProgress = (done: number, total: number) =>
        report({ wait: "reading data", detail: nameOfShards([file].flat()), done, total, unit: "bytes" });
      return openTable(file, onProgress, options);
    });
  }

  /** Throws a DataError where a file cannot be read so; then all stays as it is. */
  async #readAgain({ header, encoding, ...own }: Reading): Promise<DataTables> {
    const { train, validation, test } = this.#files;
    const again = async (file: TableFiles | undefined, encodings: TableOptions) =>
      file ? this.#read(file, { header, ...encodings }) : null;
    return {
      train: (await again(train, { encoding }))!,
      validation: await again(validation, { encoding: own.validationEncoding, otherwise: encoding }),
      test: await again(test, { encoding: own.testEncoding, otherwise: encoding }),
    };
  }

  /**
   * Without any column the usual ones of the task are taken. Where it is said anew how files are
   * read, they are read again, and without any column the task is guessed, too.
   * @param seed default: as it is
   */
  async setSettings(settings: DataSettings, seed = this.#opened.seed): Promise<DataSummary> {
    const { header: _, encoding, validationEncoding, testEncoding, ...others } = settings;
    const reading = readingOf(settings);
    const isAnew = JSON.stringify(reading) !== JSON.stringify(readingOf(this.#opened.settings));
    const tables = isAnew ? await this.#readAgain(reading) : this.#opened;
    const chosen = Object.keys(settings.columns).length > 0;
    const guessed = isAnew ? guessTask(tables.train) : { columns: suggestColumns(tables.train, settings.task) };
    const given = {
      ...others,
      ...(!reading.header && { header: false }),
      ...named("train", encoding),
      ...named("validation", validationEncoding),
      ...named("test", testEncoding),
      // Names of labels are of the columns that were chosen before.
      ...(!chosen && { ...guessed, labelNames: undefined }),
    };
    return this.#build(tables, given, seed);
  }

  async #build(tables: DataTables, given: DataSettings, seed: number): Promise<DataSummary> {
    const { train, validation, test } = tables;
    const { changes = [] } = given;
    const settings =
      changes.length > 0
        ? { ...given, changes: settledChanges({ train, validation, test }, changes, given.labelNames) }
        : given;
    const open = { train, validation, test, settings, seed };
    try {
      const dataset = this.#dataset(tables, settings, seed);
      const files = { train: train.file, validation: (validation ?? train).file, test: (test ?? train).file };
      const known = this.#rows;
      // Another text for methods, for example, changes no row.
      const isSame =
        known !== null &&
        known.dataset === dataset &&
        known.tokenizer === this.#tokenizer &&
        known.settings.maxLength === settings.maxLength;
      const tokens = isSame ? known : await this.#tokenizeParts(dataset, settings, files);
      const { trainTokens, validationTokens, testTokens, divisions } = tokens;
      const tokenized = [...trainTokens, ...validationTokens, ...testTokens];
      const summary = summarize({ ...open, dataset, tokenized, tokenizer: this.#tokenizer });
      const rows = { divisions, trainTokens, validationTokens, testTokens };
      this.#rows = { ...open, dataset, ...rows, tokenizer: this.#tokenizer, summary };
      this.#tables = this.#rows;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const { message } = placed([train, validation, test], error) as DataError;
      const summary = summarize({ ...open, dataset: { problem: message }, tokenized: [] });
      this.#rows = null;
      this.#built = null;
      this.#tables = { ...open, summary };
    }
    return this.#tables.summary;
  }

  /** The rows of all divisions, those that are trained with what they count for. */
  async #tokenizeParts(
    dataset: Dataset,
    settings: DataSettings,
    files: Readonly<Record<DataRole, string>>,
  ): Promise<Tokens> {
    const { train, validation, test } = dataset;
    const known = new Set([...train, ...validation, ...test]);
    // Rows that weigh 0 are trained in no division, and may be held out in one; a transform makes
    // others in each.
    const others = dataset.divisions.flatMap(({ train, validation, test }) => [...train, ...validation, ...test]);
    const parts = [
      { examples: [...new Set(train)], file: files.train },
      { examples: validation, file: files.validation },
      { examples: test, file: files.test },
      { examples: [...new Set(others.filter((example) => !known.has(example)))], file: files.train },
    ];
    const tokensOf = new Map<Example, TokenizedExample>();
    for (const { examples, file } of parts) {
      const rows = await this.#tokenize(examples, settings, file);
      for (const [index, row] of rows.entries()) tokensOf.set(examples[index]!, row);
    }
    const shown = (rows: readonly Example[]) => rows.flatMap((example) => tokensOf.get(example) ?? []);
    const weighed = (examples: readonly Example[], rowWeights: Float64Array | null) => {
      const [rows, tokenizer] = [shown(examples), this.#tokenizer];
      if (!tokenizer) return rows;
      return weighTokens({ file: files.train, settings, examples, rows, rowWeights, tokenizer });
    };
    const divisions = dataset.divisions.map((parts, index) => ({
      train: weighed(parts.train, dataset.trainWeights[index]!),
      validation: shown(parts.validation),
      test: shown(parts.test),
    }));
    const [first] = divisions;
    const held = { validationTokens: first!.validation, testTokens: first!.test };
    return { divisions, trainTokens: first!.train, ...held };
  }

  /** Made again only where it would be another one. Throws as `buildDataset` does. */
  #dataset(tables: DataTables, settings: DataSettings, seed: number): Dataset {
    const { maxLength: _, taskText: __, selection: ___, ...rest } = settings;
    const choices = JSON.stringify([rest, seed]);
    const known = this.#built;
    const same = ({ train, validation, test }: DataTables) =>
      train === tables.train && validation === tables.validation && test === tables.test;
    if (known && same(known.tables) && known.choices === choices) return known.dataset;
    const dataset = buildDataset(tables, { ...settings, seed });
    this.#built = { tables: tablesOf(tables), choices, dataset };
    return dataset;
  }

  async #tokenize(examples: readonly Example[], settings: DataSettings, file: string): Promise<TokenizedExample[]> {
    const tokenizer = this.#tokenizer;
    if (!tokenizer) return [];
    return withProgress(this.#emit, (report) =>
      tokenizeExamples(examples, formats[settings.task].encode, tokenizer, {
        maxLength: settings.maxLength,
        file,
        onProgress: (done, total) => report({ wait: "tokenising", detail: file, done, total, unit: "rows" }),
      }),
    );
  }

  /**
   * The settings as guessed, or with the first other column that can be the label, said in a
   * notice: so that a wrong guess still opens a file of labelled texts. Where none can, as guessed.
   */
  #workingLabel(table: Table, settings: DataSettings, seed: number): { train: Table; settings: DataSettings } {
    const guessed = { train: table, settings };
    const { text, textPair = null, label } = settings.columns;
    if (formats[settings.task].answer !== "label") return guessed;
    try {
      this.#dataset(tablesOf({ train: table }), settings, seed);
      return guessed;
    } catch (refused) {
      if (!(refused instanceof DataError)) throw refused;
      const others = table.columns.filter((column) => column !== text && column !== label);
      for (const other of others.slice(0, MOST_TRIED)) {
        const columns = { text, textPair: textPair === other ? null : textPair, label: other };
        const notice = `"${other}" is read as the label, because "${label}" cannot be: ${refused.message}`;
        const working = {
          train: { ...table, notices: [...table.notices, notice] },
          settings: { ...settings, columns },
        };
        try {
          this.#dataset(tablesOf(working), working.settings, seed);
        } catch {
          continue;
        }
        return working;
      }
      return guessed;
    }
  }
}

/** What is said of how files are read. */
type Reading = { readonly header: boolean } & Pick<DataSettings, "encoding" | "validationEncoding" | "testEncoding">;

const readingOf = ({ header = true, encoding, validationEncoding, testEncoding }: DataSettings): Reading => ({
  ...{ header, encoding, validationEncoding, testEncoding },
});

const ENCODING_OF = { train: "encoding", validation: "validationEncoding", test: "testEncoding" } as const;

const named = (role: DataRole, encoding: string | undefined) =>
  encoding === undefined ? {} : { [ENCODING_OF[role]]: encoding };

/** Without the changes of a file's rows, and its encoding. */
function withoutChoicesOf(
  role: Exclude<DataRole, "train">,
  { changes, [ENCODING_OF[role]]: _, ...settings }: DataSettings,
): DataSettings {
  const kept = changes?.filter((change) => fileOf(change) !== role) ?? [];
  return kept.length > 0 ? { ...settings, changes: kept } : settings;
}

/** Only the tables of what is open. */
function tablesOf({
  train,
  validation = null,
  test = null,
}: Partial<DataTables> & Pick<DataTables, "train">): DataTables {
  return { train, validation, test };
}
