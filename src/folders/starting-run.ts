/**
 * A run that starts from an adapter folder: what it is given of the folder, and whether that fits
 * what the run trains, before anything is on a device.
 */

import { checkFits } from "../adapters/checks";
import { type AdapterFolder, isHead } from "../adapters/folder";
import type { BaseModel } from "../base/base-model";
import type { NamedTensor } from "../hub/write-safetensors";
import type { ModelFacts } from "../methods/method";
import type { RunConfiguration } from "../plan/configuration";
import type { HeldTensor } from "../program/tensor";
import { ownPooling, parseOptions, type ResolvingModel, resolveMethod } from "../runs/resolve";
import { buildTunedProgram } from "../runs/tuned-program";
import type { Task } from "../tasks/task";
import { importedRun } from "./imported-run";
import { startingTensors, withoutCarrier } from "./imported-tensors";

/** A run's folder, and whether its training goes on or begins anew from its values. */
export interface StartingFolder {
  readonly adapter: AdapterFolder;
  /** What a person knows it by; default: it has no name. */
  readonly name?: string;
  readonly resume: boolean;
  /** How its labels differ, where the run takes all but its head. */
  readonly transferred?: string;
}

/** The tensors a run starts from. Throws an Error as `startingTensors`. */
export function givenTensors(
  { adapter, transferred }: StartingFolder,
  run: RunConfiguration,
  model: ModelFacts,
): readonly NamedTensor[] {
  const whole = startingTensors(adapter, run, model);
  return transferred === undefined ? whole : whole.filter(({ name }) => !isHead(name));
}

/**
 * Of what a run's folder holds that which another gives it: without its head where the labels
 * differ.
 */
export function takenOf({ transferred }: Pick<StartingFolder, "transferred">, held: readonly HeldTensor[]) {
  return transferred === undefined ? held : held.filter(({ part }) => part === "adapter");
}

/**
 * Checks that a run can start from a folder.
 * @param held what the run's own folder holds
 * @throws Error naming the run and what differs: options and folder, or a tensor. Also where only
 *   a head would be taken, which is left out.
 */
export function checkStart(
  folder: StartingFolder,
  run: RunConfiguration,
  model: ModelFacts,
  held: readonly HeldTensor[],
): void {
  const { adapter, transferred } = folder;
  const taken = takenOf(folder, held);
  if (transferred !== undefined && taken.length === 0) {
    throw new Error(
      `Run "${run.name}": ${transferred} Its head does not fit, and it trains nothing else. Leave initFrom out, or ` +
        "choose a method that trains more.",
    );
  }
  try {
    checkFits(run.name, withoutCarrier(adapter, givenTensors(folder, run, model), held), taken);
  } catch (error) {
    const changed = changesOf(folder, run, model);
    if (changed.length === 0) throw error;
    const source = folder.name ?? "its adapter";
    throw new Error(
      `Run "${run.name}" cannot start from ${source}: ${changed.join("; ")}. Set ${changed.length > 1 ? "these" : "it"} ` +
        "as in the adapter, or let the run begin anew: a copy of its card, or in a file the same run without initFrom.",
      { cause: error },
    );
  }
}

/** In which settings a run differs from the one that wrote the folder. */
function changesOf({ adapter }: StartingFolder, run: RunConfiguration, model: ModelFacts): string[] {
  const before = { ...importedRun(adapter, run.name).run, name: run.name };
  if (before.method !== run.method) return [`method is ${before.method} there and ${run.method} here`];
  const settings = (one: RunConfiguration): Record<string, unknown> => ({
    ...(parseOptions(model, one) as object),
    frozenLayers: one.frozenLayers ?? 0,
  });
  const [there, here] = [settings(before), settings(run)];
  return Object.keys(here)
    .filter((key) => JSON.stringify(there[key]) !== JSON.stringify(here[key]))
    .map((key) => `${key} is ${said(there[key])} there and ${said(here[key])} here`);
}

function said(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "not set");
}

/** What a run's folder would hold on a model, for a task. Throws an Error as `resolveMethod`. */
export function heldTensors(
  run: RunConfiguration,
  model: ResolvingModel & Pick<BaseModel, "poolings">,
  task: Task,
  labels: readonly string[],
): readonly HeldTensor[] {
  const resolved = resolveMethod(model, run, 0, labels);
  const pooling = ownPooling(resolved, model, model.poolings[0]!);
  const setup = { ...resolved, task, classes: labels.length, pooling, layers: run, trainingRows: 1 };
  // Its shapes do not go by those of a batch.
  return buildTunedProgram(setup, 1, 1).program.held;
}
