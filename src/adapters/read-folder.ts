/** Adapter folders from their files or a zip, checked: what is missing, unknown or of another shape is an error. */

import { strFromU8, unzipSync } from "fflate";
import { readSafetensors } from "../hub/safetensors";
import { streamTensor } from "../hub/safetensors-values";
import { bytesFile } from "../hub/sources";
import type { NamedTensor } from "../hub/write-safetensors";
import { formats, migrate } from "../versions/versions";
import { fromHubName, HUB_HEAD, HUB_HEAD_CONFIG, HUB_MODEL, isHubConfig, readHubConfig } from "./adapter-hub";
import { checkTensors } from "./checks";
import { ADAPTER_FILES, type AdapterFolder, CARD, CONFIG, isHead, MODEL, RUN, SK_ADAPTER } from "./folder";
import { fromFileName } from "./peft-names";
import { parseConfig } from "./read-config";
import { PICKLED, plainName, settled } from "./spellings";
import { readState, STATE } from "./training-state";

/** Adapters are small; an archive that unpacks to more than this is refused before it is unpacked. */
const MAX_ADAPTER_BYTES = 2 ** 30;

/** `rename`: null leaves a tensor out. */
async function readTensors(
  file: string,
  bytes: Uint8Array,
  rename: (name: string) => string | null,
): Promise<NamedTensor[]> {
  const { tensors } = await readSafetensors(bytesFile(file, bytes));
  const read: NamedTensor[] = [];
  for (const entry of tensors.values()) {
    const name = rename(entry.name);
    if (name === null) continue;
    const data = new Float32Array(entry.shape.reduce((product, size) => product * size, 1));
    await streamTensor(entry, (values, offset) => data.set(values, offset));
    read.push({ name, shape: entry.shape, data });
  }
  return read;
}

function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strFromU8(bytes));
  } catch (error) {
    throw new Error(`${file} is not a JSON file: ${(error as Error).message}`);
  }
}

