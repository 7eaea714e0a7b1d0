/** A trained run as an adapter folder that PEFT loads: SK maps are folded into the keys, values or embeddings they give. */

import { bottleneckConfig } from "../adapters/adapter-hub";
import type { AdapterFolder } from "../adapters/folder";
import { modelCard } from "../adapters/model-card";
import type { ModelCardContent } from "../adapters/model-card-content";
import {
  adaloraConfig,
  cptConfig,
  forTask,
  ia3Config,
  lnTuningConfig,
  loraConfig,
  type PeftConfig,
  type PeftTask,
  prefixConfig,
  promptConfig,
  pTuningConfig,
  studioConfig,
  veraConfig,
} from "../adapters/peft-config";
import { PROMPT_EMBEDDINGS, packPrefix, repeatHeads, WRAPPED_BIAS } from "../adapters/peft-names";
import type { BaseModel } from "../base/base-model";
import { tokenTypes as textOfPair } from "../data/channels";
import type { Scale } from "../data/types";
import type { NamedTensor } from "../hub/write-safetensors";
import { tokenTypes } from "../methods/cpt/token-types";
import type { BottleneckForm, ExportForm, Method, Origin } from "../methods/method";
import { LANGUAGE_HEAD, outerPaths } from "../methods/outer-modules";
import { type AnyApproach, methodOf } from "../methods/registry";
import { isTarget, namedTargets } from "../methods/targets";
import { elementCount, type Tensor, type Trainable, tensorBytes } from "../program/tensor";
import type { Checkpoint, Values } from "../runs/parameters";
import type { Run } from "../runs/run";
import { trainableOf } from "../runs/trainable-count";
import { buildTunedProgram, type TunedSetup } from "../runs/tuned-program";
import { trainingState } from "./continuation";
import { importedTensors } from "./imported-tensors";

/** A folder may have 2^30 bytes to be read again; larger states are left out. */
const MAX_STATE_BYTES = 2 ** 29;

/** What the model card and run.json say beside what the run itself knows. */
export interface ExportFacts
  extends Pick<ModelCardContent, "labels" | "data" | "steps" | "metrics" | "versions" | "maxLength" | "pairs"> {
  readonly droppedLeadingTokens: number;
  /** Of the numbers that the task predicts, if it does. */
  readonly scale?: Scale | null;
  /** What is written so that training can go on; left out of converted and cut forms, and where it would be too large. */
  readonly state?: { readonly checkpoint: Checkpoint; readonly facts: Parameters<typeof trainingState>[3] };
  /** The configuration of the comparison and every evaluation, for run.json. */
  readonly record: Record<string, unknown>;
}

/**
 * Reads the run's tensors back from the GPU and lays them out as PEFT does. `conversion`: one of the method's other forms.
 * Throws an Error naming those there are if it is none of them.
 */
