/**
 * The open data: tables, settings, examples and their tokens. A file that cannot be read leaves
 * what was open untouched; columns that do not suit the task are kept with what is wrong with them,
 * so that a person can choose others.
 */

import { fileOf, settledChanges } from "../data/changes";
import { buildDataset, type Dataset, type DataTables } from "../data/dataset";
import { DataError } from "../data/errors";
import type { Example } from "../data/examples";
import { formats, guessTask, suggestColumns } from "../data/formats/registry";
import { openTable } from "../data/open-table";
import type { Parts } from "../data/parts";
import { summarize } from "../data/summary";
import type { Table } from "../data/table";
import { type TokenizedExample, tokenizeExamples } from "../data/tokens";
import type { DataRole, DataSettings, DataSummary } from "../data/types";
import type { Tokenizer } from "../hub/tokenizer";
import { dataDefaults } from "../plan/configuration";
import { withProgress } from "../plan/waiting";
import type { StudioEvent } from "./api";

interface OpenTables extends DataTables {
  readonly settings: DataSettings;
  /** With which the rows for validation and test are drawn. */
  readonly seed: number;
  readonly summary: DataSummary;
}

interface OpenRows extends OpenTables {
  readonly dataset: Dataset;
  /** Of every division of the dataset; empty while no tokenizer is known. */
  readonly divisions: readonly Parts<TokenizedExample>[];
  /** Of the first. */
  readonly trainTokens: readonly TokenizedExample[];
  readonly validationTokens: readonly TokenizedExample[];
  readonly testTokens: readonly TokenizedExample[];
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
   * The dataset that was made last: neither another tokenizer nor another length changes it. None
   * is kept for columns that cannot be read.
   */
  #built: Built | null = null;
  /** What is open, to be read again in another way. */
  #files: Partial<Record<DataRole, File>> = {};

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
   * @param header whether the first row holds the names of the columns; default: true, for a
   * validation or test file as it is for the training file
   */
  async openFile(
    file: File,
    role: DataRole,
    seed = this.#tables?.seed ?? 0,
    header = role === "train" || (this.#tables?.settings.header ?? true),
  ): Promise<DataSummary> {
    const table = await this.#read(file, header);
    if (role !== "train") {
      const settings = withoutChangesOf(role, this.#opened.settings);
      const tables = { ...tablesOf(this.#opened), [role]: table };
      if (this.#rows) this.#dataset(tables, settings, seed);
      this.#files[role] = file;
      return this.#build(tables, settings, seed);
    }
    const { maxLength, validationFraction } = this.#tables?.settings ?? dataDefaults;
    const test = table.rows.length >= ROWS_FOR_TEST ? dataDefaults.validationFraction : null;
    const guessed: DataSettings = {
      ...guessTask(table),
      ...{ maxLength, validationFraction, test, group: null },
      ...(!header && { header }),
    };
    this.#files = { train: file };
    const { train, settings } = this.#workingLabel(table, guessed, seed);
    return this.#build({ train, validation: null, test: null }, settings, seed);
  }

  /**
   * Lets a validation or test file go, with the changes of its rows; its part is drawn from the
   * training file, if it is asked for.
   */
  closeFile(role: Exclude<DataRole, "train">): Promise<DataSummary> {
    const { seed } = this.#opened;
    const settings = withoutChangesOf(role, this.#opened.settings);
    delete this.#files[role];
    return this.#build({ ...tablesOf(this.#opened), [role]: null }, settings, seed);
  }

  #read(file: File, header: boolean): Promise<Table> {
    return withProgress(this.#emit, (report) => {
      const onProgress = (done: number, total: number) =>
        report({ wait: "reading data", detail: file.name, done, total, unit: "bytes" });
      return openTable(file, onProgress, { header });
    });
  }

  /** Throws a DataError where a file cannot be read so; then all stays as it is. */
  async #readAgain(header: boolean): Promise<DataTables> {
    const { train, validation, test } = this.#files;
    const again = async (file: File | undefined) => (file ? this.#read(file, header) : null);
    return { train: (await again(train))!, validation: await again(validation), test: await again(test) };
  }

  /**
   * Without any column the usual ones of the task are taken. Where it is said anew whether files
   * have a row of names, they are read again, and without any column the task is guessed, too.
   * @param seed default: as it is
   */
  async setSettings(settings: DataSettings, seed = this.#opened.seed): Promise<DataSummary> {
    const { header = true, ...others } = settings;
    const isAnew = header !== (this.#opened.settings.header ?? true);
    const tables = isAnew ? await this.#readAgain(header) : this.#opened;
    const chosen = Object.keys(settings.columns).length > 0;
    const guessed = isAnew ? guessTask(tables.train) : { columns: suggestColumns(tables.train, settings.task) };
    const given = { ...others, ...(!header && { header }), ...(!chosen && guessed) };
    return this.#build(tables, given, seed);
  }

  async #build(tables: DataTables, given: DataSettings, seed: number): Promise<DataSummary> {
    const { train, validation, test } = tables;
    const { changes = [] } = given;
    const settings =
      changes.length > 0 ? { ...given, changes: settledChanges({ train, validation, test }, changes) } : given;
    const open = { train, validation, test, settings, seed };
    try {
      const dataset = this.#dataset(tables, settings, seed);
      const files = { train: train.file, validation: (validation ?? train).file, test: (test ?? train).file };
      const trainTokens = await this.#tokenize(dataset.train, settings, files.train);
      const validationTokens = await this.#tokenize(dataset.validation, settings, files.validation);
      const testTokens = await this.#tokenize(dataset.test, settings, files.test);
      const tokenized = [...trainTokens, ...validationTokens, ...testTokens];
      const examples = [...dataset.train, ...dataset.validation, ...dataset.test];
      const tokensOf = new Map(tokenized.map((tokens, row) => [examples[row]!, tokens]));
      const shown = (rows: readonly Example[]) => rows.flatMap((example) => tokensOf.get(example) ?? []);
      const divisions = dataset.divisions.map((parts) => ({
        train: shown(parts.train),
        validation: shown(parts.validation),
        test: shown(parts.test),
      }));
      const summary = summarize({ ...open, dataset, tokenized, tokenizer: this.#tokenizer });
      this.#rows = { ...open, dataset, divisions, trainTokens, validationTokens, testTokens, summary };
      this.#tables = this.#rows;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const summary = summarize({ ...open, dataset: { problem: error.message }, tokenized: [] });
      this.#rows = null;
      this.#built = null;
      this.#tables = { ...open, summary };
    }
    return this.#tables.summary;
  }

  /** Made again only where it would be another one. Throws as `buildDataset` does. */
  #dataset(tables: DataTables, settings: DataSettings, seed: number): Dataset {
    const { maxLength: _, ...rest } = settings;
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

function withoutChangesOf(role: DataRole, { changes, ...settings }: DataSettings): DataSettings {
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
