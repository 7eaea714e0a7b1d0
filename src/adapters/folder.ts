/**
 * What an adapter folder is: its files, and what it holds once read or before it is written.
 * Reading: `read.ts`. Writing: `write.ts`. What must agree in it: each form's file.
 */

import type { NamedTensor } from "../hub/write-safetensors";
import type { PeftConfig } from "./peft-config";
import type { TrainingState } from "./training-state";

export const CONFIG = "adapter_config.json";
export const MODEL = "adapter_model.safetensors";
export const SK_ADAPTER = "sk_adapter.safetensors";
export const CARD = "README.md";
export const RUN = "run.json";

/** Which file an adapter was read from. */
export interface SourceFile {
  readonly file: string;
  readonly sha256: string;
}

/**
 * A trained adapter with everything that is written beside it. Tensors carry the studio's in-model
 * names.
 */
export interface AdapterFolder {
  config: PeftConfig;
  tensors: NamedTensor[];
  /**
   * What the adapter was made of (`F_K.0.weight`, `F.A`, an encoder's layers), so that its training
   * can go on.
   */
  skTensors?: NamedTensor[];
  /**
   * Frozen tables of the base model that PEFT saved too, by their names in the base model; they
   * must be those of the open one.
   */
  baseTensors?: NamedTensor[];
  /** So that training can go on as if it had not been left. */
  state?: TrainingState;
  /** The file of its tensors as it was read, and the file's SHA-256 as hexadecimal. */
  source?: SourceFile;
  /** What a person should know of how it was read, in sentences. Default: nothing. */
  notices?: readonly string[];
  /** The text of README.md; empty where a folder had none. */
  modelCard: string;
  /**
   * The content of run.json without its version; null where a folder had none (an adapter the
   * studio did not write).
   */
  run: Record<string, unknown> | null;
}

/** Whether a tensor belongs to the read-out, which every folder holds beside the adapter. */
export function isHead(name: string): boolean {
  return /^(score|classifier|pre_classifier)\./.test(name);
}
