/**
 * The open data: tables, settings, examples and their tokens. A file that cannot be read leaves
 * what was open untouched; columns that do not suit the task are kept with what is wrong with them,
 * so that a person can choose others.
 */

import { buildDataset, type Dataset } from "../data/dataset";
import { DataError } from "../data/errors";
import { formats, guessTask, suggestColumns } from "../data/formats/registry";
import { summarize } from "../data/summary";
import { readTable, type Table } from "../data/table";
import { type TokenizedExample, tokenizeExamples } from "../data/tokens";
import type { DataRole, DataSettings, DataSummary } from "../data/types";
import type { Tokenizer } from "../hub/tokenizer";
import { dataDefaults } from "../plan/configuration";
import { withProgress } from "../plan/waiting";
import type { StudioEvent } from "./api";

interface OpenTables {
  readonly train: Table;
  readonly validation: Table | null;
  readonly settings: DataSettings;
  /** With which the rows for validation are drawn. */
  readonly seed: number;
  readonly summary: DataSummary;
}

interface OpenRows extends OpenTables {
  readonly dataset: Dataset;
  /** Empty while no tokenizer is known. */
  readonly trainTokens: readonly TokenizedExample[];
  readonly validationTokens: readonly TokenizedExample[];
}

/** A dataset, and what of the tables and settings it follows from. */
interface Built {
  readonly train: Table;
  readonly validation: Table | null;
  readonly choices: string;
  readonly dataset: Dataset;
}

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

  /** Null where nothing is open. */
  get summary(): DataSummary | null {
    return this.#tables?.summary ?? null;
  }

  get #opened(): OpenTables {
    if (!this.#tables) throw new Error("No data is open. Drop a CSV, TSV or JSONL file, or choose a sample.");
    return this.#tables;
  }

  /** The tokenizer of the model that is open now; open data is tokenised again. */
  async setTokenizer(tokenizer: Tokenizer): Promise<void> {
    this.#tokenizer = tokenizer;
    if (!this.#tables) return;
    const { train, validation, settings, seed } = this.#tables;
    await this.#build(train, validation, settings, seed);
  }

  /**
   * A validation file whose rows do not suit the task is refused.
   * @param seed default: that of the rows that were open, else 0
   */
  async openFile(file: File, role: DataRole, seed = this.#tables?.seed ?? 0): Promise<DataSummary> {
    const table = await withProgress(this.#emit, (report) =>
      readTable(file, (done, total) => report({ wait: "reading data", detail: file.name, done, total, unit: "bytes" })),
    );
    if (role === "validation") {
      const { train, settings } = this.#opened;
      if (this.#rows) this.#dataset(train, table, settings, seed);
      return this.#build(train, table, settings, seed);
    }
    const { maxLength, validationFraction } = this.#tables?.settings ?? dataDefaults;
    const guessed: DataSettings = { ...guessTask(table), maxLength, validationFraction };
    const { train, settings } = this.#workingLabel(table, guessed, seed);
    return this.#build(train, null, settings, seed);
  }

  closeValidation(): Promise<DataSummary> {
    const { train, settings, seed } = this.#opened;
    return this.#build(train, null, settings, seed);
  }

  /**
   * Without any column the usual ones of the task are taken.
   * @param seed default: as it is
   */
  setSettings(settings: DataSettings, seed = this.#opened.seed): Promise<DataSummary> {
    const { train, validation } = this.#opened;
    const chosen = Object.keys(settings.columns).length > 0;
    const columns = chosen ? settings.columns : suggestColumns(train, settings.task);
    return this.#build(train, validation, { ...settings, columns }, seed);
  }

  async #build(train: Table, validation: Table | null, settings: DataSettings, seed: number): Promise<DataSummary> {
    const open = { train, validation, settings, seed };
    try {
      const dataset = this.#dataset(train, validation, settings, seed);
      const trainTokens = await this.#tokenize(dataset.train, settings, train.file);
      const validationTokens = await this.#tokenize(dataset.validation, settings, validation?.file ?? train.file);
      const summary = summarize({
        ...open,
        dataset,
        tokenized: [...trainTokens, ...validationTokens],
        tokenizer: this.#tokenizer,
      });
      this.#rows = { ...open, dataset, trainTokens, validationTokens, summary };
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
  #dataset(train: Table, validation: Table | null, settings: DataSettings, seed: number): Dataset {
    const { task, columns, validationFraction } = settings;
    const choices = JSON.stringify([task, columns, validationFraction, seed]);
    const known = this.#built;
    if (known?.train === train && known.validation === validation && known.choices === choices) return known.dataset;
    const dataset = buildDataset(train, validation, { ...settings, seed });
    this.#built = { train, validation, choices, dataset };
    return dataset;
  }

  async #tokenize(examples: Dataset["train"], settings: DataSettings, file: string): Promise<TokenizedExample[]> {
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
      this.#dataset(table, null, settings, seed);
      return guessed;
    } catch (refused) {
      if (!(refused instanceof DataError)) throw refused;
      for (const other of table.columns.filter((column) => column !== text && column !== label)) {
        const columns = { text, textPair: textPair === other ? null : textPair, label: other };
        const notice = `"${other}" is read as the label, because "${label}" cannot be: ${refused.message}`;
        const working = {
          train: { ...table, notices: [...table.notices, notice] },
          settings: { ...settings, columns },
        };
        try {
          this.#dataset(working.train, null, working.settings, seed);
        } catch {
          continue;
        }
        return working;
      }
      return guessed;
    }
  }
}
