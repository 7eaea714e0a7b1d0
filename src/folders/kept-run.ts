/**
 * A run in the middle of its training as one file of tensors, to be taken up where neither its
 * device nor its page is there any more. Unlike an adapter folder it holds every value as it was
 * trained, whatever the adapter's form, and what decides when the run ends. Not for adapters that
 * others read: `export.ts`.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod";
import { readTensors } from "../adapters/read-tensors";
import { factsSchema, readState, stateTensors } from "../adapters/training-state";
import { readSafetensors } from "../hub/safetensors";
import { bytesFile } from "../hub/sources";
import type { ModelFile } from "../hub/types";
import { type NamedTensor, writeSafetensors } from "../hub/write-safetensors";
import type { Checkpoint } from "../runs/parameters";
import { checkpointOf, type StatefulRun, trainingState } from "./continuation";

/** What a run had come to at an evaluation. */
export interface KeptRun {
  readonly checkpoint: Checkpoint;
  /** Its evaluation with the lowest loss; the checkpoint where the run may go back to it. */
  readonly best: { readonly step: number; readonly loss: number; readonly checkpoint: Checkpoint | null } | null;
  /** For how many evaluations in a row none was better. */
  readonly worse: number;
  /** Whether it has finished, and why it did so before the last step; null: it goes on. */
  readonly ended: { readonly reason: string | null } | null;
}

/** What tells whether it is the same training that goes on. */
export interface KeptSetting {
  readonly seed: number;
  readonly learningRateFactor: number;
  /** Updates in all. */
  readonly steps: number;
  readonly trainRows: number;
  /** Fingerprints of the tokenised rows of each part, in order. */
  readonly train: string;
  readonly validation: string;
  readonly test: string;
  /** Fingerprint of the base model's weights. */
  readonly model: string;
}

const BEST = "best.";
/** The keys of the file's own metadata: what it is of, and the sum of that and of all tensors. */
const KEPT = "kept";
const SUM = "sum";

const keptSchema = z.strictObject({
  state: factsSchema,
  ...{ validation: z.string(), test: z.string(), model: z.string() },
  best: z.strictObject({ step: z.int().min(0), loss: z.number(), state: factsSchema.nullable() }).nullable(),
  worse: z.int().min(0),
  ended: z.strictObject({ reason: z.string().nullable() }).nullable(),
});

/** The file's bytes. */
export function keptRunFile(run: StatefulRun, kept: KeptRun, setting: KeptSetting): Uint8Array<ArrayBuffer> {
  const { checkpoint, best, worse, ended } = kept;
  const { train, validation, test, model, ...facts } = setting;
  const stateOf = (one: Checkpoint) => trainingState(run, one, [], { ...facts, dataFingerprint: train });
  const state = stateOf(checkpoint);
  // The same values are not written twice.
  const other = best?.checkpoint && best.step !== checkpoint.step ? stateOf(best.checkpoint) : null;
  const held = best && { step: best.step, loss: best.loss, state: best.checkpoint ? (other ?? state).facts : null };
  const bestTensors = other ? stateTensors(other).map((tensor) => ({ ...tensor, name: BEST + tensor.name })) : [];
  const metadata = { state: state.facts, validation, test, model, best: held, worse, ended };
  const tensors = [...stateTensors(state), ...bestTensors];
  const text = JSON.stringify(metadata);
  return writeSafetensors(tensors, { [KEPT]: text, [SUM]: sumOf(text, tensors) });
}

/** SHA-256 of a file's facts and its tensors: a flipped bit of a value looks like another value. */
function sumOf(facts: string, tensors: readonly NamedTensor[]): string {
  const hash = sha256.create().update(utf8ToBytes(facts));
  for (const { name, shape, data } of [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(utf8ToBytes(`\n${name} ${shape.join()}\n`));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return bytesToHex(hash.digest());
}

/** The step that a run's file is of. Rejects with an Error naming the file where it is none. */
export async function keptStep(file: ModelFile): Promise<number> {
  return (await keptFacts(file)).facts.state.step;
}

interface KeptFacts {
  readonly facts: z.infer<typeof keptSchema>;
  readonly text: string;
  /** Undefined in files of earlier versions. */
  readonly sum: string | undefined;
}

async function keptFacts(file: ModelFile): Promise<KeptFacts> {
  const { metadata } = await readSafetensors(file);
  const text = metadata.get(KEPT) ?? "null";
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw new Error(`${file.name} is damaged: what it says of itself is no JSON.`);
  }
  const read = keptSchema.safeParse(written);
  if (!read.success) throw new Error(`${file.name} is no checkpoint of a run: ${z.prettifyError(read.error)}.`);
  return { facts: read.data, text, sum: metadata.get(SUM) };
}

/**
 * What the file of a run holds.
 * @param file its name, for messages
 * @throws Error naming file and what is damaged, missing or of another shape; or what is not as it
 *   was when the training began.
 */
export async function readKeptRun(
  name: string,
  run: StatefulRun,
  setting: KeptSetting,
  file: string,
  bytes: Uint8Array,
): Promise<KeptRun> {
  const { facts, text, sum } = await keptFacts(bytesFile(file, bytes));
  const { state, best, worse, ended } = facts;
  const difference = differenceOf({ ...state, ...facts, train: state.dataFingerprint }, setting);
  if (difference !== null) throw new Error(`Run "${name}" cannot go on from its checkpoint: ${difference}.`);
  const tensors = await readTensors(file, bytes, (tensor) => tensor);
  if (sum !== undefined && sum !== sumOf(text, tensors)) {
    throw new Error(`${file} is damaged: it is not what was written, by its checksum.`);
  }
  const own = tensors.filter((tensor) => !tensor.name.startsWith(BEST));
  const bests = tensors
    .filter((tensor) => tensor.name.startsWith(BEST))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(BEST.length) }));
  const checkpointFrom = (facts: typeof state, some: typeof tensors) =>
    checkpointOf(name, run, readState(some, { state: facts }), []);
  const checkpoint = checkpointFrom(state, own);
  const held = best?.state && (best.step === state.step ? checkpoint : checkpointFrom(best.state, bests));
  return { checkpoint, best: best && { step: best.step, loss: best.loss, checkpoint: held ?? null }, worse, ended };
}

const WHAT: Readonly<Record<keyof KeptSetting, string>> = {
  seed: "the seed",
  learningRateFactor: "the factor on its learning rate",
  steps: "the number of steps in all",
  trainRows: "the number of training rows",
  train: "the training rows",
  validation: "the validation rows",
  test: "the test rows",
  model: "the base model's weights",
};

/** What is not as it was; null where all is. */
function differenceOf(was: KeptSetting, is: KeptSetting): string | null {
  const key = (Object.keys(WHAT) as (keyof KeptSetting)[]).find((one) => was[one] !== is[one]);
  if (key === undefined) return null;
  if (typeof was[key] === "string") {
    return `${WHAT[key]} are others than those that the training began with. Bring files and model back as they were`;
  }
  return `${WHAT[key]} was ${was[key]} and is ${is[key]}`;
}
