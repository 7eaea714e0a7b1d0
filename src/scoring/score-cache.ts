/**
 * Passes over rows that were made, by what they are of: rows, model, the values that were read with
 * and what was asked. The same question is answered by the same numbers. In memory, while the model
 * is open.
 */

import type { BaseModel } from "../base/base-model";
import { fingerprint } from "../data/fingerprint";
import type { TokenizedExample } from "../data/tokens";
import type { Reader } from "./reader";
import { type ScoringSetup, scoreRows } from "./score-rows";
import type { RowScores } from "./scores";

/** Passes that are kept of a model; the one that was asked for longest ago goes first. */
const MOST_KEPT = 8;

const kept = new WeakMap<BaseModel, Map<string, RowScores>>();

export interface KeptScores {
  readonly scores: RowScores;
  /** Whether they were there already. */
  readonly known: boolean;
  /** SHA-256 of the rows, and of the values that they were read with; "frozen" of none. */
  readonly rows: string;
  readonly checkpoint: string;
}

/** As `scoreRows`, or as it was before. What is refused is refused again. */
export async function knownScores(setup: ScoringSetup, rows: readonly TokenizedExample[]): Promise<KeptScores> {
  const { model, reader, reading, wanted, against } = setup;
  const of = { rows: await fingerprint(rows), checkpoint: await checkpointOf(reader) };
  const passes = kept.get(model) ?? new Map<string, RowScores>();
  kept.set(model, passes);
  const others = wanted.gradients && against ? await fingerprint(against) : null;
  const key = JSON.stringify([of.rows, of.checkpoint, reading, wanted, others]);
  const before = passes.get(key);
  const scores = before ?? (await scoreRows(setup, rows));
  // Asked for last, it goes last.
  passes.delete(key);
  passes.set(key, scores);
  for (const oldest of passes.keys()) {
    if (passes.size <= MOST_KEPT) break;
    passes.delete(oldest);
  }
  return { scores, known: before !== undefined, ...of };
}

/**
 * SHA-256 over all that a run answers with beside the model: its method, options, read-out, and
 * every value that it trains or its controller keeps.
 */
async function checkpointOf(reader: Reader): Promise<string> {
  const { parameters, tunedSetup } = reader;
  const { method, options, context, task, classes, pooling } = tunedSetup;
  const read = [method.id, options, [...context.textIds], task.id, classes, pooling];
  if (!parameters) return `frozen, ${pooling}`;
  const before = prints.get(parameters);
  if (before?.version === parameters.version) return before.print;
  const { version } = parameters;
  // What its controller keeps is as in evaluations.
  reader.rest();
  const { values, controllerStates } = await parameters.readTrained();
  const parts: Uint8Array<ArrayBuffer>[] = [new TextEncoder().encode(JSON.stringify(read))];
  for (const [name, tensor] of [...values, ...controllerStates]) {
    parts.push(new TextEncoder().encode(name), await digest(tensor as Float32Array<ArrayBuffer>));
  }
  const print = hexadecimal(await digest(await new Blob(parts).arrayBuffer()));
  prints.set(parameters, { version, print });
  return print;
}

/** Of runs that were asked, by the version of what they had learned then. */
const prints = new WeakMap<object, { readonly version: number; readonly print: string }>();

const digest = async (bytes: BufferSource) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

const hexadecimal = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
