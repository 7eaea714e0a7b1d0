/**
 * A trained run as an adapter folder that PEFT loads: SK maps are folded into the keys, values or
 * embeddings they give.
 */

import type { ModelCardContent } from "../adapters/card/content";
import { modelCard } from "../adapters/card/model-card";
import type { AdapterFolder } from "../adapters/folder";
import type { Front, WritingSite } from "../adapters/forms/form";
import { type Form, type FormSettings, formOf, originOf, rankOf, studioForm } from "../adapters/forms/registry";
import { forTask, type PeftConfig, type PeftTask } from "../adapters/peft-config";
import type { BaseModel } from "../base/base-model";
import { tokenTypes } from "../data/channels";
import type { Scale } from "../data/types";
import type { NamedTensor } from "../hub/write-safetensors";
import type { Method } from "../methods/method";
import { outerPaths } from "../methods/outer-modules";
import type { AnyApproach } from "../methods/registry";
import { linearShapes } from "../methods/targets";
import { blockOf } from "../models/blocks";
import { type HeldTensor, type Tensor, tensorBytes } from "../program/tensor";
import type { Checkpoint, TrainedValues } from "../runs/parameters";
import type { Run } from "../runs/run";
import { buildTunedProgram } from "../runs/tuned-program";
import { trainingState } from "./continuation";
import { importedTensors } from "./imported-tensors";

/** A folder may have 2^30 bytes to be read again; larger states are left out. */
const MAX_STATE_BYTES = 2 ** 29;

/** What the model card and run.json say beside what the run itself knows. */
export interface ExportFacts
  extends Pick<
    ModelCardContent,
    "labels" | "data" | "steps" | "metrics" | "tested" | "versions" | "maxLength" | "pairs" | "calibration" | "writing"
  > {
  readonly droppedLeadingTokens: number;
  /** Of the numbers that the task predicts, if it does. */
  readonly scale?: Scale | null;
  /**
   * What is written so that training can go on; left out of converted and cut forms, and where it
   * would be too large. The checkpoint's values are the folder's: nothing is read twice.
   */
  readonly state?: { readonly checkpoint: Checkpoint; readonly facts: Parameters<typeof trainingState>[3] };
  /** The configuration of the comparison and every evaluation, for run.json. */
  readonly record: Record<string, unknown>;
}

/**
 * Lays the run's tensors out as PEFT does: those of the state's checkpoint, or without one those
 * that are read back from the device. `conversion`: one of the method's other forms. Throws an
 * Error naming those there are if it is none of them.
 */
export async function exportRun(
  model: BaseModel,
  run: Run,
  facts: ExportFacts,
  conversion: string | null = null,
): Promise<AdapterFolder> {
  const { method, options } = run.setup;
  const trained = facts.state?.checkpoint ?? (await run.parameters.readTrained());
  const head = partTensors(run, trained, "head");
  const { form: whole, tensors: exported } = exportedForm(model, run, trained, conversion);
  const site = writingSite(model, run);
  const above = aboveFrozen(whole, run.tunedSetup.layers?.frozenLayers ?? 0, model.config.layers);
  const settings = formOf(above.type).writtenAs?.(above, site) ?? above;
  const form = formOf(settings.type);
  const origin = originOf(settings);
  const config = forTask(withHead(form.config(settings, site), head), site.task);
  const adapter = form.verbatim ? partTensors(run, trained, "adapter") : exported;
  const stored = form.fold?.(await readFront(run), site) ?? form.stored?.(settings, adapter, site) ?? adapter;
  const tensors = [...stored, ...head];
  const { record, state, scale = null, ...shown } = facts;
  const asTrained = conversion === null && isAsTrained(whole, method.exportForm(options, model));
  const resumes = asTrained && state !== undefined && stateBytes(run) <= MAX_STATE_BYTES;
  const control = (method.trains && method.textForm?.(options).control) || "none";
  const folder: AdapterFolder = {
    config,
    tensors,
    ...(origin !== "trained" && { skTensors: partTensors(run, trained, "adapter") }),
    modelCard: modelCard({
      ...shown,
      task: run.tunedSetup.task.card(scale),
      modelClass: run.tunedSetup.task.modelClass,
      run: run.setup.name,
      method: method.title,
      config,
      pooling: run.setup.pooling,
      wordPrefix: model.tokenizer.wordPrefix,
      loadingArgument: model.family.classifierArgument,
      obstacle: form.verbatim ? null : peftObstacle(model, form, site.task),
      text:
        control === "none"
          ? method.text(options, run.context.labels ?? [])
          : model.tokenizer.decode(run.context.textIds),
      origin,
      resumes,
      conversions: conversionsOf(method).map(({ id }) => id),
      outer: site.outer,
      tokenTypes: run.tunedSetup.inputs?.includes(tokenTypes) === true,
      trainable: run.trainable,
    }),
    run: asTrained ? record : { ...record, run: undefined, trainedAs: record.run },
  };
  if (!resumes) return folder;
  const held = importedTensors(folder, model.config.layers, origin, model.config);
  const { trainables, parameters } = run;
  return {
    ...folder,
    state: trainingState(
      { trainables, controllerStates: parameters.controllerStates },
      state.checkpoint,
      held,
      state.facts,
    ),
  };
}

/** Of the values and both moments at most, beside what the adapter itself takes. */
function stateBytes({ trainables }: Run): number {
  return 3 * trainables.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
}

