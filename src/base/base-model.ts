/**
 * A frozen base model in the executor's memory: its weights once, the constants its Programs share,
 * and what it computes for semantic texts. Every run of a comparison binds these same buffers.
 */

import { type DeviceBuffer, type Executor, upload } from "../executors/executor";
import { toFloat16 } from "../hub/float16";
import type { SafetensorsEntry } from "../hub/safetensors";
import { checkFinite, streamTensor } from "../hub/safetensors-values";
import { openTokenizer, type Tokenizer } from "../hub/tokenizer";
import type { ModelFolder } from "../hub/types";
import type { LanguageHeadKind } from "../methods/method";
import { semanticNames } from "../methods/semantic";
import type { Family, ModelConfig, Pooling } from "../models/family";
import { type Constant, Program } from "../program/program";
import { storedTensors } from "../program/row-parts";
import { elementCount, type Precision, type Tensor, tensorBytes } from "../program/tensor";
import type { Layer } from "./leaves";
import { withSession } from "./once";
import { Float16Overflow, type PrecisionChoice } from "./precision";
import { type ReadModel, readModel } from "./read-model";

export interface LoadProgress {
  readonly tensor: string;
  readonly done: number;
  readonly total: number;
}

/** One run of a semantic text through the frozen model. */
export interface SemanticPass {
  readonly text: string;
  readonly tokens: number;
  /** Of the model's `layers` blocks, how many were computed. */
  readonly blocks: number;
  readonly layers: number;
  readonly milliseconds: number;
}

/** What a model has on the device; `withLayer` gives models that share it. */
interface Store {
  readonly owner: string;
  readonly weights: Map<string, DeviceBuffer>;
  readonly constants: Map<string, DeviceBuffer>;
  /** Names of matrices that hold nothing but zeros. */
  readonly zeros: Set<string>;
  headLoaded: Promise<void> | null;
}

/** Numbers models, so that the buffers of two from the same folder never count as one's. */
let models = 0;

export class BaseModel {
  readonly folder: ModelFolder;
  /**
   * config.json as it is: adapters are written with it even when a browser has dropped the stored
   * files.
   */
  readonly json: Record<string, unknown>;
  readonly family: Family;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Of the frozen matrices in the executor's memory. */
  readonly precision: Precision;
  /** How sequences may be read out, the usual way first. */
  readonly poolings: readonly Pooling[];
  /** Of the weight files, and the numbers in them. */
  readonly fileBytes: number;
  readonly parameters: number;
  /**
   * Every run of a semantic text through the model, in order: one per text, or two where a later
   * one goes deeper.
   */
  readonly semanticPasses: SemanticPass[] = [];
  #precisionNote: string | null = null;
  readonly #languageHead: ReadModel["languageHead"];
  readonly #executor: Executor;
  readonly #store: Store;
  readonly #layer: Layer | null;
  readonly #semantic = new Map<string, { blocks: number; states: Promise<ReadonlyMap<string, DeviceBuffer>> }>();

  private constructor(
    executor: Executor,
    parts: {
      folder: ModelFolder;
      json: Record<string, unknown>;
      family: Family;
      config: ModelConfig;
      tokenizer: Tokenizer;
      precision: Precision;
      poolings: readonly Pooling[];
      fileBytes: number;
      parameters: number;
      languageHead: ReadModel["languageHead"];
    },
    store: Store = {
      owner: `model ${models++}`,
      weights: new Map(),
      constants: new Map(),
      zeros: new Set(),
      headLoaded: null,
    },
    layer: Layer | null = null,
  ) {
    this.#store = store;
    this.#layer = layer;
    this.#executor = executor;
    this.folder = parts.folder;
    this.json = parts.json;
    this.family = parts.family;
    this.config = parts.config;
    this.tokenizer = parts.tokenizer;
    this.precision = parts.precision;
    this.poolings = parts.poolings;
    this.fileBytes = parts.fileBytes;
    this.parameters = parts.parameters;
    this.#languageHead = parts.languageHead;
  }

