/** A trained run as an adapter folder that PEFT loads: SK maps are folded into the keys, values or embeddings they give. */

import { bottleneckConfig } from "../adapters/adapter-hub";
import type { AdapterFolder } from "../adapters/folder";
import { type ModelCardContent, modelCard } from "../adapters/model-card";
import {
  ia3Config,
  lnTuningConfig,
  loraConfig,
  type PeftConfig,
  prefixConfig,
  promptConfig,
  pTuningConfig,
} from "../adapters/peft-config";
import { PROMPT_EMBEDDINGS, packPrefix, unpackPrefix } from "../adapters/peft-names";
import { writeGraph } from "../forward/graph";
import { readBuffer } from "../gpu/readback";
import { readConfig } from "../hub/config";
import type { NamedTensor } from "../hub/safetensors";
import { type BottleneckForm, type ExportForm, needsSemanticPass, type Origin } from "../methods/method";
import { prefixNames } from "../methods/prefix/prefix";
import { methodOf } from "../methods/registry";
import { isTarget } from "../methods/targets";
import { elementCount, type Tensor, type Trainable, tensorBytes } from "../program/tensor";
import type { BaseModel } from "./base-model";
import type { Engine } from "./engine";
import { countPart } from "./estimate";
import type { Values } from "./parameters";
import type { Run } from "./run";
import { buildTunedProgram, type TunedProgram, type TunedSetup } from "./tuned-program";

/** What a linear's bias is called inside the wrapper that PEFT puts around the linear. */
const WRAPPED_BIAS = ".base_layer.bias";

/** What the model card and run.json say beside what the run itself knows. */
export interface ExportFacts
  extends Pick<ModelCardContent, "labels" | "data" | "steps" | "metrics" | "versions" | "maxLength" | "pairs"> {
  readonly droppedLeadingTokens: number;
  /** The configuration of the comparison and every evaluation, for run.json. */
  readonly record: Record<string, unknown>;
}

/** Reads the run's tensors back from the GPU and lays them out as PEFT does. */
export async function exportRun(
  engine: Engine,
  model: BaseModel,
  run: Run,
  facts: ExportFacts,
): Promise<AdapterFolder> {
  const { method, options } = run.setup;
  const values = await run.parameters.read();
  const named = ({ name, shape }: Trainable): NamedTensor => ({ name, shape, data: values.get(name)! });
  const head = run.trainables.filter(({ part }) => part === "head").map(named);
  const adapter = run.trainables.filter(({ part }) => part === "adapter").map(named);
  const form = method.exportForm(options, model);
  const origin = originOf(form);
  const config = form.type === "BOTTLENECK" ? await hubConfig(form, model) : peftConfig(form, model, run);
  const tensors = [...(await formTensors(engine, model, run, form, adapter)), ...head];
  const { record, ...shown } = facts;
  const control = method.textForm?.(options).control ?? "none";
  return {
    config,
    tensors,
    ...(origin !== "trained" && { skTensors: adapter }),
    modelCard: modelCard({
      ...shown,
      run: run.setup.name,
      method: method.title,
      config,
      pooling: run.setup.pooling,
      text: control === "none" ? method.text(options) : model.tokenizer.decode(run.context.textIds),
      origin,
      trainable: { adapter: countPart(run.trainables, "adapter"), head: countPart(run.trainables, "head") },
    }),
    run: record,
  };
}

/** What a form's exported tensors were made of. */
export function originOf(form: ExportForm): Origin {
  return "origin" in form ? form.origin : "trained";
}

async function hubConfig(form: BottleneckForm, { config, folder }: BaseModel): Promise<PeftConfig> {
  const modelType = String((await readConfig(folder)).model_type);
  const { places, parallel, start, bottleneck, activation, scale, residual } = form;
  const { hiddenSize } = config;
  const adapter = { places, parallel, start, bottleneck, activation, scale, residual };
  return bottleneckConfig({ baseModel: folder.name, modelType, hiddenSize, ...adapter });
}

function peftConfig(form: Exclude<ExportForm, { type: "BOTTLENECK" }>, model: BaseModel, run: Run): PeftConfig {
  const { config, family, folder } = model;
  const baseModel = folder.name;
  const { virtualTokens } = run;
  const { layers, heads, keyValueHeads, headSize, hiddenSize } = config;
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
    return pTuningConfig({ ...front, heads, hiddenSize, encoderHiddenSize: form.hidden });
  }
  const { fanInFanOut } = family;
  if (form.type === "IA3") return ia3Config({ baseModel, ...form, fanInFanOut });
  if (form.type === "LN_TUNING") return lnTuningConfig({ baseModel, ...form });
  const targets = form.targets.length > 0 ? form.targets : idleTargets(model);
  const { type: _, rankStabilised: rsLora, ...settings } = form;
  return loraConfig({ ...settings, baseModel, targets, rsLora, fanInFanOut });
}

