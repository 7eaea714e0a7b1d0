/**
 * A channel that the studio does not have, added from outside: a weight for every row or token.
 * Rows give it, a batch carries it, a task reads it, and the loss is PyTorch's weighted mean
 * Σ w · ce / Σ w, with its gradient, down to what is trained.
 */

import { describe, expect, test } from "vitest";
import { createBatchArrays, fillBatch } from "../../../src/data/batches";
import { type Channel, withoutFirstToken } from "../../../src/data/channels";
import { encodeExchange } from "../../../src/data/language";
import { encodeText } from "../../../src/data/tokens";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { ownTokens } from "../../../src/operations/own-tokens";
import { initialValues } from "../../../src/runs/parameters";
import { buildTunedProgram, type TunedSetup } from "../../../src/runs/tuned-program";
import { classLoss, rowHead } from "../../../src/tasks/heads";
import { languageLoss } from "../../../src/tasks/language-loss";
import { tasks } from "../../../src/tasks/registry";
import { type Task, taskChannels } from "../../../src/tasks/task";
import { fixtureModel } from "../../fixtures/reference";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { runLoss } from "../interpreter/loss";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

const rowWeights: Channel = { name: "weights", type: "float32", perToken: false, width: 1, filler: 0 };
const tokenWeights: Channel = { ...rowWeights, perToken: true };

const model = await tinyModel("tiny-llama");
const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
const [TOKENS, CLASSES] = [12, 3];
const WEIGHTS = [0.25, 3, 0, 1.5];

/** One row more than there are, which only fills up the batch. */
const SIZE = WEIGHTS.length + 1;

const classification: Task = {
  ...tasks["sequence-classification"],
  targets: () => [rowWeights],
  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    return { output, loss: classLoss(output, { weights: { channel: "weights", span: 1 } }) };
  },
};

/** The response's tokens weighted by themselves, or as their row. */
const languageModelling = (weights: Channel): Task => ({
  ...tasks["causal-lm"],
  targets: () => [weights],
  readOut(program, { hidden, size, virtualTokens, tokens }, { languageHead }) {
    const output = ownTokens(program, "own tokens", hidden, { batch: size, virtualTokens, tokens });
    const span = weights.perToken ? 1 : tokens;
    return { output, loss: languageLoss(output, languageHead(), { weights: { channel: "weights", span } }) };
  },
});

const texts = ["Where is my card?", "Top up by bank", "How old must I be?", "It was stolen"];
const labelled = texts.map((text, row) => ({
  ...encodeText({ text, textPair: null, label: row % CLASSES, row }, tokenizer, TOKENS),
  weights: Float32Array.of(WEIGHTS[row]!),
}));
const answered = texts.map((text, row) => {
  const encoded = encodeExchange(tokenizer, { text: text.slice(0, 3), response: text.slice(3, 8) }, TOKENS);
  const own = Float32Array.from(encoded.ids, (_, place) => WEIGHTS[row]! * (1 + (place % 3)));
  return { ...encoded, weights: Float32Array.of(WEIGHTS[row]!), own };
});

/** A batch of rows for a task, and its loss as it is with given values of what is trained. */
function prepare(task: Task, rows: readonly { readonly ids: Int32Array }[], classes: number) {
  const arrays = createBatchArrays(SIZE, TOKENS, taskChannels(task, classes));
  fillBatch(rows, { rows: [...rows.keys()], bucket: TOKENS }, tokenizer.padId!, arrays);
  const plan = { name: "lora", method: "lora", options: { rank: 2, alpha: 4 } };
  const setup: TunedSetup = { ...tinySetup(model, plan, [], classes), task };
  const tuned = buildTunedProgram(setup, SIZE, TOKENS);
  const channels = Object.fromEntries(
    Object.entries(arrays.channels).map(([name, array]) => [name, Float64Array.from(array)]),
  ) as { labels: Float64Array; weights: Float64Array };
  const start = new Map(
    tuned.program.trainables.map((tensor) => [
      tensor.name,
      Float64Array.from(initialValues(tensor, 3), (x) => x + 0.01),
    ]),
  );
  const compute = (values: ReadonlyMap<string, ArrayLike<number>>) => {
    const leaves = new Map<string, ArrayLike<number>>([
      ...model.weights,
      ...[["input_ids", arrays.inputIds] as const, ["lengths", arrays.lengths] as const],
      ...values,
    ]);
    const value = evaluate(tuned.program, leaves, [tuned.logits]);
    return { value, ...runLoss(tuned.loss, value(tuned.logits), channels, value) };
  };
  return { tuned, channels, start, compute };
}

/** The mean of the labels' losses by PyTorch's formula. */
function weightedMean(losses: ArrayLike<number>, labels: ArrayLike<number>, weightOf: (label: number) => number) {
  let [sum, total] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! < 0) continue;
    sum += weightOf(i) * losses[i]!;
    total += weightOf(i);
  }
  return sum / total;
}