  /**
   * Reads config, tokenizer and weights of a folder; weights stream to the device piece by piece.
   * If float16 cannot hold them they are kept as float32, and `precisionNote` says why. Throws an
   * Error naming the file, key or tensor that does not fit.
   */
  static async load(
    executor: Executor,
    folder: ModelFolder,
    onProgress?: (progress: LoadProgress) => void,
    wanted: PrecisionChoice = "auto",
  ): Promise<BaseModel> {
    const { json, family, config, weights, precision, poolings, needed, languageHead } = await readModel(
      folder,
      wanted,
      executor.largestBuffer,
      executor.capacity,
    );
    const tokenizer = await openTokenizer(folder);
    if (tokenizer.size > config.vocabulary) {
      throw new Error(
        `${folder.source}: the tokenizer has ${tokenizer.size} tokens, but config.json says vocab_size ` +
          `${config.vocabulary}. The two files do not belong together.`,
      );
    }
    const { fileBytes, parameters } = weights;
    const parts = { folder, json, family, config, tokenizer, precision, poolings, fileBytes, parameters, languageHead };
    const model = new BaseModel(executor, parts);
    await executor.ready();
    try {
      await model.#upload(needed, onProgress);
      return model;
    } catch (error) {
      model.release();
      if (!(error instanceof Float16Overflow)) throw error;
      const wide = await BaseModel.load(executor, folder, onProgress, "float32");
      wide.#precisionNote = error.message;
      return wide;
    }
  }

