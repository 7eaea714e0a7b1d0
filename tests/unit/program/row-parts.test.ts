/**
 * Matrices above the limit of a buffer: how they are cut, and that a model with its tables, linears
 * and head in parts computes the very logits, losses and gradients that it computes whole, in
 * float64.
 */

import { describe, expect, test } from "vitest";
import { loadedSpecs } from "../../../src/base/read-model";
import { writeGraph } from "../../../src/forward/graph";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import type { MethodContext } from "../../../src/methods/method";
import { approaches, approachOf } from "../../../src/methods/registry";
import { semanticNames } from "../../../src/methods/semantic";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { rowParts, storedTensors } from "../../../src/program/row-parts";
import { type Tensor, tensorBytes } from "../../../src/program/tensor";
import { initialValues } from "../../../src/runs/parameters";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { languageLoss } from "../../../src/tasks/language-loss";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { familyRig, fixtureJson, fixtureModel } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate, type Leaves } from "../interpreter/forward";
import { inParts } from "../interpreter/in-parts";
import { runLoss } from "../interpreter/loss";

const matrix = (shape: number[], type: Tensor["type"] = "float32") =>
  ({ name: "W", shape, type, role: "weight" }) as const;

test("a matrix is cut into rows only where one buffer cannot hold it as float32", () => {
  expect(rowParts(matrix([10, 4]), 160)).toBeUndefined();
  expect(rowParts(matrix([1000]), 160)).toBeUndefined();
  // Buffers come in steps of 16 bytes: 159 hold 9 rows.
  const parts = rowParts(matrix([10, 4]), 159)!;
  expect(parts.map(({ name, start, shape }) => [name, start, ...shape])).toEqual([
    ["W, rows 0 to 4", 0, 5, 4],
    ["W, rows 5 to 9", 5, 5, 4],
  ]);
  // Not even a row fits: it stays whole, and is refused by its size.
  expect(rowParts(matrix([10, 4]), 15)).toBeUndefined();
  const narrow = rowParts(matrix([11, 4], "float16"), 64)!;
  expect(narrow.map(({ start, shape }) => [start, shape[0]])).toEqual([
    [0, 4],
    [4, 4],
    [8, 3],
  ]);
  expect(narrow.every((part) => part.type === "float16" && tensorBytes({ ...part, type: "float32" }) <= 64)).toBe(true);
});

const ids = [383, 12, 41, 0, 200];
const text = [9, 333, 120];
/** 25 rows of 48 float32. */
const LIMIT = 4800;

async function open(rig: string) {
  const own = rig === "tiny-gpt2";
  const folder = own ? fixtureModel(rig) : familyRig(rig).folder;
  const json = own ? await fixtureJson(`models/${rig}/config.json`) : await familyRig(rig).config();
  const family = familyOf(json);
  const config = family.readConfig(json);
  const stored = await openWeights(folder, family.prefixes);
  const whole = new Map<string, ArrayLike<number>>();
  const specs = loadedSpecs({ family, config, poolings: family.poolings, largestBuffer: LIMIT });
  for (const { name, shape } of specs) whole.set(name, await readTensor(stored.get(name, shape)));
  const build = (method: string, options: object, largestBuffer?: number) => {
    const randomIds = (count: number) => Array.from({ length: count }, (_, index) => 50 + index);
    const encode = (words: string) => words.split(/\s+/).map((word) => 50 + word.charCodeAt(0));
    const context: MethodContext = {
      family,
      config,
      largestBuffer,
      textIds: text,
      randomIds,
      labels: ["a", "b", "c"],
      encode,
    };
    const chosen = approachOf(method);
    const parsed = chosen.options(context).parse(options);
    const setup = {
      method: chosen,
      options: parsed,
      context,
      task: sequenceClassification,
      classes: 3,
      pooling: "last",
      trainingRows: 7,
    } as const;
    return buildTunedProgram(setup, 1, ids.length);
  };
  return { family, config, specs, whole, build };
}