/** The gradient of some numbers of what is trained against differences of the loss. */
function checkGradients({ tuned, start, compute }: ReturnType<typeof prepare>): void {
  const { value, seed } = compute(start);
  const gradients = runBackward(tuned.backward, value, seed);
  expect(gradients.size).toBe(start.size);
  const step = 1e-5;
  for (const [name, gradient] of gradients) {
    const place = gradient.reduce((most, x, i) => (Math.abs(x) > Math.abs(gradient[most]!) ? i : most), 0);
    const [above, below] = [step, -step].map((change) => {
      const moved = Float64Array.from(start.get(name)!, (x, i) => (i === place ? x + change : x));
      return compute(new Map([...start, [name, moved]])).stepFigures[0]!;
    });
    const measured = (above! - below!) / (2 * step);
    expect(Math.abs(gradient[place]!), name).toBeGreaterThan(1e-5);
    expect(Math.abs(measured / gradient[place]! - 1), name).toBeLessThan(1e-4);
  }
}

describe("a weight per row", () => {
  test("classification: loss and gradients are those of the weighted mean", () => {
    const prepared = prepare(classification, labelled, CLASSES);
    const { tuned, channels, start, compute } = prepared;
    expect([...channels.weights]).toEqual([...WEIGHTS, 0]);
    const { value, losses, stepFigures, seed } = compute(start);
    const logits = value(tuned.logits);
    const total = WEIGHTS.reduce((sum, weight) => sum + weight, 0);
    for (const [row, weight] of WEIGHTS.entries()) {
      const own = logits.slice(row * CLASSES, (row + 1) * CLASSES);
      const sum = own.reduce((all, logit) => all + Math.exp(logit), 0);
      expect(losses[row]).toBeCloseTo(Math.log(sum) - own[row % CLASSES]!, 10);
      own.forEach((logit, c) => {
        const difference = Math.exp(logit) / sum - (c === row % CLASSES ? 1 : 0);
        expect(seed[row * CLASSES + c]).toBeCloseTo((weight / total) * difference, 10);
      });
    }
    expect([...seed.slice(WEIGHTS.length * CLASSES)].every((x) => x === 0)).toBe(true);
    expect(stepFigures[0]).toBeCloseTo(
      weightedMean(losses, channels.labels, (row) => WEIGHTS[row]!),
      10,
    );
    checkGradients(prepared);
  });

  test("equal weights are none", () => {
    const same = labelled.map((row) => ({ ...row, weights: Float32Array.of(0.7) }));
    const [weighted, plain] = [classification, tasks["sequence-classification"]].map((task) => {
      const { start, compute } = prepare(task, same, CLASSES);
      return compute(start);
    });
    expect(weighted!.stepFigures[0]).toBeCloseTo(plain!.stepFigures[0]!, 10);
    weighted!.seed.forEach((x, i) => {
      expect(x).toBeCloseTo(plain!.seed[i]!, 10);
    });
  });

  test("language modelling: every token of a response counts as its row does", () => {
    const prepared = prepare(languageModelling(rowWeights), answered, 0);
    const { channels, start, compute } = prepared;
    const { losses, stepFigures } = compute(start);
    const expected = weightedMean(losses, channels.labels, (place) => WEIGHTS[Math.floor(place / TOKENS)]!);
    expect(stepFigures[0]).toBeCloseTo(expected, 10);
    expect(Math.abs(expected - weightedMean(losses, channels.labels, () => 1))).toBeGreaterThan(1e-3);
    checkGradients(prepared);
  });
});

describe("a weight per token", () => {
  const rows = answered.map(({ own, ...row }) => ({ ...row, weights: own }));

  test("language modelling: loss and gradients are those of the weighted mean", () => {
    const prepared = prepare(languageModelling(tokenWeights), rows, 0);
    const { channels, start, compute } = prepared;
    expect(channels.weights).toHaveLength(SIZE * TOKENS);
    const { losses, stepFigures } = compute(start);
    const weightOf = (place: number) => WEIGHTS[Math.floor(place / TOKENS)]! * (1 + ((place % TOKENS) % 3));
    expect(stepFigures[0]).toBeCloseTo(weightedMean(losses, channels.labels, weightOf), 10);
    checkGradients(prepared);
  });

  test("goes with its token where a run's rows begin one later", () => {
    const [row] = rows;
    const shorter = withoutFirstToken(row!, taskChannels(languageModelling(tokenWeights), 0));
    expect([...shorter.weights]).toEqual([...row!.weights.slice(1)]);
    expect([...shorter.labels]).toEqual([...row!.labels.slice(1)]);
    expect(shorter.ids).toHaveLength(row!.ids.length - 1);
    expect(withoutFirstToken(labelled[0]!, taskChannels(classification, 3)).weights).toEqual(labelled[0]!.weights);
  });
});
