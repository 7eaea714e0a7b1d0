/** Nearest neighbours in float64 against scikit-learn's votes, and what they refuse. */

import { beforeAll, describe, expect, test } from "vitest";
import { mergeObstacle } from "../../../src/folders/merge";
import { rowAnswers } from "../../../src/methods/answerer";
import { nearestNeighbours } from "../../../src/methods/nearest-neighbours/nearest-neighbours";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { nearestCases } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";
import { type TinyModel, tinyModel, tinySetup } from "../interpreter/tiny-model";

const CASES = [0, 1, 2, 3, 4, 5];
let model: TinyModel;
let found: Awaited<ReturnType<typeof nearestCases>>;

beforeAll(async () => {
  [model, found] = await Promise.all([tinyModel("tiny-llama"), nearestCases()]);
});

const setupOf = (options: object, rows: number, pooling: "mean" | "last" = "mean") => ({
  ...tinySetup(model, { name: "near", method: "nearest-neighbours", options: { ...options } }, [], 5),
  pooling,
  trainingRows: rows,
});

describe("as scikit-learn", () => {
  test.each(CASES)("case %i: votes and the label they come to", async (index) => {
    const { training, classes, ids, labels, cases } = found.described;
    const { neighbours, distance, pooling, votes, predicted } = cases[index];
    const states = found.states.get(pooling)!;
    const width = states.shape[1]!;
    const options = { neighbours, distance };
    const tables = await rowAnswers(nearestNeighbours)!.tables(options, {
      states: (states.data as Float32Array).subarray(0, training * width),
      labels: Int32Array.from(labels.slice(0, training)),
      width,
      classes,
    });
    const said = ids.slice(training).map((row: number[]) => {
      const tuned = buildTunedProgram(setupOf(options, training, pooling), 1, row.length);
      expect(tuned.program.trainables).toEqual([]);
      expect(tuned.backward.dispatches).toEqual([]);
      const batch = new Map<string, ArrayLike<number>>([
        ["input_ids", row],
        ["lengths", [row.length]],
      ]);
      const leaves = new Map([...model.weights, ...tables, ...batch]);
      return evaluate(tuned.program, leaves, [tuned.logits])(tuned.logits);
    });
    const counted = said.map((logits: Float64Array) => [...logits].map((logit) => Math.expm1(logit)));
    expect(counted.flat()).toEqual(votes.flat().map((count: number) => expect.closeTo(count, 9)));
    const best = said.map((logits: Float64Array) => logits.indexOf(Math.max(...logits)));
    expect(best).toEqual(predicted);
  });
});

test("rows as near as the last that votes all vote, whatever their order", async () => {
  const { program, logits } = buildTunedProgram(setupOf({ neighbours: 2, distance: "euclidean" }, 4), 1, 3);
  const width = model.config.hiddenSize;
  const rows = Float32Array.from({ length: 4 * width }, (_, cell) => (cell < width ? 0 : 100));
  const input = { states: rows, width, labels: Int32Array.of(1, 2, 2, 0), classes: 5 };
  const tables = await rowAnswers(nearestNeighbours)!.tables({ neighbours: 2, distance: "euclidean" }, input);
  const leaves = new Map<string, ArrayLike<number>>([...model.weights, ...tables]);
  leaves.set("input_ids", [5, 9, 20]).set("lengths", [3]);
  const votes = [...evaluate(program, leaves, [logits])(logits)].map((logit) => Math.round(Math.expm1(logit)));
  expect(votes).toEqual([1, 1, 2, 0, 0]);
});

test("what cannot be is refused, with both numbers", () => {
  expect(() => buildTunedProgram(setupOf({ neighbours: 20 }, 19), 1, 4)).toThrow(
    "Nearest neighbours: 20 are to vote, but there are only 19 training rows. Ask for 19 or fewer.",
  );
  const { trainingRows: _, ...without } = setupOf({}, 19);
  expect(() => buildTunedProgram(without, 1, 4)).toThrow("answers from training rows, and there are none here");
  expect(mergeObstacle(nearestNeighbours, nearestNeighbours.exportForm({}, model))).toContain("training rows");
});