export async function exportRun(
  model: BaseModel,
  run: Run,
  facts: ExportFacts,
  conversion: string | null = null,
): Promise<AdapterFolder> {
  const { method, options } = run.setup;
  const values = await run.parameters.read();
  const head = partTensors(run, values, "head");
  const { form: whole, tensors: exported } = await exportedForm(model, run, values, conversion);
  const form = knownToPeft(aboveFrozen(whole, run.tunedSetup.layers?.frozenLayers ?? 0, model.config.layers), run);
  // The studio's own form is what was trained, not what it would be elsewhere.
  const adapter = form.type === "STUDIO" ? partTensors(run, values, "adapter") : exported;
  const origin = originOf(form);
  const written = form.type === "BOTTLENECK" ? hubConfig(form, model) : peftConfig(form, model, run);
  const config = forTask(withHead(written, head), run.tunedSetup.task.peftType);
  const tensors = [...(await formTensors(model, run, form, adapter)), ...head];
  const { record, state, scale = null, ...shown } = facts;
  const asTrained = conversion === null && isAsTrained(whole, method.exportForm(options, model));
  const resumes = asTrained && state !== undefined && stateBytes(run) <= MAX_STATE_BYTES;
  const control = (method.trains && method.textForm?.(options).control) || "none";
  const folder: AdapterFolder = {
    config,
    tensors,
    ...(origin !== "trained" && { skTensors: partTensors(run, values, "adapter") }),
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
      obstacle: peftObstacle(model, form, run.tunedSetup.task.peftType),
      text: control === "none" ? method.text(options) : model.tokenizer.decode(run.context.textIds),
      origin,
      resumes,
      tokenTypes: run.tunedSetup.inputs?.includes(textOfPair) === true,
      trainable: trainableOf(run.tunedSetup, run.trainables, model),
    }),
    run: asTrained ? record : { ...record, run: undefined, trainedAs: record.run },
  };
  if (!resumes) return folder;
  const held = importedTensors(folder, model.config.layers, origin, model.config);
  const { trainables, parameters } = run;
  return {
    ...folder,
    state: trainingState({ trainables, controls: parameters.controls }, state.checkpoint, held, state.facts),
  };
}

/** Of the values and both moments at most, beside what the adapter itself takes. */
function stateBytes({ trainables }: Run): number {
  return 3 * trainables.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
}

/** Why transformers has no class that PEFT could load the folder into; null where it has. */
function peftObstacle({ family, json }: BaseModel, { type }: ExportForm, task: PeftTask): string | null {
  if (type === "PREFIX_TUNING" && family.takesPast === false) {
    return `transformers' ${family.title} takes no keys and values from outside, so PEFT cannot load a prefix for it.`;
  }
  if (task !== "TOKEN_CLS" || !family.withoutTokenClass) return null;
  const modelType = String(json.model_type);
  if (!family.withoutTokenClass.includes(modelType)) return null;
  return `transformers has no token classifier for \`${modelType}\`, so PEFT cannot load the folder.`;
}

/** Whether the folder holds what was trained, not a smaller rank or another form of it; only then training can go on from it. */
function isAsTrained(form: ExportForm, trained: ExportForm): boolean {
  const rank = (one: ExportForm) => (one.type === "LORA" ? one.rank : null);
  return form.type === trained.type && rank(form) === rank(trained);
}

/** The trained tensors of the adapter or the head. */
export function partTensors(run: Run, values: Values, part: Trainable["part"]): NamedTensor[] {
  const own = run.trainables.filter((tensor) => tensor.part === part);
  return own.map(({ name, shape }) => ({ name, shape, data: values.get(name)! }));
}

/** The form of a run whose lowest blocks have nothing attached, or the studio's own where its library has no such form. */
function aboveFrozen(form: ExportForm, frozenLayers: number, layers: number): ExportForm {
  if (frozenLayers === 0) return form;
  const studio = { type: "STUDIO", why: `its lowest ${frozenLayers} blocks have nothing attached.` } as const;
  const above = Array.from({ length: layers - frozenLayers }, (_, index) => frozenLayers + index);
  if (above.length === 0) return studio;
  // PEFT leaves what a folder does not hold as the base model has it.
  if (form.type === "IA3" || form.type === "LN_TUNING") return form;
  if (form.type === "BOTTLENECK") return { ...form, leaveOut: frozenLayers };
  if (form.type !== "LORA" || typeof form.targets === "string") return studio;
  if (form.targets.length === 0) return form;
  // PEFT's layers_to_transform leaves out what is in no block.
  if (isTarget(LANGUAGE_HEAD, form.targets)) return studio;
  const kept = above.filter((layer) => form.layersToTransform?.includes(layer) ?? true);
  return kept.length > 0 ? { ...form, layersToTransform: kept } : studio;
}

