/**
 * The one training problem that every library is given: start values, batches, settings of the
 * optimiser and the losses that must come out. How it is stored. Not for making it
 * (`make-case.ts`).
 */

import { readSafetensors } from "../../src/hub/safetensors";
import { readTensor } from "../../src/hub/safetensors-values";
import { bytesFile } from "../../src/hub/sources";

/** The two files of a case, in one folder. */
export const CASE_FILES = { facts: "case.json", tensors: "case.safetensors" } as const;

export const EMBEDDINGS = "model.embed_tokens.weight";

/** Rows are filled up to `tokens` with the padding token, on the right. */
export interface CaseBatch {
  /** [rows · tokens], row-major. */
  readonly ids: readonly number[];
  /** [rows]: tokens that are no padding. */
  readonly lengths: readonly number[];
  /** [rows]. */
  readonly labels: readonly number[];
}

/** `case.json`. */
export interface CaseFacts {
  /** The model's own config.json. */
  readonly config: {
    readonly hidden_size: number;
    readonly num_hidden_layers: number;
    readonly num_attention_heads: number;
    readonly num_key_value_heads: number;
    readonly head_dim: number;
    readonly rms_norm_eps: number;
    readonly rope_theta: number;
  };
  readonly rows: number;
  readonly tokens: number;
  readonly classes: number;
  readonly lora: { readonly rank: number; readonly alpha: number; readonly targets: readonly string[] };
  readonly optimizer: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    /** Of every trained tensor. */
    readonly weightDecay: number;
  };
  /** Names of the trained tensors; all other tensors are frozen. */
  readonly trained: readonly string[];
  /** Step n learns batch n modulo their number. */
  readonly batches: readonly CaseBatch[];
  /** Before each of the first updates, in float64. */
  readonly losses: readonly number[];
}

export interface CaseTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/**
 * Tensors under their Hugging Face names; LoRA's matrices are `PATH.lora_A.weight` and
 * `PATH.lora_B.weight`.
 */
export interface Case extends CaseFacts {
  readonly tensors: ReadonlyMap<string, CaseTensor>;
}

export async function readCase(facts: CaseFacts, bytes: Uint8Array): Promise<Case> {
  const { tensors } = await readSafetensors(bytesFile(CASE_FILES.tensors, bytes));
  const read = [...tensors.values()].map(
    async (entry) =>
      [entry.name, { shape: entry.shape, data: (await readTensor(entry)) as Float32Array<ArrayBuffer> }] as const,
  );
  return { ...facts, tensors: new Map(await Promise.all(read)) };
}

/**
 * The tensors with every matrix but the embeddings as [inputs, outputs], which JAX and TensorFlow
 * are used to; PyTorch has it the other way.
 */
export function inputsFirst({ tensors }: Case): Map<string, CaseTensor> {
  return new Map([...tensors].map(([name, tensor]) => [name, name === EMBEDDINGS ? tensor : transposed(tensor)]));
}

function transposed({ shape, data }: CaseTensor): CaseTensor {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined) return { shape, data };
  const turned = data.map((_, index) => data[(index % rows) * columns + Math.floor(index / rows)]!);
  return { shape: [columns, rows], data: turned };
}
