/**
 * How the files of a folder lie that one library reads: which there are, and how tensors are named
 * in them.
 */

import type { NamedTensor } from "../hub/write-safetensors";
import type { PeftConfig } from "./peft-config";
import type { TensorNames } from "./tensor-names";

/** Whose layout it is, as a model card says it. */
export interface Library {
  /** Hugging Face's `library_name`. */
  readonly name: string;
  /** Name and version, of the library that wrote a folder like this one. */
  version(config: PeftConfig): string;
  /** Python that imports it, and that loads the folder `adapter` into `model`. */
  readonly imports: string;
  readonly loads: readonly string[];
}

/**
 * A configuration and tensors by their names in the model, as they are read and before they are
 * written.
 */
export interface AdapterTensors {
  readonly config: PeftConfig;
  readonly tensors: NamedTensor[];
  /** Frozen tables of the base model that were saved too, by their names in the base model. */
  readonly baseTensors?: NamedTensor[];
}

export interface Layout {
  readonly library: Library;
  /** Names of the files beside the configuration. */
  readonly files: readonly string[];
  /** Of the adapter's own tensors. */
  readonly names: TensorNames;
  /**
   * Whether a parsed adapter_config.json is of this layout, and of the form that the layout was
   * made for.
   */
  claims(json: unknown): boolean;
  /**
   * Reads and checks configuration and tensors. `json`: the parsed adapter_config.json; `files`:
   * all files by name.
   * @throws Error naming file, key or tensor, with both shapes where a tensor has another one than
   *   it must have.
   */
  read(json: unknown, files: Readonly<Record<string, Uint8Array>>): Promise<AdapterTensors>;
  /** The configuration's file and those of the tensors. */
  write(adapter: AdapterTensors): Record<string, Uint8Array<ArrayBuffer>>;
}
