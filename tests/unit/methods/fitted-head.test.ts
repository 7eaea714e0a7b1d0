/**
 * The fitted head against scikit-learn's logistic regression on the same states, its count, and
 * what it refuses.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { mergeObstacle } from "../../../src/folders/merge";
import { rowAnswers } from "../../../src/methods/answerer";
import { fittedHead } from "../../../src/methods/fitted-head/fitted-head";
import { fitLogisticRegression } from "../../../src/methods/fitted-head/logistic-regression";
import { trainableOf } from "../../../src/runs/trainable-count";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { fittedCases, nearestCases } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";
import { type TinyModel, tinyModel, tinySetup } from "../interpreter/tiny-model";

let model: TinyModel;
let found: Awaited<ReturnType<typeof nearestCases>>;
let cases: Awaited<ReturnType<typeof fittedCases>>;

beforeAll(async () => {
  [model, found, cases] = await Promise.all([tinyModel("tiny-llama"), nearestCases(), fittedCases()]);
});

const setupOf = (classes: number, pooling: "mean" | "last" = "mean") => ({
  ...tinySetup(model, { name: "fitted", method: "fitted-head", options: {} }, [], classes),
  pooling,
  trainingRows: 19,
});

/** Of a case's training rows. */
function rowsOf({ pooling, labels, classes }: { pooling: string; labels: number[]; classes: number }) {
  const states = found.states.get(pooling)!;
  const { training } = found.described;
  const width = states.shape[1]!;
  const own = (states.data as Float32Array).subarray(0, training * width);
  return { states: own, width, labels: Int32Array.from(labels.slice(0, training)), classes };
}

const softmax = (logits: ArrayLike<number>) => {
  const weights = Array.from(logits, Math.exp);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / sum);
};

describe("as scikit-learn", () => {
  test.each([0, 1, 2, 3, 4])("case %i: weights, and what they say of other rows", async (index) => {
    const { c: penalty, pooling, classes, seen, weight, bias, probabilities } = cases[index];
    const notices: string[] = [];
    const options = { penalty, maxIterations: 100 };
    const notice = (message: string) => notices.push(message);
    const tables = await rowAnswers(fittedHead)!.tables(options, rowsOf(cases[index]), { notice });
    expect(notices).toEqual([]);
    const fitted = [...tables.get("fitted weight")!];
    const shifts = [...tables.get("fitted bias")!];
    const { width } = rowsOf(cases[index]);
    const rowOf = (label: number) => fitted.slice(label * width, (label + 1) * width);
    if (weight.length === 1) {
      // Of two labels scikit-learn keeps the difference.
      const [none, one] = [rowOf(0), rowOf(1)];
      expect(one.map((value, column) => value - none[column]!)).toEqual(weight[0].map(near));
      expect(shifts[1]! - shifts[0]!).toEqual(near(bias[0]));
    } else {
      seen.forEach((label: number, place: number) => {
        expect(rowOf(label)).toEqual(weight[place].map(near));
        expect(shifts[label]).toEqual(near(bias[place]));
      });
    }
    const { training, ids } = found.described;
    ids.slice(training).forEach((row: number[], place: number) => {
      const tuned = buildTunedProgram(setupOf(classes, pooling), 1, row.length);
      expect(tuned.program.trainables).toEqual([]);
      const leaves = new Map<string, ArrayLike<number>>([...model.weights, ...tables]);
      leaves.set("input_ids", row).set("lengths", [row.length]);
      const said = softmax(evaluate(tuned.program, leaves, [tuned.logits])(tuned.logits));
      const expected = Array.from({ length: classes }, (_, label) => probabilities[place][seen.indexOf(label)] ?? 0);
      expect(said).toEqual(expected.map(near));
    });
  });
});

const near = (value: number) => expect.closeTo(value, 4);

test("it counts as the head it is: width · classes + classes", () => {
  const { program, ...tuned } = buildTunedProgram(setupOf(5), 1, 4);
  expect(tuned.backward.dispatches).toEqual([]);
  const { weight, bias } = cases[0];
  const head = weight.flat().length + bias.length;
  const counted = trainableOf(setupOf(5), program.trainables, { parameters: 1000 });
  expect(counted).toEqual({ adapter: 0, head, total: head, percentOfBase: head / 10 });
});

/**
 * Columns that differ in size a thousandfold and follow each other closely; labels that follow some
 * of them.
 */
function difficultRows(rows: number, width: number, classes: number) {
  const wave = (at: number) => Math.sin(12.9898 * at + (at % 7));
  const states = Float32Array.from({ length: rows * width }, (_, cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    return 10 ** ((3 * column) / width - 1) * (1 + wave(row) + 0.05 * wave(cell * 1.7 + column));
  });
  const labels = Int32Array.from({ length: rows }, (_, row) =>
    Math.min(classes - 1, Math.floor(((1 + wave(row * width * 1.7 + 0.3)) / 2) * classes)),
  );
  return { states, width, labels, classes };
}

test("columns of very different size take few iterations all the same", async () => {
  const rows = difficultRows(300, 20, 4);
  const fit = await fitLogisticRegression(rows, { c: 10, maxIterations: 100 });
  expect(fit.converged).toBe(true);
  expect(fit.iterations).toBeLessThan(60);
  // At the minimum, what the rows ask of every weight is what the penalty asks: C · Σ (p − y) x =
  // −W.
  const pull = new Float64Array(fit.weight.length);
  rows.labels.forEach((label, row) => {
    const state = rows.states.subarray(row * 20, (row + 1) * 20);
    const logits = Array.from(fit.bias, (shift, one) =>
      state.reduce((sum, value, column) => sum + value * fit.weight[one * 20 + column]!, shift),
    );
    softmax(logits).forEach((chance, one) => {
      for (const [column, value] of state.entries()) {
        pull[one * 20 + column]! += 10 * (chance - (one === label ? 1 : 0)) * value;
      }
    });
  });
  const largest = Math.max(...fit.weight);
  expect(Math.max(...pull.map((value, index) => Math.abs(value + fit.weight[index]!)))).toBeLessThan(1e-3 * largest);
});

test("what was not found in time is said, and what cannot be is refused", async () => {
  const notices: string[] = [];
  const rows = rowsOf(cases[1]);
  const notice = (message: string) => notices.push(message);
  await rowAnswers(fittedHead)!.tables({ penalty: 100, maxIterations: 3 }, rows, { notice });
  expect(notices).toEqual([expect.stringContaining("not found within 3 iterations")]);
  const alike = { ...rows, labels: rows.labels.map(() => 2) };
  await expect(rowAnswers(fittedHead)!.tables({ penalty: 1, maxIterations: 3 }, alike)).rejects.toThrow(
    "Fitted head: all 19 training rows have the same one of 5 labels",
  );
  const { trainingRows: _, ...without } = setupOf(5);
  expect(() => buildTunedProgram(without, 1, 4)).toThrow("answers from training rows, and there are none here");
  expect(mergeObstacle(fittedHead, fittedHead.exportForm({}, model))).toContain("training rows");
});
