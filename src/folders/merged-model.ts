/**
 * A trained run as a whole model in Hugging Face's layout: the base model's tensors with the
 * adapter merged into them, the head, config.json and the tokenizer. Unchanged tensors stream from
 * the base model's files; only changed ones are held, one at a time.
 */

import type { Change } from "../adapters/base-change";
import type { WritingFacts } from "../adapters/card/content";
import { writingSection } from "../adapters/card/writing";
import { formOf } from "../adapters/forms/registry";
import { folderName } from "../adapters/write";
import { MAX_ZIP_BYTES, zipStream } from "../adapters/zip-stream";
import type { BaseModel } from "../base/base-model";
import { HEAD_WEIGHT } from "../base/language-head";
import { readModel } from "../base/read-model";
import type { Calibration } from "../calibration/calibration";
import { readConfig } from "../hub/config";
import { entryElements, type SafetensorsEntry } from "../hub/safetensors";
import { readTensor, streamTensor } from "../hub/safetensors-values";
import { type StoredType, type StreamedTensor, streamedBytes, streamSafetensors } from "../hub/stream-safetensors";
import type { ModelFolder } from "../hub/types";
import type { NamedTensor } from "../hub/write-safetensors";
import { embeddingPath } from "../methods/outer-modules";
import type { Family, RunPooling } from "../models/family";
import type { Run } from "../runs/run";
import type { Task } from "../tasks/task";
import { exportedForm, loraConversion, partTensors } from "./export";
import { mergeChanges } from "./merge";

/** Files that are copied as they are where the base model has them. */
const COPIED = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "vocab.txt",
  "merges.txt",
  "tokenizer.model",
  "chat_template.jinja",
  "generation_config.json",
] as const;

export interface MergedModel {
  readonly folder: ModelFolder;
  readonly family: Pick<Family, "classifierArgument">;
  readonly task: Task;
  readonly labels: readonly string[];
  /** The base model's tensors under the names they get, and where they lie. */
  readonly base: readonly { readonly name: string; readonly entry: SafetensorsEntry }[];
  readonly changes: ReadonlyMap<string, Change>;
  /** Take the changes away again, where they were added. */
  readonly undo?: ReadonlyMap<string, Change> | null;
  readonly head: readonly NamedTensor[];
  /** The text of README.md. */
  readonly card: string;
  /** Whether the head over the vocabulary is no longer the word embeddings. */
  readonly untied?: boolean;
}

/** Takes one file after the other; the pieces of a file come in order. */
export interface FileSink {
  begin(name: string): void;
  piece(bytes: Uint8Array<ArrayBuffer>): void;
  end(): void;
}

/** Every file that a merged model's folder may have. */
export const MERGED_FILES: readonly string[] = ["config.json", "README.md", "model.safetensors", ...COPIED];

/** Writes config.json, README.md, the tokenizer's files and model.safetensors in that type. */
export async function writeMergedModel(model: MergedModel, type: StoredType, sink: FileSink): Promise<void> {
  const whole = (name: string, bytes: Uint8Array<ArrayBuffer>) => {
    sink.begin(name);
    sink.piece(bytes);
    sink.end();
  };
  const text = (name: string, content: string) => whole(name, new TextEncoder().encode(content));
  text("config.json", `${JSON.stringify(mergedConfig(await readConfig(model.folder), model, type), null, 2)}\n`);
  text("README.md", model.card);
  for (const name of COPIED) {
    const file = await model.folder.open(name);
    if (file) whole(name, new Uint8Array(await file.read(0, file.size)));
  }
  sink.begin("model.safetensors");
  await streamSafetensors(mergedTensors(model), type, sink.piece);
  sink.end();
}

/**
 * The merged model as a zip with one folder in it, named after the run.
 * @throws Error with both numbers when a zip cannot hold it; Error where it would be the base model
 * once more.
 */
