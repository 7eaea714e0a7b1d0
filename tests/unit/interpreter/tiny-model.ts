/**
 * A reference model for Programs in float64: its weights, what it computes for a text alone, and
 * how a method's run begins.
 */

import { approachOf } from "../../../src/methods/registry";
import { semanticNames } from "../../../src/methods/semantic";
import type { Family, ModelConfig } from "../../../src/models/family";
import { familyOf } from "../../../src/models/registry";
import type { RunConfiguration } from "../../../src/plan/configuration";
import { Program } from "../../../src/program/program";
import type { FromWeight, Tensor } from "../../../src/program/tensor";
import { initialValues, type Startable } from "../../../src/runs/parameters";
import { parseOptions } from "../../../src/runs/resolve";
import type { TunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureTensors } from "../../fixtures/reference";
import { evaluate } from "./forward";

export interface TinyModel {
  readonly family: Family;
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Float64Array>;
}

export async function tinyModel(rig: string): Promise<TinyModel> {
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const stored = [...(await fixtureTensors(`models/${rig}/model.safetensors`))];
  const weights = new Map(stored.map(([name, { data }]) => [name, Float64Array.from(data)]));
  return { family, config: family.readConfig(json), weights };
}

/** What the frozen model computes for a text, by the names that methods ask for. */
export function semanticStates(model: TinyModel, textIds: readonly number[]): Map<string, Float64Array> {
  const program = new Program();
  const ids = program.constant("ids", [textIds.length], () => Int32Array.from(textIds), "int32");
  const built = model.family.build(program, model.config, ids, { size: 1, tokens: textIds.length }, {});
  const value = evaluate(program, model.weights, [...built.keys, ...built.values, ...built.states, built.hidden]);
  return new Map([
    ...built.keys.map((tensor, layer) => [semanticNames.keys(layer), value(tensor)] as const),
    ...built.values.map((tensor, layer) => [semanticNames.values(layer), value(tensor)] as const),
    ...built.states.map((tensor, depth) => [semanticNames.states(depth), value(tensor)] as const),
    [semanticNames.hidden, value(built.hidden)] as const,
  ]);
}

/** A run as `buildTunedProgram` takes it; the text, if the method has one, is these ids. */
export function tinySetup(
  { family, config }: TinyModel,
  plan: RunConfiguration,
  text: readonly number[],
  classes: number,
) {
  const method = approachOf(plan.method);
  const options = parseOptions({ family, config }, plan);
  const textIds = method.text(options) === null ? [] : text;
  const randomIds = (count: number) => Array.from({ length: count }, (_, id) => id + 20);
  const context = { family, config, textIds, lockedIds: textIds.map(() => false), randomIds };
  return { method, options, context, task: sequenceClassification, classes, pooling: "last", layers: plan } as const;
}

/**
 * The values a run begins with, as `runs/computed-start.ts` and `runs/weight-start.ts` compute
 * them. `leaves`: everything but trained tensors.
 */
export function startValues(
  { program }: TunedProgram,
  leaves: ReadonlyMap<string, ArrayLike<number>>,
): Map<string, ArrayLike<number>> {
  const fromWeight = ({ weight, values }: FromWeight) => values(Float32Array.from(leaves.get(weight.name)!));
  const start = (tensor: Startable): ArrayLike<number> => {
    const { initializer } = tensor;
    if (initializer.kind === "weight") return fromWeight(initializer);
    if (initializer.kind !== "tensor") return initialValues(tensor, 5);
    const { tensor: source }: { tensor: Tensor } = initializer;
    return source.role === "weight" ? leaves.get(source.name)! : evaluate(program, leaves, [source])(source);
  };
  return new Map([
    ...program.trainables.map((tensor) => [tensor.name, start(tensor)] as const),
    ...program.controllerStates.flatMap(({ name, shape, initial }) =>
      typeof initial === "number" ? [] : [[name, start({ name, shape, initializer: initial })] as const],
    ),
  ]);
}
