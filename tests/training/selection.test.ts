/**
 * Training rows that are chosen before training: by scores that a pass of its own finds again, by
 * the dynamics of trainings that are made again, and what is refused.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { frozenModel } from "../../src/answers/next-token";
import { BaseModel } from "../../src/base/base-model";
import type { TokenizedExample } from "../../src/data/tokens";
import type { RowSelection } from "../../src/data/types";
import type { Executor } from "../../src/executors/executor";
import { trainingSchema } from "../../src/plan/configuration";
import type { Reader } from "../../src/scoring/reader";
import { scoreRows } from "../../src/scoring/score-rows";
import { textRow } from "../../src/scoring/text-row";
import { farthestPoints } from "../../src/selection/farthest-points";
import { rowDynamics } from "../../src/selection/row-dynamics";
import { randomRows, type SelectionSetup, selectRows } from "../../src/selection/select-rows";
import { unitStates } from "../../src/selection/unit-states";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { OpenComparisons, tinyData, tinyRows } from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;
let train: TokenizedExample[];
let validation: TokenizedExample[];
const open = new OpenComparisons();
const { signal } = new AbortController();
const TEXTS = [
  "a card",
  "my card is lost, and I need it",
  "how old",
  "how old must I be",
  "rates",
  "rates of exchange now",
];

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [8, 10, 9, 12, 7, 11, 8, 9, 10, 12]);
  train = rows.slice(0, 6);
  validation = rows.slice(6);
});
afterEach(() => open.release());
afterAll(() => model.release());

const setupOf = (selection: RowSelection, more: Partial<SelectionSetup> = {}): SelectionSetup => ({
  ...{ executor, model, selection, signal, texts: TEXTS, data: tinyData(train, validation) },
  ...{ batchSize: 2, seed: 0, hasTest: true, report: () => {} },
  withReader: async () => {
    throw new Error("No run is asked.");
  },
  dynamics: async () => {
    throw new Error("No training is asked.");
  },
  ...more,
});

const scored = (reader: Reader, rows: readonly TokenizedExample[], more: object) =>
  scoreRows(
    {
      ...({ reading: "answer", labelled: "sequence-classification", batchSize: 3 } as const),
      ...{ executor, model, reader, signal },
      ...{ wanted: { labels: true, states: false, gradients: false, given: null }, tokenizer: model.tokenizer },
      report: () => {},
      ...more,
    },
    rows,
  );

/** Directions of mean states under the frozen model. */
async function directions(rows: readonly TokenizedExample[]) {
  const frozen = frozenModel(model);
  const reader = { ...frozen, tunedSetup: { ...frozen.tunedSetup, pooling: "mean" as const } };
  const wanted = { labels: false, states: true, gradients: false, given: null };
  const { states } = await scored(reader, rows, { wanted, labelled: "causal-lm" });
  return { width: states!.width, units: unitStates(states!.values, states!.width) };
}

const orderBy = (scores: ArrayLike<number>) =>
  Array.from(scores, (_, row) => row).sort((a, b) => scores[a]! - scores[b]!);
const ascending = (rows: readonly number[]) => [...rows].sort((a, b) => a - b);

