/** What the rest of the studio sees of a base model's files. */

/**
 * A file of a model folder; sizes in bytes. Reading is by range, so that a big file is never held
 * whole.
 */
export interface ModelFile {
  readonly name: string;
  readonly size: number;
  /** Bytes `[start, end)`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A folder in the Hugging Face layout, wherever it lies. */
export interface ModelFolder {
  /** `bundled:NAME`, `hf:OWNER/NAME[@REV]` or `dir:PATH`. */
  readonly source: string;
  readonly name: string;
  /** Names of all its files; absent where a server does not tell. */
  readonly files?: readonly string[];
  /**
   * SHA-256 of whole files, as hexadecimal, that their bytes were checked against when it opened.
   */
  readonly sums?: ReadonlyMap<string, string>;
  /** Null where the folder has no such file. */
  open(name: string): Promise<ModelFile | null>;
}
