/**
 * Every method on every tiny family: the Program is built and its backward pass planned, or the
 * method refuses by name. The gradients are held against the slope of the loss along a random
 * direction, in float64 and without PyTorch: GPU tests compare SK-Prefix and LoRA with it.
 */

import { describe, expect, test } from "vitest";
import { loadedSpecs } from "../../../src/base/read-model";
import { Random } from "../../../src/data/random";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import type { Method, MethodContext } from "../../../src/methods/method";
import { methods } from "../../../src/methods/registry";
import { semanticNames } from "../../../src/methods/semantic";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { elementCount, type Trainable } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { familyRig, familyRigs } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate, type Leaves } from "../interpreter/forward";

const ids = [70, 12, 41, 200];
const text = [9, 33, 120];

/**
 * Tensors that the method's own gradient takes for constants somewhere, so that the slope is
 * another.
 */
const detached: Readonly<Record<string, RegExp>> = { dora: /\.lora_[AB]\./ };

async function open(rig: string) {
  const { config: readJson, folder } = familyRig(rig);
  const json = await readJson();
  const family = familyOf(json);
  const config = family.readConfig(json);
  const stored = await openWeights(folder, family.prefixes);
  const weights = new Map<string, ArrayLike<number>>();
  for (const { name, shape } of loadedSpecs({ family, config, poolings: family.poolings })) {
    weights.set(name, await readTensor(stored.get(name, shape)));
  }
  const randomIds = (count: number) => Array.from({ length: count }, (_, index) => 50 + index);
  const context: MethodContext = { family, config, textIds: text, randomIds };
  const program = new Program();
  const constant = program.constant("ids", [text.length], () => Int32Array.from(text), "int32");
  const built = family.build(program, config, constant, { size: 1, tokens: text.length }, {});
  const value = evaluate(program, weights, [...built.keys, ...built.values, ...built.states]);
  const leaves = new Map<string, ArrayLike<number>>([
    ...weights,
    ["input_ids", ids],
    ["lengths", [ids.length]],
    ...built.keys.map((tensor, layer) => [semanticNames.keys(layer), value(tensor)] as const),
    ...built.values.map((tensor, layer) => [semanticNames.values(layer), value(tensor)] as const),
    ...built.states.map((tensor, depth) => [semanticNames.states(depth), value(tensor)] as const),
  ]);
  return { context, leaves };
}

function build(method: Method, context: MethodContext) {
  const options = method.options(context).parse({});
  return buildTunedProgram(
    { method, options, context, task: sequenceClassification, classes: 3, pooling: context.family.poolings[0] },
    1,
    ids.length,
  );
}

/** Numbers of an adapter's tensor: somewhere, but near one for gains and factors. */
function somewhere({ name, shape, initializer }: Pick<Trainable, "name" | "shape" | "initializer">): Float64Array {
  const random = new Random(3, name);
  const middle = initializer.kind === "ones" || /norm|ln_|magnitude/.test(name) ? 1 : 0;
  return Float64Array.from({ length: elementCount(shape) }, () => middle + 0.2 * random.normal());
}

describe.each(familyRigs)("%s", (rig) => {
  const opened = open(rig);

  test.each(methods)("$id", async (method) => {
    const { context, leaves } = await opened;
    if (method.id === "bitfit" && ![...leaves.keys()].some((name) => name.endsWith(".bias"))) {
      expect(() => build(method, context)).toThrow(/BitFit trains a model's biases, and this model has none/);
      return;
    }
    const { program, backward, logits } = build(method, context);
    expect(backward.trained.length).toBeGreaterThan(0);

    const start = new Map(program.trainables.map((tensor) => [tensor.name, somewhere(tensor)]));
    const frozen = program.controllerStates.flatMap(({ name, shape, initial }) =>
      typeof initial === "number" ? [] : [[name, somewhere({ name, shape, initializer: initial })] as const],
    );
    const directions = new Map(
      program.trainables.map(({ name, shape }) => {
        const random = new Random(4, name);
        const still = detached[method.id]?.test(name);
        return [name, Float64Array.from({ length: elementCount(shape) }, () => (still ? 0 : random.normal()))];
      }),
    );
    const forward = (step: number) => {
      const moved = new Map<string, ArrayLike<number>>([...leaves, ...frozen]);
      for (const [name, values] of start) {
        moved.set(
          name,
          values.map((value, index) => value + step * directions.get(name)![index]!),
        );
      }
      return evaluate(program, moved as Leaves, [logits]);
    };
    const seed = Float64Array.from([0.3, -1, 0.7]);
    const result = (step: number) => forward(step)(logits).reduce((sum, logit, index) => sum + logit * seed[index]!, 0);
    const gradients = runBackward(backward, forward(0), seed);
    let slope = 0;
    for (const [name, gradient] of gradients) {
      slope += gradient.reduce((sum, value, index) => sum + value * directions.get(name)![index]!, 0);
    }
    // A steep slope bends soon.
    const step = 1e-6 / Math.max(1, Math.abs(slope));
    const measured = (result(step) - result(-step)) / (2 * step);
    expect(Math.abs(slope)).toBeGreaterThan(1e-3);
    expect(Math.abs(measured - slope) / Math.abs(slope)).toBeLessThan(1e-5);
  });
});
