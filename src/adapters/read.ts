/**
 * Adapter folders from their files or a zip, checked: what is missing, unknown or of another shape
 * is an error.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { strFromU8, unzipSync } from "fflate";
import { formats, migrate } from "../versions/versions";
import { type AdapterFolder, CARD, CONFIG, MODEL, RUN, SK_ADAPTER, type SourceFile } from "./folder";
import type { AdapterForm } from "./forms/form";
import { forms } from "./forms/registry";
import { PEFT } from "./peft-layout";
import { readTensors } from "./read-tensors";
import { PICKLED } from "./spellings";
import { readState, STATE } from "./training-state";

/** Every file of an adapter folder. */
export const ADAPTER_FILES: readonly string[] = [
  ...new Set([CONFIG, ...forms.flatMap(({ layout }) => layout.files), SK_ADAPTER, STATE, CARD, RUN]),
];

/**
 * Adapters are small; an archive that unpacks to more than this is refused before it is unpacked.
 */
const MAX_ADAPTER_BYTES = 2 ** 30;

function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strFromU8(bytes));
  } catch (error) {
    throw new Error(`${file} is not a JSON file: ${(error as Error).message}`);
  }
}

/** @throws Error naming the type that no form has. */
function formOfConfig(json: unknown): AdapterForm {
  const form = forms.find(({ layout }) => layout.claims(json));
  if (form) return form;
  const type = (json as { peft_type?: unknown } | null)?.peft_type;
  const known = forms.filter(({ layout, verbatim }) => layout.library === PEFT && !verbatim).map((one) => one.type);
  throw new Error(
    `${CONFIG}: the adapter type ${JSON.stringify(type)} cannot be read. Known types: ${known.join(", ")}.`,
  );
}

/**
 * Reads an adapter folder from its files and checks that configuration and tensors agree.
 * @throws Error naming file, key or tensor: an unknown or unreadable configuration, a missing or
 *   extra tensor, a wrong shape; both versions where run.json is of a newer one.
 */
export async function readAdapterFiles(files: Readonly<Record<string, Uint8Array>>): Promise<AdapterFolder> {
  const configBytes = files[CONFIG];
  if (!configBytes) {
    throw new Error(`There is no ${CONFIG}; an adapter folder needs ${CONFIG} and ${MODEL}.`);
  }
  const json = parseJson(CONFIG, configBytes);
  const { layout } = formOfConfig(json);
  const read = await layout.read(json, files);
  const source = sourceOf(layout.files, files);
  const adapter: AdapterFolder = { ...read, source, modelCard: files[CARD] ? strFromU8(files[CARD]) : "", run: null };
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

/** The first of a layout's files is that of the adapter's own tensors. */
function sourceOf([file]: readonly string[], files: Readonly<Record<string, Uint8Array>>): SourceFile | undefined {
  const bytes = file === undefined ? undefined : files[file];
  return bytes && { file: file!, sha256: bytesToHex(sha256(bytes)) };
}

/**
 * Reads an adapter from a zip that holds one adapter folder, at any depth.
 * @throws Error when it is no zip, holds none or several adapters, would unpack too large, and as
 *   `readAdapterFiles`.
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
