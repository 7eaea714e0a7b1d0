/**
 * Adapter folders from their files or a zip, checked: what is missing, unknown or of another shape
 * is an error.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { strFromU8 } from "fflate";
import { unzip } from "../archives/unzip";
import { shortened, shortenedJson } from "../errors/shortened";
import { parseJson } from "../hub/json";
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
 * Adapters are small; an archive that has more than this is refused before it is read, and one that
 * unpacks to more before it is unpacked.
 */
const MAX_ADAPTER_BYTES = 2 ** 30;

/** As `mlx_lm.lora` writes it. */
const isMlx = (json: unknown): boolean =>
  typeof json === "object" && json !== null && ("lora_parameters" in json || "fine_tune_type" in json);

/** @throws Error naming the type that no form has. */
function formOfConfig(json: unknown): AdapterForm {
  const form = forms.find(({ layout }) => layout.claims(json));
  if (form) return form;
  if (isMlx(json)) {
    throw new Error(
      `${CONFIG} is MLX's, whose adapters.safetensors holds transposed factors under other names. Convert it to PEFT's ` +
        "form where it was made, or fuse it there (mlx_lm.fuse) and open the fused model.",
    );
  }
  const type = (json as { peft_type?: unknown } | null)?.peft_type;
  const known = forms.filter(({ layout, verbatim }) => layout.library === PEFT && !verbatim).map((one) => one.type);
  const problem =
    type === undefined ? "no peft_type is named" : `the adapter type ${shortenedJson(type)} cannot be read`;
  throw new Error(`${CONFIG}: ${problem}. Known types: ${known.join(", ")}.`);
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
 * Reads an adapter from a zip that holds one adapter folder, at any depth. Of a training's output,
 * which holds its checkpoints inside, it is the outermost, and `notices` say so.
 * @throws Error when it is no zip or a damaged one, holds none or several adapters side by side, is
 *   or would unpack too large, and as `readAdapterFiles`.
 */
export async function readAdapterZip(source: Uint8Array | Blob): Promise<AdapterFolder> {
  const size = source instanceof Blob ? source.size : source.length;
  if (size > MAX_ADAPTER_BYTES) {
    throw new Error(`The zip has ${size} bytes, and an adapter's may have ${MAX_ADAPTER_BYTES}.`);
  }
  const bytes = source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source;
  const pickled = new Set<string>();
  const wanted = (path: string) => {
    const name = path.split("/").pop()!;
    if (name === PICKLED) pickled.add(path);
    return ADAPTER_FILES.includes(name) && !path.startsWith("__MACOSX/");
  };
  const unpacked = unzip(bytes, wanted, MAX_ADAPTER_BYTES);
  const { root, inside } = outermost([...unpacked.keys()].filter((path) => path.split("/").pop() === CONFIG));
  const files: Record<string, Uint8Array> = {};
  for (const file of ADAPTER_FILES) {
    const content = unpacked.get(root + file);
    if (content) {
      files[file] = content;
    }
  }
  // It is named, not unpacked.
  if (pickled.has(root + PICKLED)) files[PICKLED] = new Uint8Array();
  const adapter = await readAdapterFiles(files);
  if (inside.length === 0) return adapter;
  const notice = `The zip holds ${inside.length + 1} adapters; the outermost was taken, not ${listed(inside)}.`;
  return { ...adapter, notices: [...(adapter.notices ?? []), notice] };
}

/** The folder that all others lie in, and those others. Throws an Error where there is none. */
function outermost(configs: readonly string[]): { root: string; inside: readonly string[] } {
  const roots = configs.map((path) => path.slice(0, -CONFIG.length)).sort((a, b) => a.length - b.length);
  const [root, ...inside] = roots;
  if (root !== undefined && inside.every((other) => other.startsWith(root))) return { root, inside };
  const found = roots.length > 1 ? `${roots.length} adapters (${listed(configs)})` : `no ${CONFIG}`;
  throw new Error(`The zip holds ${found}; it must hold one adapter folder.`);
}

const MOST_LISTED = 3;

function listed(paths: readonly string[]): string {
  const more = paths.length - MOST_LISTED;
  return `${paths
    .slice(0, MOST_LISTED)
    .map((path) => shortened(path))
    .join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
