/**
 * The weights of a model folder, single file or shards, as one lookup by tensor name. Not for: what
 * the names mean (`models/`) or copying values to a device (`base/`).
 */

import { readJsonObject } from "./json";
import { entryElements, readSafetensors, type SafetensorsEntry } from "./safetensors";
import type { ModelFile, ModelFolder } from "./types";

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

export interface Weights {
  /** Of all weight files together. */
  readonly fileBytes: number;
  /** Sum over all tensors of the files. */
  readonly parameters: number;
  readonly names: readonly string[];
  /** The tensor under this name, with or without the class prefix; null where there is none. */
  find(name: string): SafetensorsEntry | null;
  /**
   * The tensor under this name, with or without the class prefix.
   * @throws Error naming the tensor when it is missing or has another shape (both shapes).
   */
  get(name: string, shape: readonly number[]): SafetensorsEntry;
  /**
   * Refuses weights that hold more of the model than is read, for example a block beyond the last.
   * What stands outside the blocks (heads, poolers) and what is computed anew (rotary tables,
   * masks) may be left over.
   * @throws Error naming the first such tensor and how many there are.
   */
  checkUnused(read: ReadonlySet<SafetensorsEntry>): void;
}

/** Buffers that older checkpoints saved beside a block's weights; they follow from config.json. */
const COMPUTED = /(inv_freq|masked_bias|position_ids|\.(attn|attention)\.bias)$/;

/** What comes before a block's number in a tensor's name, for example `model.layers.`. */
function blockList(name: string): string | null {
  return /^(.*?\.)\d+\./.exec(name)?.[1] ?? null;
}

/** A shard must be a plain file of the same folder, whatever an index says. */
function checkShardName(name: unknown): string {
  if (typeof name !== "string" || !/^[\w-][\w.-]*\.safetensors$/.test(name)) {
    throw new Error(`${INDEX} names the file ${JSON.stringify(name)}, which is not a plain .safetensors file name.`);
  }
  return name;
}

async function openShards(
  folder: ModelFolder,
  index: ModelFile,
): Promise<{ tensors: Map<string, SafetensorsEntry>; fileBytes: number }> {
  const map = (await readJsonObject(index)).weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new Error(`${INDEX} has no weight_map object, so it does not say where the tensors are. Get it again.`);
  }
  const places = Object.entries(map).map(([tensor, shard]) => [tensor, checkShardName(shard)] as const);
  const shards = new Map<string, ReadonlyMap<string, SafetensorsEntry>>();
  let fileBytes = 0;
  for (const shard of new Set(places.map(([, name]) => name))) {
    const file = await folder.open(shard);
    if (!file) {
      throw new Error(`${INDEX} names the file ${shard}, which ${folder.source} does not have. Add it.`);
    }
    shards.set(shard, (await readSafetensors(file)).tensors);
    fileBytes += file.size;
  }
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [tensor, shard] of places) {
    const entry = shards.get(shard)?.get(tensor);
    if (!entry) {
      throw new Error(`${INDEX} says that tensor "${tensor}" is in ${shard}, but it is not. Get both files again.`);
    }
    tensors.set(tensor, entry);
  }
  return { tensors, fileBytes };
}

/**
 * Opens `model.safetensors`, or the shards of `model.safetensors.index.json`; reads headers only.
 * @param prefixes what the model's classes with a head put before its names; files saved from the
 * base class lack it.
 * @throws Error when neither is there, an index and its shards disagree, or a file is malformed.
 */
export async function openWeights(folder: ModelFolder, prefixes: readonly string[]): Promise<Weights> {
  const single = await folder.open(SINGLE);
  let tensors: ReadonlyMap<string, SafetensorsEntry>;
  let fileBytes: number;
  if (single) {
    tensors = (await readSafetensors(single)).tensors;
    fileBytes = single.size;
  } else {
    const index = await folder.open(INDEX);
    if (!index) {
      throw new Error(
        `${folder.source} has neither ${SINGLE} nor ${INDEX}. ` +
          "Weights in another format must be saved as safetensors first.",
      );
    }
    ({ tensors, fileBytes } = await openShards(folder, index));
  }

  const find = (name: string): SafetensorsEntry | null => {
    // BERT's oldest checkpoints call a norm's gain and shift gamma and beta, GPT-NeoX's before
    // transformers 5 the head embed_out.
    const former = name
      .replace(/(LayerNorm\.)weight$/, "$1gamma")
      .replace(/(LayerNorm\.)bias$/, "$1beta")
      .replace(/^lm_head\.weight$/, "embed_out.weight");
    if (former !== name) {
      const old = findAs(former);
      if (old) return old;
    }
    return findAs(name);
  };
  const findAs = (name: string): SafetensorsEntry | null => {
    const exact = tensors.get(name);
    if (exact) {
      return exact;
    }
    for (const prefix of prefixes) {
      const other = name.startsWith(prefix) ? tensors.get(name.slice(prefix.length)) : tensors.get(prefix + name);
      if (other) {
        return other;
      }
    }
    return null;
  };

  return {
    fileBytes,
    parameters: [...tensors.values()].reduce((sum, entry) => sum + entryElements(entry), 0),
    names: [...tensors.keys()],
    find,
    get(name, shape) {
      const entry = find(name);
      if (!entry) {
        throw new Error(
          `${folder.source}: the weights have no tensor "${name}" (expected shape [${shape}]). ` +
            "The file does not belong to this config.json, or is incomplete.",
        );
      }
      if (entry.shape.length !== shape.length || entry.shape.some((size, i) => size !== shape[i])) {
        throw new Error(
          `${entry.file.name}: tensor "${entry.name}" has shape [${entry.shape}], ` +
            `but config.json asks for [${shape}]. The two files do not belong together.`,
        );
      }
      return entry;
    },
    checkUnused(read) {
      const lists = new Set([...read].map((entry) => blockList(entry.name)).filter((list) => list !== null));
      const unused = [...tensors.values()].filter(
        (entry) => !read.has(entry) && lists.has(blockList(entry.name) ?? "") && !COMPUTED.test(entry.name),
      );
      const [first] = unused;
      if (!first) return;
      const more = unused.length === 1 ? "" : ` and ${unused.length - 1} more like it are`;
      throw new Error(
        `${first.file.name}: tensor "${first.name}"${more || " is"} part of a block, but not of the model that ` +
          "config.json describes, which would compute something else without. The two files do not belong together.",
      );
    },
  };
}