// Conv1D with learned positions; a table that is scaled, and a soft cap; biases on every linear.
describe.each(["tiny-gpt2", "tiny-gemma2", "tiny-phi"])("%s in parts of at most 4,800 bytes", (rig) => {
  const opened = open(rig);

  test("is cut, and every part fits", async () => {
    const { specs } = await opened;
    const cut = specs.filter(({ parts }) => parts);
    expect(cut.some(({ shape }) => shape[0] === 384)).toBe(true);
    expect(cut.some(({ name }) => /mlp|fc/.test(name))).toBe(true);
    for (const stored of specs.flatMap(storedTensors))
      expect(tensorBytes(stored), stored.name).toBeLessThanOrEqual(LIMIT);
    const bytes = (tensors: readonly Tensor[]) => tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
    expect(bytes(specs.flatMap(storedTensors))).toBe(bytes(specs));
  });

  test.each([
    ["lora", { rank: 2, targets: "all-linear" }],
    ["sk-prefix", {}],
    ["prompt", {}],
    ["dept", {}],
  ])("%s: logits and gradients are those of the whole model", async (method, options) => {
    const { family, config, specs, whole, build } = await opened;
    const compute = (largestBuffer: number | undefined, weights: Leaves) => {
      const semantic = new Program("float32", largestBuffer);
      const constant = semantic.constant("ids", [text.length], () => Int32Array.from(text), "int32");
      const built = family.build(semantic, config, constant, { size: 1, tokens: text.length }, {});
      const read = evaluate(semantic, weights, [...built.keys, ...built.values, ...built.states, built.hidden]);
      const tuned = build(method, options, largestBuffer);
      const { program, backward, logits } = tuned;
      const leaves = new Map<string, ArrayLike<number>>([
        ...weights,
        ["input_ids", ids],
        ["lengths", [ids.length]],
        ...built.keys.map((tensor, layer) => [semanticNames.keys(layer), read(tensor)] as const),
        ...built.values.map((tensor, layer) => [semanticNames.values(layer), read(tensor)] as const),
        ...built.states.map((tensor, depth) => [semanticNames.states(depth), read(tensor)] as const),
        [semanticNames.hidden, read(built.hidden)] as const,
      ]);
      for (const tensor of program.trainables) {
        const { initializer, name } = tensor;
        const computed = initializer.kind === "tensor" && evaluate(program, leaves, [initializer.tensor]);
        const start = computed ? computed(initializer.tensor) : initialValues(tensor, 5);
        leaves.set(
          name,
          Float64Array.from(start, (value, index) => value + 0.1 * Math.sin(index)),
        );
      }
      const value = evaluate(program, leaves, [logits, ...backward.saved]);
      return { logits: value(logits), gradients: runBackward(backward, value, Float64Array.from([0.3, -1, 0.7])) };
    };
    const expected = compute(undefined, whole);
    const parted = compute(LIMIT, inParts(specs, whole));
    const near = (a: Float64Array, b: Float64Array) =>
      Math.max(...a.map((x, index) => Math.abs(x - b[index]!))) / Math.max(1e-9, ...b.map(Math.abs));
    expect(near(parted.logits, expected.logits)).toBeLessThan(1e-12);
    expect([...parted.gradients.keys()]).toEqual([...expected.gradients.keys()]);
    expect(expected.gradients.size).toBeGreaterThan(1);
    for (const [name, gradient] of expected.gradients) {
      expect(near(parted.gradients.get(name)!, gradient), name).toBeLessThan(1e-9);
    }
  });

  test("what reads a matrix whole is refused by name", async () => {
    const { build } = await opened;
    const { program, logits } = build("dora", { targets: "all-linear" }, LIMIT);
    expect(() => writeGraph(program, [logits])).toThrow(
      /^"\S+" needs \d+ bytes as float32 in one buffer; this device allows 4800, so it is kept in \d+ parts, and this method/,
    );
  });
});

// BitFit needs biases, which this rig has; full fine-tuning and its like train copies, which are
// never cut. What answers from texts reads nothing of the model.
const UNCUT = ["full", "bag-of-words", "majority"];
const WHOLE = ["dora", "hira"];
test.each(approaches)("$id reads a model in parts, or the refusal names the matrix", async ({ id }) => {
  const { build } = await open("tiny-phi");
  const write = () => {
    const { program, logits, backward } = build(id, {}, LIMIT);
    return writeGraph(program, [logits, ...backward.saved]);
  };
  if (WHOLE.includes(id)) expect(write).toThrow(/needs \d+ bytes .*this (method reads it whole|device allows 4800)/);
  else expect(write().inputs.some(({ name }) => /rows \d+ to \d+$/.test(name))).toBe(!UNCUT.includes(id));
});

test.each([0, 2])("the head's loss, predictions and gradient are those of the whole head, with a cap of %i", (cap) => {
  const [rows, width, vocabulary] = [5, 3, 23];
  const numbers = (count: number, salt: number) =>
    Float64Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + salt));
  const values = new Map<string, Float64Array>([
    ["lm_head.weight", numbers(vocabulary * width, 1)],
    ["lm_head.bias", numbers(vocabulary, 2)],
  ]);
  const compute = (largestBuffer?: number) => {
    const program = new Program("float32", largestBuffer);
    const states = program.activation("states", [rows, width]);
    const weight = program.weight("lm_head.weight", [vocabulary, width]);
    const head = { weight, bias: program.weight("lm_head.bias", [vocabulary]), ...(cap && { cap }) };
    const loss = languageLoss(states, head, { most: 2 * vocabulary * 4 });
    const weights = inParts([weight], values);
    const labels = Float64Array.from([22, -1, 0, 7, 8]);
    const value = ({ name }: Tensor) => Float64Array.from(weights.get(name)!);
    return { weight, computed: runLoss(loss, numbers(rows * width, 3), { labels }, value) };
  };
  const [whole, parted] = [compute(), compute(64)];
  expect(whole.weight.parts).toBeUndefined();
  expect(parted.weight.parts).toHaveLength(5);
  for (const name of ["losses", "predictions", "seed", "stepFigures"] as const) {
    parted.computed[name].forEach((value, index) => void expect(value).toBeCloseTo(whole.computed[name][index]!, 12));
  }
  expect(whole.computed.seed.some((value) => value !== 0)).toBe(true);
});