/** PEFT has CPT for language models, and counts the response's tokens only behind labelled examples; else it is a prompt. */
function knownToPeft(form: ExportForm, { tunedSetup, context }: Run): ExportForm {
  const counted = tunedSetup.task.peftType === "CAUSAL_LM" && context.lockedIds?.some(Boolean);
  return form.type === "CPT" && !counted ? { type: "PROMPT_TUNING", origin: "folded" } : form;
}

/** The conversion to plain LoRA; null for methods that are it already, or cannot be. */
export function loraConversion(method: AnyApproach): string | null {
  return conversionsOf(method).find(({ id }) => id === "lora")?.id ?? null;
}

/** Other forms that a run can be written in. */
export function conversionsOf(method: AnyApproach): NonNullable<Method["conversions"]> {
  return (method.trains && method.conversions) || [];
}

/** Whether runs of a method are plain LoRA, or become it, so that a weighted sum of them is one too. `form`: with its defaults. */
export function isSummable(method: AnyApproach, form: ExportForm): boolean {
  if (loraConversion(method) !== null) return true;
  return form.type === "LORA" && form.targets.length > 0 && form.dora !== true && form.biases !== true;
}

/** What of a run's present values is written: what was trained, unless the method prunes, cuts or converts it. */
export async function exportedForm(
  model: BaseModel,
  run: Run,
  values: Values,
  conversion: string | null = null,
): Promise<{ form: ExportForm; tensors: readonly NamedTensor[] }> {
  const tensors = partTensors(run, values, "adapter");
  const { method, options, steps = 1 } = run.setup;
  const known = conversionsOf(method);
  if (conversion !== null && !known.some(({ id }) => id === conversion)) {
    const others = known.map(({ id }) => `"${id}"`).join(", ") || "no other";
    throw new Error(
      `Run "${run.setup.name}" (${method.id}) cannot be written as "${conversion}"; it has ${others} form.`,
    );
  }
  if (!method.trains || !method.exported) return { form: method.exportForm(options, model), tensors };
  const controls = await run.parameters.readControls();
  return method.exported(options, { tensors, controls, setting: run.dial?.setting ?? 0, steps, model, conversion });
}

/** With every module of the head among those that PEFT saves and loads; it knows `classifier` and `score` by itself. */
function withHead(config: PeftConfig, head: readonly NamedTensor[]): PeftConfig {
  const saved = config.modules_to_save;
  if (!Array.isArray(saved)) return config;
  const further = new Set(
    head.map(({ name }) => name.slice(0, name.indexOf("."))).filter((name) => !saved.includes(name)),
  );
  return { ...config, modules_to_save: [...saved, ...further] };
}

/** What a form's exported tensors were made of. */
export function originOf(form: ExportForm): Origin {
  return "origin" in form ? form.origin : "trained";
}

function hubConfig(form: BottleneckForm, { config, folder, json }: BaseModel): PeftConfig {
  const modelType = String(json.model_type);
  const { hiddenSize } = config;
  return bottleneckConfig({ baseModel: folder.name, modelType, hiddenSize, ...form });
}