export async function zipMerged(model: MergedModel, type: StoredType, name: string): Promise<Blob> {
  if (model.head.length === 0 && !(await changesAny(model))) {
    throw new Error(
      `Merging "${name}" changes no value of the base model: there would be nothing new to download. Train it first.`,
    );
  }
  const bytes = streamedBytes(mergedTensors(model), type);
  if (bytes > MAX_ZIP_BYTES) {
    throw new Error(
      `The merged model of "${name}" takes ${bytes} bytes as ${type}, but a zip holds at most ${MAX_ZIP_BYTES}. ` +
        `${type === "float32" ? "Choose float16 or bfloat16, or download" : "Download"} the adapter and merge it with PEFT.`,
    );
  }
  const zip = zipStream(folderName(name));
  await writeMergedModel(model, type, zip);
  return zip.finish();
}

/** Whether any value changes; tensors are read up to the first that does. */
async function changesAny({ base, changes }: Pick<MergedModel, "base" | "changes">): Promise<boolean> {
  for (const { name, entry } of base) {
    const change = changes.get(name);
    if (!change) continue;
    const before = Float32Array.from(await readTensor(entry));
    const after = before.slice();
    change(after);
    if (after.some((value, place) => value !== before[place])) return true;
  }
  return false;
}

/** Every tensor of the merged model; a head's takes the place of a base tensor of its name. */
export function mergedTensors({
  base,
  changes,
  head,
}: Pick<MergedModel, "base" | "changes" | "head">): StreamedTensor[] {
  const own = new Set(head.map(({ name }) => name));
  return [
    ...head.map(({ name, shape, data }) => ({
      name,
      shape,
      stream: async (onPiece: (values: Float32Array) => void) => onPiece(data),
    })),
    ...base
      .filter(({ name }) => !own.has(name))
      .map(({ name, entry }) => ({ name, shape: entry.shape, stream: streamOf(entry, changes.get(name)) })),
  ];
}

function streamOf(entry: SafetensorsEntry, change: Change | undefined): StreamedTensor["stream"] {
  if (!change) return (onPiece) => streamTensor(entry, onPiece);
  return async (onPiece) => {
    const values = new Float32Array(entryElements(entry));
    await streamTensor(entry, (piece, offset) => values.set(piece, offset));
    change(values);
    onPiece(values);
  };
}

function mergedConfig(
  base: Record<string, unknown>,
  { task, labels, family, untied = false }: MergedModel,
  type: StoredType,
): Record<string, unknown> {
  const { dtype: _, torch_dtype: __, ...config } = base;
  const common = { ...config, torch_dtype: type, ...(untied && { tie_word_embeddings: false }) };
  if (task.head === "vocabulary") return common;
  const { modelClass: kind } = task;
  const [first] = Array.isArray(config.architectures) ? config.architectures : [];
  const architectures =
    typeof first === "string" ? [`${first.replace(/(For\w+|LMHeadModel|Model)$/, "")}${kind}`] : undefined;
  const [, key, value] = /^(\w+)="(\w+)"$/.exec(family.classifierArgument ?? "") ?? [];
  const eos = Array.isArray(config.eos_token_id) ? config.eos_token_id[0] : config.eos_token_id;
  return {
    ...common,
    ...(architectures && { architectures }),
    ...(labels.length > 0
      ? {
          id2label: Object.fromEntries(labels.map((name, id) => [String(id), name])),
          label2id: Object.fromEntries(labels.map((name, id) => [name, id])),
        }
      : { num_labels: task.outputs(labels.length) }),
    ...(task.problem && { problem_type: task.problem }),
    ...(key && { [key]: value }),
    // Without it transformers' classifiers of decoders take no batch.
    pad_token_id: config.pad_token_id ?? eos ?? null,
  };
}

/** What a merged model's files say beside what the run itself knows. */
interface MergedFacts {
  readonly labels: readonly string[];
  readonly steps: number;
  readonly file: string;
  /** What its answers are read with; default: nothing. */
  readonly calibration?: Calibration | null;
  /** Of a task that writes; default: nothing is said of it. */
  readonly writing?: WritingFacts | null;
}

/**
 * What a run's merged model is made of, with its present values.
 * @throws Error saying why the run has no merged model, and what to do.
 */
