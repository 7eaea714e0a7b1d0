/**
 * Heads and losses for several labels, numbers and tags in float64, against transformers' own
 * classes: logits, loss, gradients.
 */

import { expect, test } from "vitest";
import { planBackward } from "../../../src/backward/plan";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { valuesLoss } from "../../../src/tasks/heads";
import { tasks } from "../../../src/tasks/registry";
import { familyRig, fixtureJson, fixtureModel, taskHeadCases } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { runLoss } from "../interpreter/loss";

const { listed, tensors } = await taskHeadCases();
const asked = {
  multi_label_classification: tasks["multi-label-classification"],
  regression: tasks.regression,
  tags: tasks["token-classification"],
};

test.each(listed)("$name: logits, loss and the head's gradients are transformers'", async (described) => {
  const { name, folder, problem, pooling, lengths } = described;
  const task = asked[problem as keyof typeof asked];
  const of = (key: string) => tensors.get(`${name}/${key}`)!;
  const rig = folder.split("/").at(-1);
  const own = folder.startsWith("families");
  const json = own ? await familyRig(rig).config() : await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const config = family.readConfig(json);
  const [size, tokens, width] = of("hidden").shape as [number, number, number];

  const program = new Program();
  const hidden = program.input("hidden", [size * tokens, width], "float32");
  const rows = program.input("lengths", [size], "int32");
  const states = { hidden, lengths: rows, size, tokens, virtualTokens: 0, suffix: 0 };
  const { output, loss } = task.readOut(program, states, {
    outputs: task.outputs(5),
    pooling,
    learningRateScale: 1,
    tokenHead: family.tokenHead,
    classifier:
      family.classify &&
      ((state, classes) =>
        family.classify!(program, config, { state, classes, attachments: {}, learningRateScale: 1 })),
    languageHead: () => expect.unreachable(),
  });
  const heads = [...tensors.keys()].filter((key) => key.startsWith(`${name}/head.`));
  const prefix = `${name}/head.`.length;
  expect(program.trainables.map((tensor) => tensor.name).sort()).toEqual(heads.map((key) => key.slice(prefix)).sort());

  const leaves = new Map<string, ArrayLike<number>>([
    ["hidden", of("hidden").data],
    ["lengths", lengths],
    ...heads.map((key) => [key.slice(prefix), tensors.get(key)!.data] as const),
  ]);
  const weights = await openWeights(own ? familyRig(rig).folder : fixtureModel(rig), family.prefixes);
  for (const tensor of program
    .needed([output])
    .flatMap(({ inputs }) => inputs)
    .filter(({ role }) => role === "weight")) {
    leaves.set(tensor.name, await readTensor(weights.get(tensor.name, tensor.shape)));
  }
  const plan = planBackward(program, output);
  const value = evaluate(program, leaves, [output, ...plan.saved]);
  const apart = (a: ArrayLike<number>, b: ArrayLike<number>, kept = (_: number) => true) =>
    Math.max(...Array.from(a, (x, i) => (kept(i) ? Math.abs(x - b[i]!) : 0)));
  // transformers computes padding's logits from states of its own; nobody reads them.
  const real = (i: number) => problem !== "tags" || of("labels").data[Math.floor(i / 5)]! >= 0;
  expect(apart(value(output), of("logits").data, real)).toBeLessThan(1e-5);

  const given = Float64Array.from(of("labels").data);
  const labels = problem === "tags" ? given : new Float64Array(size);
  const { stepFigures, seed } = runLoss(loss, value(output), { labels, values: given }, value);
  expect(Math.abs(stepFigures[0]! - of("loss").data[0]!)).toBeLessThan(1e-6);
  const gradients = runBackward(plan, value, seed);
  for (const [tensor, gradient] of gradients) {
    expect(apart(gradient, of(`gradient.${tensor}`).data), `gradient of ${tensor}`).toBeLessThan(1e-5);
  }
});

test("with several labels their order changes neither the loss nor a label's gradient", () => {
  const [rows, labels] = [3, 4];
  const number = (cell: number) => Math.sin(1.3 * cell + 1);
  const compute = (order: readonly number[]) => {
    const logits = Array.from({ length: rows }, (_, row) => order.map((label) => 3 * number(row * labels + label)));
    const values = Array.from({ length: rows }, (_, row) => order.map((label) => ((row + label) % 3 === 0 ? 1 : 0)));
    const channels = { labels: new Float64Array(rows), values: Float64Array.from(values.flat()) };
    const loss = valuesLoss(new Program().activation("logits", [rows, labels]), "binary");
    const { stepFigures, seed } = runLoss(loss, Float64Array.from(logits.flat()), channels, () => expect.unreachable());
    return { loss: stepFigures[0]!, gradient: seed };
  };
  const order = [2, 0, 3, 1];
  const [first, shuffled] = [compute([0, 1, 2, 3]), compute(order)];
  expect(first.loss).toBeGreaterThan(0.1);
  expect(Math.abs(shuffled.loss - first.loss)).toBeLessThan(1e-6);
  for (let row = 0; row < rows; row++) {
    order.forEach((label, place) => {
      expect(shuffled.gradient[row * labels + place]).toBeCloseTo(first.gradient[row * labels + label]!, 12);
    });
  }
});