/** A folder in AdapterHub's layout: modules and head are two files; without any of the head's it is for a language model. */
async function readHub(
  json: unknown,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Pick<AdapterFolder, "config" | "tensors">> {
  const headless = !files[HUB_HEAD] && !files[HUB_HEAD_CONFIG];
  const [modules, head] = [HUB_MODEL, ...(headless ? [] : [HUB_HEAD])].map((file) => {
    const bytes = files[file];
    if (!bytes)
      throw new Error(`There is no ${file} beside ${CONFIG}. The adapter must be saved as safetensors with its head.`);
    return readTensors(file, bytes, file === HUB_MODEL ? fromHubName : (name) => name);
  });
  const read = await modules!;
  const config = readHubConfig(CONFIG, json, read);
  if (headless) return { config: { ...config, task_type: "CAUSAL_LM" }, tensors: read };
  const heads = await head!;
  const stray = heads.find(({ name }) => !isHead(name));
  if (stray || heads.length === 0) {
    throw new Error(`${HUB_HEAD} ${stray ? `has "${stray.name}", which is no head's` : "has no classification head"}.`);
  }
  return { config, tensors: [...read, ...heads] };
}

/** Inside the wrapper that PEFT puts around an adapted module. */
const WRAPPED_WEIGHT = ".base_layer.weight";

/** Apart from an adapter's own tensors the frozen embeddings and head that PEFT saves with it (`save_embedding_layers`). */
function withoutBase(read: readonly NamedTensor[]): { tensors: NamedTensor[]; baseTensors: NamedTensor[] } {
  const isBase = ({ name }: NamedTensor) => name.endsWith(WRAPPED_WEIGHT);
  const baseName = (name: string) => name.replace(WRAPPED_WEIGHT, ".weight");
  return {
    tensors: read.filter((tensor) => !isBase(tensor)),
    baseTensors: read.filter(isBase).map((tensor) => ({ ...tensor, name: baseName(tensor.name) })),
  };
}

/** A folder in PEFT's layout. */
async function readPeft(
  json: unknown,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Pick<AdapterFolder, "config" | "tensors" | "baseTensors">> {
  const parsed = parseConfig(json);
  const modelBytes = files[MODEL];
  if (!modelBytes && files[PICKLED]) {
    throw new Error(
      `${PICKLED} is a pickled file, which can run code when it is opened, so it is not. Load the adapter in PEFT and save ` +
        `it again: that writes ${MODEL}.`,
    );
  }
  if (!modelBytes) {
    throw new Error(`There is no ${MODEL} beside ${CONFIG}. Adapters in another format must be saved as safetensors.`);
  }
  const read = await readTensors(MODEL, modelBytes, (name) => {
    const plain = plainName(name);
    return plain === null ? null : fromFileName(plain, parsed.peft_type);
  });
  const { tensors, baseTensors } = withoutBase(read);
  const config = settled(parsed, tensors);
  checkTensors(config, tensors);
  return { config, tensors, ...(baseTensors.length > 0 && { baseTensors }) };
}

/**
 * Reads an adapter folder from its files and checks that configuration and tensors agree.
 * @throws Error naming file, key or tensor: an unknown or unreadable configuration, a missing or extra tensor, a wrong
 *   shape; both versions where run.json is of a newer one.
 */
export async function readAdapterFiles(files: Readonly<Record<string, Uint8Array>>): Promise<AdapterFolder> {
  const configBytes = files[CONFIG];
  if (!configBytes) {
    throw new Error(`There is no ${CONFIG}; an adapter folder needs ${CONFIG} and ${MODEL}.`);
  }
  const json = parseJson(CONFIG, configBytes);
  const read = isHubConfig(json) ? await readHub(json, files) : await readPeft(json, files);
  const adapter: AdapterFolder = { ...read, modelCard: files[CARD] ? strFromU8(files[CARD]) : "", run: null };
  if (files[SK_ADAPTER]) {
    adapter.skTensors = await readTensors(SK_ADAPTER, files[SK_ADAPTER], (name) => name);
  }
  if (files[RUN]) {
    const run = parseJson(RUN, files[RUN]);
    if (typeof run !== "object" || run === null || Array.isArray(run)) {
      throw new Error(`${RUN} does not hold a JSON object.`);
    }
    adapter.run = migrate(formats.run, run) as Record<string, unknown>;
  }
  if (files[STATE]) {
    adapter.state = readState(await readTensors(STATE, files[STATE], (name) => name), adapter.run);
  }
  return adapter;
}

/**
 * Reads an adapter from a zip that holds one adapter folder, at any depth.
 * @throws Error when it is no zip, holds none or several adapters, would unpack too large, and as `readAdapterFiles`.
 */
export async function readAdapterZip(source: Uint8Array | Blob): Promise<AdapterFolder> {
  const bytes = source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source;
  let total = 0;
  const pickled = new Set<string>();
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name.split("/").pop() === PICKLED) pickled.add(name);
        const wanted = ADAPTER_FILES.includes(name.split("/").pop() as string) && !name.startsWith("__MACOSX/");
        total += wanted ? originalSize : 0;
        return wanted && total <= MAX_ADAPTER_BYTES;
      },
    });
  } catch (error) {
    throw new Error(`The file is not a zip that can be read: ${(error as Error).message}.`);
  }
  if (total > MAX_ADAPTER_BYTES) {
    throw new Error(`The zip would unpack to ${total} bytes, but an adapter has at most ${MAX_ADAPTER_BYTES}.`);
  }
  const configs = Object.keys(unpacked).filter((path) => path.split("/").pop() === CONFIG);
  const [config] = configs;
  if (config === undefined || configs.length > 1) {
    const found = configs.length > 1 ? `${configs.length} adapters (${configs.join(", ")})` : `no ${CONFIG}`;
    throw new Error(`The zip holds ${found}; it must hold one adapter folder.`);
  }
  const root = config.slice(0, -CONFIG.length);
  const files: Record<string, Uint8Array> = {};
  for (const file of ADAPTER_FILES) {
    const content = unpacked[root + file];
    if (content) {
      files[file] = content;
    }
  }
  // It is named, not unpacked.
  if (pickled.has(root + PICKLED)) files[PICKLED] = new Uint8Array();
  return readAdapterFiles(files);
}
