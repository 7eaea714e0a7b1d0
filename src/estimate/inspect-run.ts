/** A run looked at closely before it starts: its tensors, and where its soft tokens stand. */

import type { TokenizedExample } from "../data/tokens";
import type { RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import { ownPooling, poolingOf, resolveMethod } from "../runs/resolve";
import { countPart } from "../runs/trainable-count";
import { buildTunedProgram } from "../runs/tuned-program";
import type { EstimateInput } from "./estimate";
import { type SoftTokens, softTokens } from "./soft-tokens";
import { type TensorTable, tensorTable } from "./trained-tensors";

export interface Inspecting extends Pick<EstimateInput, "model" | "task" | "classes" | "labels" | "inputs"> {
  readonly training: TrainingConfiguration;
  /** The first of them is shown. */
  readonly trainTokens: readonly TokenizedExample[];
}

/**
 * The run on one row: the first of the training rows.
 * @throws Error saying what of its method or options does not fit model or data
 */
export function inspectRun(
  { model, task, classes, labels, inputs, training, trainTokens }: Inspecting,
  run: RunConfiguration,
): { tensors: TensorTable; soft: SoftTokens | null } {
  const [example] = trainTokens;
  if (!example) throw new Error("There are no training rows.");
  const resolved = resolveMethod(model, run, training.seed, labels, trainTokens);
  const pooling = ownPooling(resolved, model, poolingOf(model, training));
  const setup = { ...resolved, task, classes, pooling, inputs, layers: run, trainingRows: trainTokens.length };
  const tuned = buildTunedProgram(setup, 1, example.ids.length);
  const size = countPart(tuned.program.trainables, "adapter");
  return {
    tensors: tensorTable(tuned, { model, setup, run, training }),
    soft: softTokens(tuned, setup, size, example, (ids) => model.tokenizer.piecesOf(ids)),
  };
}
