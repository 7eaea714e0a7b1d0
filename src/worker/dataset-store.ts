/** The open data: tables, settings, examples and their tokens. A change that fails leaves what was open untouched. */

import { guessColumns } from "../data/columns";
import { buildDataset, type Dataset } from "../data/dataset";
import { summarize } from "../data/summary";
import { readTable, type Table } from "../data/table";
import { type TokenizedExample, tokenizeExamples } from "../data/tokens";
import type { DataRole, DataSettings, DataSummary } from "../data/types";
import type { Tokenizer } from "../hub/tokenizer";
import type { StudioEvent } from "./api";

interface OpenData {
  readonly train: Table;
  readonly validation: Table | null;
  readonly settings: DataSettings;
  readonly dataset: Dataset;
  /** Empty while no tokenizer is known. */
  readonly trainTokens: readonly TokenizedExample[];
  readonly validationTokens: readonly TokenizedExample[];
  readonly summary: DataSummary;
}

const DEFAULT_MAX_LENGTH = 128;

export class DatasetStore {
  readonly #emit: (event: StudioEvent) => void;
  #tokenizer: Tokenizer | null = null;
  #open: OpenData | null = null;

  constructor(emit: (event: StudioEvent) => void) {
    this.#emit = emit;
  }

  /** Throws an Error if no data is open. */
  get data(): OpenData {
    if (!this.#open) throw new Error("No data is open. Drop a CSV, TSV or JSONL file, or choose a sample.");
    return this.#open;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** The tokenizer of the model that is open now; open data is tokenised again. */
  async setTokenizer(tokenizer: Tokenizer): Promise<void> {
    this.#tokenizer = tokenizer;
    if (this.#open) await this.#build(this.#open.train, this.#open.validation, this.#open.settings);
  }

  async openFile(file: File, role: DataRole): Promise<DataSummary> {
    const table = await readTable(file, (done, total) =>
      this.#emit({ type: "progress", task: "reading data", detail: file.name, done, total, unit: "bytes" }),
    );
    if (role === "validation") return this.#build(this.data.train, table, this.data.settings);
    const { maxLength, seed, validationFraction } = this.#open?.settings ?? {
      maxLength: DEFAULT_MAX_LENGTH,
      seed: 0,
      validationFraction: 0.1,
    };
    const columns = guessColumns(table);
    const settings: DataSettings = { task: "sequence-classification", columns, maxLength, seed, validationFraction };
    return this.#build(...workingLabel(table, settings));
  }

  closeValidation(): Promise<DataSummary> {
    return this.#build(this.data.train, null, this.data.settings);
  }

  setSettings(settings: DataSettings): Promise<DataSummary> {
    return this.#build(this.data.train, this.data.validation, settings);
  }

  async #build(train: Table, validation: Table | null, settings: DataSettings): Promise<DataSummary> {
    const dataset = buildDataset(train, validation, settings);
    const trainTokens = await this.#tokenize(dataset.train, settings, train.file);
    const validationTokens = await this.#tokenize(dataset.validation, settings, validation?.file ?? train.file);
    const tokenized = [...trainTokens, ...validationTokens];
    const summary = summarize({ train, validation, settings, dataset, tokenized });
    this.#open = { train, validation, settings, dataset, trainTokens, validationTokens, summary };
    return summary;
  }

  async #tokenize(examples: Dataset["train"], settings: DataSettings, file: string): Promise<TokenizedExample[]> {
    const tokenizer = this.#tokenizer;
    if (!tokenizer) return [];
    return tokenizeExamples(examples, (text, pair) => tokenizer.encode(text, pair), {
      maxLength: settings.maxLength,
      endTokens: tokenizer.trailingSpecials,
      file,
      onProgress: (done, total) =>
        this.#emit({ type: "progress", task: "tokenising", detail: file, done, total, unit: "rows" }),
    });
  }
}

/**
 * The settings as guessed, or with the first other column that can be the label, said in a notice: so that a wrong guess
 * still opens the file, and the person can choose. Throws the guess's own error if no column can.
 */
function workingLabel(table: Table, settings: DataSettings): [Table, null, DataSettings] {
  const { text, textPair, label } = settings.columns;
  try {
    buildDataset(table, null, settings);
    return [table, null, settings];
  } catch (refused) {
    for (const other of table.columns.filter((column) => column !== text && column !== label)) {
      const columns = { text, textPair: textPair === other ? null : textPair, label: other };
      try {
        buildDataset(table, null, { ...settings, columns });
      } catch {
        continue;
      }
      const notice = `"${other}" is read as the label, because "${label}" cannot be: ${(refused as Error).message}`;
      return [{ ...table, notices: [...table.notices, notice] }, null, { ...settings, columns }];
    }
    throw refused;
  }
}
