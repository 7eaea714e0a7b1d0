/** A search for a learning rate as it is computed: on the tiny model, with real comparisons. */

import { beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { fingerprint } from "../../src/data/fingerprint";
import type { Executor } from "../../src/executors/executor";
import { trainingSchema } from "../../src/plan/configuration";
import type { Amounts } from "../../src/plan/waiting";
import { settingsPrint } from "../../src/runs/rate-settings";
import { parseOptions } from "../../src/runs/resolve";
import { bestOf, halvingRungs, searchSteps } from "../../src/search/halving";
import { type RateSearchSetup, searchRate } from "../../src/search/search-rate";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { tinyData, tinyRows } from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  return () => model.release();
});

const STEPS = 8;

async function setupOf(changes: Partial<RateSearchSetup> = {}): Promise<RateSearchSetup> {
  const lengths = Array.from({ length: 16 }, (_, index) => 5 + (index % 4));
  return {
    executor,
    model,
    // Nothing to validate with: a search must not miss it.
    data: tinyData(await tinyRows(model, lengths), [], 8),
    training: trainingSchema.parse({ steps: STEPS, batchSize: 4, keepBest: true, earlyStopping: { patience: 1 } }),
    run: { name: "LoRA", method: "lora", learningRate: "search", options: {} },
    together: 7,
    report: () => {},
    signal: new AbortController().signal,
    ...changes,
  };
}

test("takes the rate with the lowest loss on held-out training rows", { timeout: 240_000 }, async () => {
  const before = executor.memory.bytes().total;
  const reported: Amounts[] = [];
  const search = await searchRate(await setupOf({ report: (amounts) => reported.push(amounts) }));
  expect(search.trainRows + search.heldRows).toBe(16);
  expect(search.heldRows).toBeGreaterThan(0);
  const rungs = halvingRungs(7, STEPS);
  expect(search.trials.map(({ steps }) => steps)).toEqual(
    rungs.flatMap(({ rates, steps }) => new Array<number>(rates).fill(steps)),
  );
  for (const trial of search.trials) {
    expect(trial.losses).toHaveLength(trial.steps === STEPS ? 2 : 1);
    expect(trial.loss).toBeCloseTo(
      trial.losses.reduce<number>((sum, loss) => sum + loss!, 0) / trial.losses.length,
      12,
    );
  }
  // The better half of a rung goes on, and the best of the last is taken.
  const first = search.trials.slice(0, 7);
  const second = search.trials.slice(7, 11);
  const last = search.trials.slice(11);
  const rates = (trials: typeof first) => trials.map(({ rate }) => rate).sort((a, b) => a - b);
  expect(rates(second)).toEqual(rates(bestOf(first, 4)));
  expect(rates(last)).toEqual(rates(bestOf(second, 2)));
  expect(search.chosen).toBe(bestOf(last, 1)[0]!.rate);
  const { rate, rows, settings, ...facts } = search.found!;
  expect(rate).toBe(search.chosen);
  expect(facts).toEqual({
    trialSteps: searchSteps(rungs),
    trainRows: search.trainRows,
    heldRows: search.heldRows,
    steps: STEPS,
    model: "tiny-llama",
  });
  const { data, run, training } = await setupOf();
  expect(rows).toBe((await fingerprint(data.train)).slice(0, 16));
  expect(settings).toBe(settingsPrint(run, parseOptions(model, run), training));
  // Rates differ in what they reach, or nothing was trained.
  expect(new Set(first.map(({ loss }) => loss)).size).toBe(7);
  expect(search.cost.steps).toBe(searchSteps(rungs));
  expect(search.cost.tokens).toBeGreaterThan(search.cost.steps * 4);
  expect(search.cost.seconds).toBeGreaterThan(0);
  expect(reported.at(-1)).toMatchObject({ wait: "searching rates", detail: "LoRA", total: searchSteps(rungs) });
  expect(reported.at(-1)!.done).toBe(searchSteps(rungs));
  expect(executor.memory.bytes().total).toBe(before);
});

test("is the same whatever is trained beside one another", { timeout: 240_000 }, async () => {
  const few = trainingSchema.parse({ steps: 4, batchSize: 4 });
  const together = await searchRate(await setupOf({ training: few }));
  const apart = await searchRate(await setupOf({ training: few, together: 3 }));
  expect(apart.trials).toEqual(together.trials);
  expect(apart.chosen).toBe(together.chosen);
});

test("ends when it is told to, and leaves nothing on the device", { timeout: 240_000 }, async () => {
  const before = executor.memory.bytes().total;
  const stop = new AbortController();
  const report = ({ done }: Amounts) => {
    if (done === 3) stop.abort(new Error("The search was stopped."));
  };
  await expect(setupOf({ report, signal: stop.signal }).then(searchRate)).rejects.toThrow("The search was stopped.");
  expect(executor.memory.bytes().total).toBe(before);
});

test("of a run that starts from a folder is refused by its name", async () => {
  const run = { name: "later", method: "lora", options: {}, initFrom: "folder" };
  await expect(setupOf({ run }).then(searchRate)).rejects.toThrow(/"later" starts from a folder/);
});