/** Why transformers has no class that PEFT could load the folder into; null where it has. */
function peftObstacle({ family, json }: BaseModel, { givesPast }: Form, task: PeftTask): string | null {
  if (givesPast && family.takesPast === false) {
    return `transformers' ${family.title} takes no keys and values from outside, so PEFT cannot load a prefix for it.`;
  }
  if (task !== "TOKEN_CLS" || !family.withoutTokenClass) return null;
  const modelType = String(json.model_type);
  if (!family.withoutTokenClass.includes(modelType)) return null;
  return `transformers has no token classifier for \`${modelType}\`, so PEFT cannot load the folder.`;
}

/**
 * Whether the folder holds what was trained, not a smaller rank or another form of it; only then
 * training can go on from it.
 */
function isAsTrained(form: FormSettings, trained: FormSettings): boolean {
  return form.type === trained.type && rankOf(form) === rankOf(trained);
}

/** The tensors of the adapter, trained and frozen, or of the head. */
export function partTensors(
  run: Run,
  { values, controllerStates }: TrainedValues,
  part: HeldTensor["part"],
): NamedTensor[] {
  const own = run.held.filter((tensor) => tensor.part === part);
  return own.map(({ name, shape }) => ({ name, shape, data: (values.get(name) ?? controllerStates.get(name))! }));
}

/**
 * The form of a run whose lowest blocks have nothing attached, or the studio's own where its
 * library has no such form.
 */
function aboveFrozen(form: FormSettings, frozenLayers: number, layers: number): FormSettings {
  if (frozenLayers === 0) return form;
  const studio = studioForm(`its lowest ${frozenLayers} blocks have nothing attached.`);
  const above = Array.from({ length: layers - frozenLayers }, (_, index) => frozenLayers + index);
  if (above.length === 0) return studio;
  return formOf(form.type).above?.(form, above) ?? studio;
}

/** The conversion to plain LoRA; null for methods that are it already, or cannot be. */
export function loraConversion(method: AnyApproach): string | null {
  return conversionsOf(method).find(({ id }) => id === "lora")?.id ?? null;
}

/** Other forms that a run can be written in. */
export function conversionsOf(method: AnyApproach): NonNullable<Method["conversions"]> {
  return (method.trains && method.conversions) || [];
}

/**
 * Whether runs of a method are plain LoRA, or become it, so that a weighted sum of them is one too.
 * `form`: with its defaults.
 */
export function isSummable(method: AnyApproach, form: FormSettings): boolean {
  if (loraConversion(method) !== null) return true;
  return formOf(form.type).isSummable?.(form) ?? false;
}

/**
 * What of a run's values is written: what was trained, unless the method prunes, cuts or converts
 * it.
 */
export function exportedForm(
  model: BaseModel,
  run: Run,
  trained: TrainedValues,
  conversion: string | null = null,
): { form: FormSettings; tensors: readonly NamedTensor[] } {
  const tensors = partTensors(run, trained, "adapter");
  const { method, options, steps = 1 } = run.setup;
  const known = conversionsOf(method);
  if (conversion !== null && !known.some(({ id }) => id === conversion)) {
    const others = known.map(({ id }) => `"${id}"`).join(", ") || "no other";
    throw new Error(
      `Run "${run.setup.name}" (${method.id}) cannot be written as "${conversion}"; it has ${others} form.`,
    );
  }
  if (!method.trains || !method.exported) return { form: method.exportForm(options, model), tensors };
  return method.exported(options, {
    tensors,
    controllerStates: trained.controllerStates,
    setting: run.dial?.setting ?? 0,
    steps,
    model,
    conversion,
  });
}

/**
 * With every module of the head among those that PEFT saves and loads; it knows `classifier` and
 * `score` by itself.
 */
function withHead(config: PeftConfig, head: readonly NamedTensor[]): PeftConfig {
  const saved = config.modules_to_save;
  if (!Array.isArray(saved)) return config;
  const further = new Set(
    head.map(({ name }) => name.slice(0, name.indexOf("."))).filter((name) => !saved.includes(name)),
  );
  return { ...config, modules_to_save: [...saved, ...further] };
}

/** What the forms know of the model and the run. */
function writingSite(model: BaseModel, run: Run): WritingSite {
  const { config, family, folder, json } = model;
  const { layers, hiddenSize, heads, keyValueHeads, headSize, cachedRepeats = 1 } = config;
  const { task, layers: strategy } = run.tunedSetup;
  const { textIds, lockedIds = [] } = run.context;
  const frozen = strategy?.frozenLayers ?? 0;
  return {
    baseModel: folder.name,
    modelType: String(json.model_type),
    layers,
    hiddenSize,
    heads,
    keyValueHeads,
    headSize,
    cachedRepeats,
    fanInFanOut: family.fanInFanOut,
    carrier: family.loraTargets.slice(0, 1),
    linears: () => linearShapes(model).filter(({ path }) => blockOf(path)! >= frozen),
    outer: outerPaths(model),
    task: task.peftType,
    virtualTokens: run.virtualTokens,
    textIds,
    lockedIds,
  };
}

/** What comes before the input, computed on the device. */
async function readFront(run: Run): Promise<Front> {
  const tuned = buildTunedProgram(run.tunedSetup, 1, 1);
  const computed = await run.readFront(tuned);
  const { prompt, keys, values } = tuned.front;
  const read = (tensor: Tensor) => computed.get(tensor)!;
  return { prompt: prompt ? read(prompt) : null, keys: keys.map(read), values: values.map(read) };
}