describe("rows are chosen", () => {
  test("by their loss under the frozen model", async () => {
    const rows = TEXTS.map((text, row) => textRow(text, train[row]!.row, model.tokenizer, 16));
    const { losses } = await scored(frozenModel(model), rows, { reading: "language", labelled: "causal-lm" });
    const order = orderBy(losses!);
    for (const [prefer, kept] of [
      ["low", order.slice(0, 2)],
      ["middle", order.slice(2, 4)],
      ["high", order.slice(4)],
    ] as const) {
      const chosen = await selectRows(setupOf({ by: "loss", prefer, rows: 2 }, sameLabels()));
      expect(chosen.kept).toEqual(ascending(kept));
      expect(Array.from(chosen.scores!)).toEqual(Array.from(losses!));
    }
  });

  test("far from one another by the frozen model's states", async () => {
    const { units, width } = await directions(train);
    const wanted = await farthestPoints(units, width, [0, 1, 2, 3, 4, 5], 3);
    const { kept } = await selectRows(setupOf({ by: "diversity", share: 0.5 }, sameLabels()));
    expect(kept).toEqual(ascending(wanted));
  });

  test("by the nearest validation row", async () => {
    const [from, to] = [await directions(train), await directions(validation)];
    const { width } = from;
    const distances = train.map((_, row) =>
      Math.min(
        ...validation.map((__, target) => {
          let sum = 0;
          for (let at = 0; at < width; at++) sum += from.units[row * width + at]! * to.units[target * width + at]!;
          return 1 - sum;
        }),
      ),
    );
    const { kept } = await selectRows(setupOf({ by: "similarity", how: "nearest", rows: 3 }, sameLabels()));
    expect(kept).toEqual(ascending(orderBy(distances).slice(0, 3)));
  });

  test("by what one run has learned over another", async () => {
    const runs = ["reference", "other"].map((name, seed) => ({ name, method: "lora", learningRate: 0.05, seed }));
    const { comparison } = open.create(executor, model, { data: tinyData(train, validation), runs });
    await comparison.prepare();
    await comparison.train();
    const withReader: SelectionSetup["withReader"] = (name, use) => comparison.hold(name, (run) => use(run));
    const { data } = sameLabels();
    const [reference, other] = await Promise.all(
      runs.map(({ name }) => comparison.hold(name, (run) => scored(run, data.train, {}))),
    );
    const gain = other!.losses!.map((loss, row) => loss - reference!.losses![row]!);
    const selection = { by: "gain", reference: "reference", over: "other", rows: 3 } as const;
    const { kept, scores } = await selectRows(setupOf(selection, { withReader, ...sameLabels() }));
    expect(kept).toEqual(ascending(orderBy(gain).slice(3)));
    expect(Array.from(scores!)).toEqual(Array.from(gain));
    const same = setupOf({ ...selection, over: "reference" }, { withReader, ...sameLabels() });
    await expect(selectRows(same)).rejects.toThrow(
      "reference and reference have the same loss on every row, so there is no gain",
    );
    await expect(
      selectRows(setupOf({ by: "gain", reference: "reference", rows: 3 }, { withReader, ...sameLabels() })),
    ).rejects.toThrow("frozen model has no trained head");
  });

  test("by the dynamics of a training, as of trainings that end after each epoch", async () => {
    const data = tinyData(train, validation);
    const run = { name: "LoRA", method: "lora", options: {}, learningRate: 0.02 };
    const constant = { schedule: "constant", warmupRatio: 0, leastWarmupSteps: 0, batchSize: 2 } as const;
    const training = trainingSchema.parse({ ...constant, steps: 99, headLearningRate: "adapter" });
    const found = await rowDynamics({
      ...{ executor, model, data, training, run, epochs: 2, signal },
      report: () => {},
    });
    const chances = [];
    for (const steps of [3, 6]) {
      const { comparison } = open.create(executor, model, { data, runs: [run], training: { ...training, steps } });
      await comparison.prepare();
      await comparison.train();
      const { losses } = await comparison.hold("LoRA", (held) => scored(held, train, {}));
      chances.push(losses!.map((loss) => Math.exp(-loss)));
    }
    const [first, second] = chances as [Float64Array, Float64Array];
    for (let row = 0; row < train.length; row++) {
      expect(found.confidence[row]).toBeCloseTo((first[row]! + second[row]!) / 2, 5);
      expect(found.variability[row]).toBeCloseTo(Math.abs(first[row]! - second[row]!) / 2, 5);
    }
    const chosen = setupOf(
      { by: "difficulty", measure: "confidence", prefer: "low", epochs: 2, rows: 2 },
      { dynamics: async () => found, ...sameLabels() },
    );
    expect((await selectRows(chosen)).kept).toEqual(ascending(orderBy(found.confidence).slice(0, 2)));
  });

  test("at random, by the seed, and of each label its share", async () => {
    const labels = [0, 0, 0, 0, 1, 1];
    const rows = train.map((row, place) => ({ ...row, labels: Int32Array.of(labels[place]!) }));
    const data = tinyData(rows, validation);
    const selection = { by: "random", rows: 3, perLabel: true } as const;
    const { kept } = await selectRows(setupOf(selection, { data }));
    expect(kept.map((place) => labels[place])).toEqual([0, 0, 1]);
    expect((await selectRows(setupOf(selection, { data }))).kept).toEqual(kept);
    const draws = [0, 1, 2, 3, 4].map((seed) => randomRows(data, selection, seed));
    for (const draw of draws) expect(draw.map((place) => labels[place])).toEqual([0, 0, 1]);
    expect(new Set(draws.map(String)).size).toBeGreaterThan(1);
  });
});

/** So that no choice can leave a label empty. */
const sameLabels = () => ({
  data: tinyData(
    train.map((row) => ({ ...row, labels: Int32Array.of(0) })),
    validation,
  ),
});

describe("refused, with nothing scored", () => {
  test.each<[string, RowSelection, Partial<SelectionSetup>, string]>([
    [
      "fewer rows than a batch",
      { by: "diversity", rows: 3 },
      { batchSize: 4 },
      "3 rows would be chosen of 6, and a batch has 4",
    ],
    ["more rows than there are", { by: "diversity", rows: 7 }, {}, "7 rows cannot be chosen of 6 training rows"],
    ["an empty label", { by: "random", rows: 2 }, {}, "none of the 2 chosen rows has the label"],
    ["no test rows", { by: "similarity", how: "nearest", rows: 5 }, { hasTest: false }, "Keep test rows"],
  ])("%s", async (_, selection, more, message) => {
    await expect(selectRows(setupOf(selection, more))).rejects.toThrow(message);
  });

  test("a choice that was stopped", async () => {
    const stopped = AbortSignal.abort(new Error("It was stopped."));
    await expect(selectRows(setupOf({ by: "diversity", rows: 3 }, { signal: stopped }))).rejects.toThrow(
      "It was stopped.",
    );
  });
});