function peftConfig(form: Exclude<ExportForm, { type: "BOTTLENECK" }>, model: BaseModel, run: Run): PeftConfig {
  const { config, family, folder } = model;
  const baseModel = folder.name;
  const { virtualTokens } = run;
  const { layers, heads, headSize, hiddenSize, cachedRepeats = 1 } = config;
  const keyValueHeads = config.keyValueHeads * cachedRepeats;
  const front = { baseModel, virtualTokens, layers, folded: originOf(form) === "folded" };
  if (form.type === "PREFIX_TUNING") {
    const { startsAtZero, projection } = form;
    return prefixConfig({ ...front, keyValueHeads, headSize, startsAtZero, projection });
  }
  if (form.type === "PROMPT_TUNING") {
    const { text, startsFromVocabulary } = form;
    return promptConfig({ ...front, heads, hiddenSize, text, startsFromVocabulary });
  }
  if (form.type === "P_TUNING") {
    const { encoder, layers: encoderLayers, hidden: encoderHiddenSize } = form;
    return pTuningConfig({ ...front, heads, hiddenSize, encoder, encoderHiddenSize, encoderLayers });
  }
  if (form.type === "CPT") {
    const { textIds: ids, lockedIds = [] } = run.context;
    const { epsilon, decay } = form;
    return cptConfig({ ...front, heads, hiddenSize, ids, types: tokenTypes(lockedIds), epsilon, decay });
  }
  if (form.type === "STUDIO") return studioConfig({ baseModel, why: form.why });
  const { fanInFanOut } = family;
  if (form.type === "IA3") return ia3Config({ baseModel, ...form, fanInFanOut });
  if (form.type === "LN_TUNING") return lnTuningConfig({ baseModel, ...form });
  const targets = form.targets.length > 0 ? namedTargets(form.targets, model, outerPaths(model)) : idleTargets(model);
  if (form.type === "ADALORA") return adaloraConfig({ baseModel, ...form, targets, fanInFanOut });
  if (form.type === "VERA") return veraConfig({ baseModel, ...form, targets, fanInFanOut });
  const { type: _, rankStabilised: rsLora, ...settings } = form;
  return loraConfig({ ...settings, baseModel, targets, rsLora, fanInFanOut });
}

async function formTensors(
  model: BaseModel,
  run: Run,
  form: ExportForm,
  adapter: readonly NamedTensor[],
): Promise<readonly NamedTensor[]> {
  if (["ADALORA", "VERA", "IA3", "LN_TUNING", "BOTTLENECK", "STUDIO"].includes(form.type)) return adapter;
  if (form.type === "LORA" && form.targets.length > 0) return adapter;
  if (form.type === "LORA") return [...idleLora(model, run), ...adapter.map((tensor) => besideLora(tensor, model))];
  const tuned = buildTunedProgram(run.tunedSetup, 1, 1);
  const front = await run.front(tuned);
  const { virtualTokens } = tuned;
  if (form.type === "PROMPT_TUNING" || form.type === "P_TUNING" || form.type === "CPT") {
    const shape = [virtualTokens, model.config.hiddenSize];
    return [{ name: PROMPT_EMBEDDINGS, shape, data: front.get(tuned.front.prompt!)! }];
  }
  const { headSize, cachedRepeats = 1 } = model.config;
  const rows = (tensors: readonly Tensor[]) =>
    tensors.map((tensor) => repeatHeads(front.get(tensor)!, headSize, cachedRepeats));
  const data = packPrefix(rows(tuned.front.keys), rows(tuned.front.values), virtualTokens);
  return [{ name: PROMPT_EMBEDDINGS, shape: [virtualTokens, data.length / virtualTokens], data }];
}

function idleTargets({ family }: BaseModel): readonly string[] {
  return family.loraTargets.slice(0, 1);
}

/** A trained bias under the name it has once PEFT has wrapped its linear. */
function besideLora(tensor: NamedTensor, model: BaseModel): NamedTensor {
  const path = tensor.name.slice(0, tensor.name.lastIndexOf("."));
  return isTarget(path, idleTargets(model)) ? { ...tensor, name: `${path}${WRAPPED_BIAS}` } : tensor;
}

/** A rank-1 LoRA of zeros on PEFT's first default target: PEFT needs some adapter to load a trained head. */
function idleLora(model: BaseModel, run: Run): NamedTensor[] {
  const method = methodOf("lora");
  const options = method.options(model).parse({ rank: 1, alpha: 1, targets: idleTargets(model) });
  const setup: TunedSetup = { ...run.tunedSetup, method, options };
  return buildTunedProgram(setup, 1, 1)
    .program.trainables.filter(({ part }) => part === "adapter")
    .map(({ name, shape }) => ({ name, shape, data: new Float32Array(elementCount(shape)) }));
}