async function formTensors(
  engine: Engine,
  model: BaseModel,
  run: Run,
  form: ExportForm,
  adapter: NamedTensor[],
): Promise<NamedTensor[]> {
  if (form.type === "IA3" || form.type === "LN_TUNING" || form.type === "BOTTLENECK") return adapter;
  if (form.type === "LORA" && form.targets.length > 0) return adapter;
  if (form.type === "LORA") return [...idleLora(model, run), ...adapter.map((tensor) => besideLora(tensor, model))];
  const tuned = buildTunedProgram(run.tunedSetup, 1, 1);
  const front = await evaluateFront(engine, model, run, tuned);
  const { virtualTokens } = tuned;
  if (form.type === "PROMPT_TUNING" || form.type === "P_TUNING") {
    const shape = [virtualTokens, model.config.hiddenSize];
    return [{ name: PROMPT_EMBEDDINGS, shape, data: front.get(tuned.front.prompt!)! }];
  }
  const rows = (tensors: readonly Tensor[]) => tensors.map((tensor) => front.get(tensor)!);
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

/** What stands in front of the input with the run's present values: the prompt, or every layer's keys and values. */
async function evaluateFront(
  engine: Engine,
  model: BaseModel,
  run: Run,
  { program, front }: TunedProgram,
): Promise<ReadonlyMap<Tensor, Float32Array>> {
  const wanted = [...(front.prompt ? [front.prompt] : []), ...front.keys, ...front.values];
  const computed = wanted.filter(({ role }) => role === "activation");
  const owner = "front";
  const outputs = new Map<Tensor, GPUBuffer>();
  for (const tensor of computed) {
    const allocation = { label: tensor.name, category: "runtime", owner } as const;
    outputs.set(tensor, engine.memory.allocate(tensorBytes(tensor), allocation));
  }
  const semantic = needsSemanticPass(run.setup.method, run.setup.options)
    ? await model.semantic(run.context.textIds)
    : new Map<string, GPUBuffer>();
  const buffer = (tensor: Tensor) => {
    if (tensor.role === "trainable") return run.parameters.value(tensor.name);
    return outputs.get(tensor) ?? semantic.get(tensor.name) ?? model.buffer(tensor);
  };
  if (computed.length > 0) {
    const session = await engine.runtime.session(writeGraph(program, computed), buffer);
    await session.run();
    await session.release();
  }
  const read = wanted.map(async (tensor) => {
    const bytes = await readBuffer(engine.device, buffer(tensor), tensorBytes(tensor));
    return [tensor, new Float32Array(bytes)] as const;
  });
  const values = new Map(await Promise.all(read));
  engine.memory.releaseOwner(owner);
  return values;
}

/**
 * The values by in-model name that a folder holds for a method: for `initFrom` and import. `origin`: of what the method
 * would export; unless that is what it trains, the tensors beside are taken. Throws an Error naming what is missing.
 */
export function importedValues(adapter: AdapterFolder, layers: number, origin: Origin): Values {
  const values = new Map<string, Float32Array>();
  for (const { name, shape, data } of adapter.tensors) {
    // Beside trained biases stand factors that add nothing.
    if (adapter.config.bias === "all" && /\.lora_[AB]\.weight$/.test(name)) continue;
    if (name !== PROMPT_EMBEDDINGS) values.set(name.replace(WRAPPED_BIAS, ".bias"), data);
    else if (origin !== "trained") continue;
    else if (adapter.config.peft_type === "PREFIX_TUNING") {
      const { keys, values: ownValues } = unpackPrefix(data, layers, shape[0]!);
      keys.forEach((rows, layer) => void values.set(prefixNames.keys(layer), rows));
      ownValues.forEach((rows, layer) => void values.set(prefixNames.values(layer), rows));
    } else values.set(name, data);
  }
  if (origin !== "trained") {
    if (!adapter.skTensors) {
      const what = origin === "folded" ? "what was folded into it" : "its encoder";
      throw new Error(`The adapter has no sk_adapter.safetensors, so the training of ${what} cannot go on.`);
    }
    for (const { name, data } of adapter.skTensors) values.set(name, data);
  }
  return values;
}