  /** Matrices that hold nothing but zeros, of those that are loaded, by name. */
  get zeroMatrices(): readonly string[] {
    return [...this.#store.zeros];
  }

  /** Why the precision is not the one that was asked for; null where it is. */
  get precisionNote(): string | null {
    return this.#precisionNote;
  }

  /** Bytes that one buffer may have: matrices that need more are kept in parts. */
  get largestBuffer(): number {
    return this.#executor.largestBuffer;
  }

  get languageHead(): LanguageHeadKind {
    return this.#languageHead.kind;
  }

  /**
   * Loads what only the head over the vocabulary reads: once, for the first who needs it.
   */
  async loadLanguageHead(onProgress?: (progress: LoadProgress) => void): Promise<void> {
    this.#store.headLoaded ??= this.#upload(this.#languageHead.needed, onProgress);
    await this.#store.headLoaded;
  }

  /** Bytes of the weights in the executor's memory. */
  get memoryBytes(): number {
    return [...this.#store.weights.values()].reduce((sum, buffer) => sum + buffer.size, 0);
  }

  /**
   * The buffer of a weight or constant, which holds all of it in its own type. Throws naming a
   * weight that was not loaded, or is kept as float16 instead.
   */
  readonly buffer: Layer = (tensor) => {
    const buffer = this.kept(tensor);
    if (buffer && buffer.size < tensorBytes(tensor)) {
      throw new Error(
        `"${tensor.name}" is kept as ${this.precision}, but this method trains it. Open the model as float32.`,
      );
    }
    return buffer;
  };

  /**
   * The buffer of a weight as it is kept, of a constant as its values are. Throws naming a weight
   * that was not loaded.
   */
  readonly kept: Layer = (tensor) => {
    const { owner, weights, constants } = this.#store;
    if (tensor.role === "weight") {
      const buffer = this.#layer?.(tensor) ?? weights.get(tensor.name);
      if (!buffer) throw new Error(`The weight "${tensor.name}" was not loaded.`);
      return buffer;
    }
    if (tensor.role !== "constant") return undefined;
    const known = constants.get(tensor.name);
    if (known) return known;
    const allocation = { label: tensor.name, category: "runtime", owner } as const;
    const buffer = upload(this.#executor, (tensor as Constant).values(), allocation);
    constants.set(tensor.name, buffer);
    return buffer;
  };

  /**
   * The same model, except that `layer` is asked for weights first; `languageHead`: where its head
   * over the vocabulary lies then. The two share what is on the device: release the original only.
   */
  withLayer(layer: Layer, languageHead = this.languageHead): BaseModel {
    const head = { ...this.#languageHead, kind: languageHead };
    const model = new BaseModel(this.#executor, { ...this, languageHead: head }, this.#store, layer);
    model.#precisionNote = this.#precisionNote;
    return model;
  }

  /**
   * Keys, values and states of a text, run alone through the first `blocks` of the frozen model:
   * once for the same ids, then kept. What was kept of more blocks serves fewer.
   */
  semantic(
    textIds: readonly number[],
    blocks: number = this.config.layers,
  ): Promise<ReadonlyMap<string, DeviceBuffer>> {
    const key = textIds.join(" ");
    const kept = this.#semantic.get(key);
    if (kept && kept.blocks >= blocks) return kept.states;
    const states = this.#semanticPass(textIds, blocks);
    this.#semantic.set(key, { blocks, states });
    states.catch(() => this.#semantic.delete(key));
    return states;
  }

  /**
   * SHA-256 over all weight buffers in name order, as hexadecimal: it must not change while methods
   * train.
   */
  async weightHash(): Promise<string> {
    const parts: ArrayBuffer[] = [];
    for (const name of [...this.#store.weights.keys()].sort()) {
      const bytes = await this.#executor.read(this.#store.weights.get(name)!);
      parts.push(await crypto.subtle.digest("SHA-256", bytes));
    }
    const joined = await new Blob(parts).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  release(): void {
    this.#executor.memory.releaseOwner(this.#store.owner);
  }

  async #upload(
    needed: readonly { tensor: Tensor; entry: SafetensorsEntry }[],
    onProgress?: (progress: LoadProgress) => void,
  ): Promise<void> {
    const { memory } = this.#executor;
    const total = needed.reduce((sum, { entry }) => sum + (entry.end - entry.begin), 0);
    let done = 0;
    let halves = new Uint16Array(0);
    for (const { tensor, entry } of needed) {
      const pieces = this.#allocate(tensor);
      if (tensor.shape.length === 2) this.#store.zeros.add(tensor.name);
      const bytesEach = (entry.end - entry.begin) / Math.max(1, elementCount(tensor.shape));
      await streamTensor(entry, (values, offset) => {
        checkFinite(entry, values, offset);
        if (this.#store.zeros.has(tensor.name) && values.some((value) => value !== 0)) {
          this.#store.zeros.delete(tensor.name);
        }
        const narrow = tensor.type === "float16";
        if (narrow) {
          if (halves.length < values.length) halves = new Uint16Array(values.length);
          const tooLarge = toFloat16(values, halves);
          if (tooLarge >= 0) throw new Float16Overflow(tensor.name, values[tooLarge]!);
        }
        for (const { buffer, start, end } of pieces) {
          const [from, to] = [Math.max(offset, start), Math.min(offset + values.length, end)];
          if (from >= to) continue;
          const own = (narrow ? halves : values).subarray(from - offset, to - offset);
          const place = (from - start) * own.BYTES_PER_ELEMENT;
          this.#executor.write(buffer, own, place);
        }
        done += values.length * bytesEach;
        onProgress?.({ tensor: tensor.name, done, total });
      });
    }
    await memory.settled();
  }

  /** Buffers of a weight, and which of its elements (`start` to `end`) each holds. */
  #allocate(tensor: Tensor): { buffer: DeviceBuffer; start: number; end: number }[] {
    let end = 0;
    return storedTensors(tensor).map((stored) => {
      const options = { label: stored.name, category: "weights", owner: this.#store.owner } as const;
      const buffer = this.#executor.memory.allocate(tensorBytes(stored), options);
      this.#store.weights.set(stored.name, buffer);
      const start = end;
      end += elementCount(stored.shape);
      return { buffer, start, end };
    });
  }

  async #semanticPass(textIds: readonly number[], blocks: number): Promise<ReadonlyMap<string, DeviceBuffer>> {
    const { layers } = this.config;
    const text = this.tokenizer.decode(textIds);
    const pass = { text, tokens: textIds.length, blocks, layers, milliseconds: 0 };
    this.semanticPasses.push(pass);
    const program = new Program(this.precision, this.largestBuffer);
    const ids = program.constant("text ids", [textIds.length], () => Int32Array.from(textIds), "int32");
    const built = this.family.build(program, this.config, ids, { size: 1, tokens: textIds.length }, {});
    const named: (readonly [string, Tensor])[] = [
      ...built.keys.slice(0, blocks).map((tensor, layer) => [semanticNames.keys(layer), tensor] as const),
      ...built.values.slice(0, blocks).map((tensor, layer) => [semanticNames.values(layer), tensor] as const),
      ...built.states.slice(0, blocks + 1).map((tensor, depth) => [semanticNames.states(depth), tensor] as const),
      ...(blocks === layers ? [[semanticNames.hidden, built.hidden] as const] : []),
    ];
    const result = new Map<string, DeviceBuffer>();
    const outputs = new Map<Tensor, DeviceBuffer>();
    for (const [label, tensor] of named) {
      const allocation = { label, category: "cache", owner: this.#store.owner } as const;
      const buffer = this.#executor.memory.allocate(tensorBytes(tensor), allocation);
      result.set(label, buffer);
      outputs.set(tensor, buffer);
    }
    const given = (leaf: Tensor) => (leaf === ids ? ids.values() : undefined);
    await withSession(this.#executor, { program, given, leaves: this.buffer }, outputs, async (run) => {
      const begin = performance.now();
      await run();
      await this.#executor.done();
      pass.milliseconds = performance.now() - begin;
    });
    return result;
  }
}