export async function mergedRun(
  model: BaseModel,
  run: Run,
  { labels, steps, file, calibration = null, writing = null }: MergedFacts,
): Promise<MergedModel> {
  const { folder, family } = model;
  const { method } = run.setup;
  const { task } = run.tunedSetup;
  const { needed, languageHead } = await readModel(folder, model.precision);
  const causal = task.head === "vocabulary";
  const body = needed.map(({ tensor, entry }) => ({ name: tensor.name, entry }));
  const ownHead = causal ? languageHead.needed : [];
  const trained = await run.parameters.readTrained();
  const { form, tensors } = exportedForm(model, run, trained, loraConversion(method));
  const names = new Set([...body.map(({ name }) => name), ...(causal ? [HEAD_WEIGHT] : [])]);
  const site = { names, fanInFanOut: family.fanInFanOut };
  const merged = mergeChanges(method, form, tensors, site);
  const negative = formOf(form.type).opposite?.(form) ?? null;
  // The word embeddings as the head: only one of both has changed, so they are tied no longer.
  const table = `${embeddingPath(model)}.weight`;
  const untied = causal && languageHead.kind === "words" && (merged.has(table) || merged.has(HEAD_WEIGHT));
  const headEntry = body.find(({ name }) => name === table)?.entry;
  const base = [
    ...body,
    // The head over the vocabulary goes by different names in different versions: it keeps its
    // file's.
    ...ownHead.map(({ entry }) => ({ name: entry.name, entry })),
    ...(untied && headEntry ? [{ name: HEAD_WEIGHT, entry: headEntry }] : []),
  ];
  const stored = new Map(ownHead.map(({ tensor, entry }) => [tensor.name, entry.name]));
  const inFile = (list: ReadonlyMap<string, Change>) =>
    new Map([...list].map(([name, change]) => [stored.get(name) ?? name, change]));
  const changes = inFile(merged);
  const undo = negative && inFile(mergeChanges(method, negative, tensors, site));
  const head = partTensors(run, trained, "head");
  const facts = { base: folder.name, run: run.setup.name, method: method.title, steps, file };
  const counts = { changed: changes.size, all: base.length };
  const card = mergedCard({ ...facts, ...counts, pooling: run.setup.pooling, task, calibration, writing });
  return { folder, family, task, labels, base, changes, undo, head, card, untied };
}

function mergedCard(facts: {
  base: string;
  run: string;
  method: string;
  steps: number;
  file: string;
  pooling: RunPooling;
  changed: number;
  all: number;
  task: Task;
  calibration: Calibration | null;
  writing: WritingFacts | null;
}): string {
  const { base, run, method, steps, file, pooling, changed, all, task, calibration, writing } = facts;
  const { modelClass: kind } = task;
  const lines = [
    "---",
    `base_model: ${JSON.stringify(base)}`,
    "library_name: transformers",
    "---",
    "",
    `# ${run}`,
    "",
    `${method} on \`${base}\`, trained for ${steps} steps on \`${file}\` and merged: ${changed} of the base model's ${all} tensors`,
    "hold the trained change, all others are the base model's own. It needs no adapter library:",
    "",
    "```python",
    `from transformers import AutoModel${kind}, AutoTokenizer`,
    "",
    `model = AutoModel${kind}.from_pretrained(".")`,
    'tokenizer = AutoTokenizer.from_pretrained(".")',
    "```",
  ];
  if (pooling === "mean" && kind === "ForSequenceClassification") {
    lines.push(
      "",
      "**The head reads the mean of the input's states**, which transformers' class does not: it would predict something else.",
    );
  }
  if (calibration) {
    const { temperature, thresholds } = calibration;
    lines.push(
      "",
      `It was calibrated on validation rows: divide its logits by ${temperature} before they become chances` +
        `${thresholds ? `, and give each label, in class-id order, above ${thresholds.join(", ")}` : ""}.`,
    );
  }
  if (writing) lines.push("", ...writingSection(writing));
  return `${lines.join("\n").trimEnd()}\n`;
}
