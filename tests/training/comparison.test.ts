/** Comparisons on the tiny models: lock-step, step 0, reproducibility, pause and stop, padding. */

import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { BatchStream, bucketLengths } from "../../src/data/batches";
import type { Executor } from "../../src/executors/executor";
import { fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import {
  createComparison,
  finalValues,
  logitsOf,
  OpenComparisons,
  probabilitiesOf,
  type TinyComparison,
  type TinySetup,
  tinyData,
  tinyRows,
} from "./tiny-comparison";

const text = "Sort it:";
/** On a busy machine with a software adapter, compiling takes its time. */
const timeout = 120_000;
let executor: Executor;
let model: BaseModel;
const open = new OpenComparisons();

/** A comparison that is released after the test. */
function create(setup: TinySetup, on = model): TinyComparison {
  return open.create(executor, on, setup);
}

async function trained(setup: TinySetup): Promise<TinyComparison> {
  const created = create(setup);
  await created.comparison.prepare();
  await created.comparison.train();
  return created;
}

function classReport({ comparison }: TinyComparison, run: string) {
  const report = comparison.report(run);
  const { confusion, perClass } = report;
  if (!confusion || !perClass) throw new Error(`The report is of ${report.task}.`);
  return { ...report, confusion, perClass };
}

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const hash = await model.weightHash();
  return async () => {
    const after = await model.weightHash();
    model.release();
    expect(after, "the base weights after all training of this file").toBe(hash);
  };
});

afterEach(async () => {
  await open.release();
});

describe("lock-step", () => {
  const lengths = [5, 7, 8, 12, 14, 16, 6, 15, 9, 11];
  const batchSize = 4;
  const steps = 4;
  /**
   * So small that nothing moves: every step's loss is then the mean of its rows' losses at the
   * start.
   */
  const learningRate = 1e-12;
  const runs = [
    { name: "semantic prefix", method: "sk-prefix", options: { text }, learningRate },
    { name: "semantic prompt", method: "sk-prompt", options: { text }, learningRate },
    { name: "words", method: "hard-text", options: { text }, learningRate },
    { name: "delta", method: "lora", learningRate },
    { name: "head", method: "linear-probe", learningRate },
  ];
  const names = runs.map(({ name }) => name);

  test("every run steps on the planned batches, in order, and is evaluated at 0, between and at the end", {
    timeout,
  }, async () => {
    const rows = await tinyRows(model, lengths);
    const passes = model.semanticPasses.length;
    const tiny = await trained({
      data: tinyData(rows, rows),
      runs,
      training: { batchSize, steps, evalEvery: 3, seed: 5, weightDecay: 0 },
    });
    expect(model.semanticPasses.length - passes, "semantic passes for one text in two runs").toBe(1);

    const buckets = bucketLengths([...lengths, ...lengths], 16);
    expect(buckets).toEqual([8, 16]);
    const stream = new BatchStream({ lengths, batchSize, buckets, seed: 5, shuffle: true });
    const plans = Array.from({ length: steps }, () => stream.next());
    const tokens = plans.map((_, last) =>
      plans
        .slice(0, last + 1)
        .flatMap((plan) => plan.rows)
        .reduce((sum, row) => sum + lengths[row]!, 0),
    );
    for (const name of names) {
      const events = tiny.of("step", name);
      expect(events.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
      expect(events.map(({ epoch }) => epoch)).toEqual([1 / 3, 2 / 3, 1, 4 / 3]);
      expect(events.map((event) => event.tokens)).toEqual(tokens);
      const { wrongest, confusion } = classReport(tiny, name);
      const lossOf = new Map(wrongest.map(({ row, loss }) => [row, loss]));
      expect(lossOf.size).toBe(lengths.length);
      expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(lengths.length);
      for (const [index, plan] of plans.entries()) {
        const mean = plan.rows.reduce((sum, row) => sum + lossOf.get(row)!, 0) / plan.rows.length;
        expect(Math.abs(events[index]!.loss - mean), `${name}, step ${index + 1}`).toBeLessThan(1e-5);
      }
      const evaluations = tiny.of("evaluation", name);
      expect(evaluations.map(({ step }) => step)).toEqual([0, 3, 4]);
      expect(evaluations.map((event) => event.tokens)).toEqual([0, tokens[2], tokens[3]]);
      const mean = [...lossOf.values()].reduce((sum, loss) => sum + loss, 0) / lossOf.size;
      expect(evaluations.at(-1)!.loss).toBeCloseTo(mean, 6);
      const states = tiny.of("run-state", name).map(({ state, lastGoodStep }) => [state, lastGoodStep]);
      expect(states).toEqual([
        ["preparing", null],
        ["running", null],
        ["finished", 4],
      ]);
    }
    const order = tiny.of("step").map(({ step, run }) => `${step} ${run}`);
    expect(order).toEqual([1, 2, 3, 4].flatMap((step) => names.map((name) => `${step} ${name}`)));
    const states = tiny.of("comparison-state").map(({ state, step }) => `${state} ${step}`);
    expect(states).toEqual([
      "preparing 0",
      "running 0",
      "running 1",
      "running 2",
      "running 3",
      "running 4",
      "finished 4",
    ]);
    expect(tiny.comparison.finished).toBe(true);
    for (const { memoryBytes } of tiny.of("step")) {
      const { total, ...parts } = memoryBytes;
      expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(total);
      expect(memoryBytes.weights).toBe(model.memoryBytes);
    }
  });
});

describe.each(["tiny-llama", "tiny-gpt2"])("step 0 on %s", (rig) => {
  test("SK-Prefix, SK-Prompt and hard text are the model reading text and input as one", async () => {
    const own = await BaseModel.load(executor, fixtureModel(rig));
    const rows = await tinyRows(own, [6, 11, 15]);
    const { bosId } = own.tokenizer;
    const textIds = own.tokenizer.encode(text);
    const begins = rig === "tiny-llama";
    expect(textIds[0] === bosId && rows.every(({ ids }) => ids[0] === bosId)).toBe(begins);
    const joined = rows.map((row) => ({
      ...row,
      ids: Int32Array.from([...textIds, ...row.ids.slice(begins ? 1 : 0)]),
    }));
    const training = { batchSize: rows.length, seed: 3 };
    const plain = create(
      { data: tinyData(joined, joined, 32), runs: [{ name: "plain", method: "linear-probe" }], training },
      own,
    );
    const maps: Record<string, object> = {
      "sk-prefix": {},
      "sk-prefix lowRank": { map: "lowRank", shared: true },
      "sk-prompt": {},
      "hard-text": {},
    };
    const runs = Object.entries(maps).map(([name, options]) => ({
      name,
      method: name.split(" ")[0]!,
      options: { text, ...options },
    }));
    const tuned = create({ data: tinyData(rows, rows), runs, training }, own);
    for (const { comparison } of [plain, tuned]) {
      await comparison.prepare();
      await comparison.evaluate();
    }
    const expected = await logitsOf(executor, plain, "plain", 24, joined);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
    for (const { name } of runs) {
      expect(tuned.comparison.dropsLeadingToken(name)).toBe(begins);
      expect(largestDifference(await logitsOf(executor, tuned, name, 16, rows), expected), name).toBeLessThan(1e-4);
      expect(tuned.of("evaluation", name)[0]!.loss).toBeCloseTo(plain.of("evaluation")[0]!.loss, 4);
    }
    expect(own.semanticPasses.length).toBe(1);
    await open.release();
    own.release();
  });
});

describe("the course of a comparison", () => {
  const steps = 6;
  const runs = [
    { name: "semantic", method: "sk-prefix", options: { text }, learningRate: 1e-2 },
    { name: "delta", method: "lora", learningRate: 1e-2 },
  ];
  let setup: TinySetup;
  let losses: Record<string, number[]>;
  let values: Record<string, ReadonlyMap<string, Float32Array>>;
  let tokens: Record<string, number[]>;

  const outcome = async (tiny: TinyComparison) => ({
    losses: Object.fromEntries(runs.map(({ name }) => [name, tiny.losses(name)])),
    values: Object.fromEntries(await Promise.all(runs.map(async ({ name }) => [name, await finalValues(tiny, name)]))),
  });

  beforeAll(async () => {
    const rows = await tinyRows(model, [5, 7, 8, 6, 7, 8, 4, 5]);
    setup = { data: tinyData(rows, rows.slice(0, 2), 8), runs, training: { steps } };
    const tiny = createComparison(executor, model, setup);
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    ({ losses, values } = await outcome(tiny));
    tokens = Object.fromEntries(runs.map(({ name }) => [name, tiny.of("step", name).map((event) => event.tokens)]));
    await tiny.comparison.release();
  });

  test("the same seed gives the same curves and adapters, bit for bit", async () => {
    const again = await outcome(await trained(setup));
    expect(losses.delta).toHaveLength(steps);
    expect(again.losses).toEqual(losses);
    expect(again.values).toEqual(values);
  });

  test("another seed gives others", async () => {
    const tiny = await trained({ ...setup, training: { steps: 1, seed: 1 } });
    for (const { name } of runs) expect(tiny.losses(name)[0]).not.toBe(losses[name]![0]);
  });

  test("a pause holds every run until it is resumed, and changes nothing", async () => {
    let paused: () => void;
    const pause = new Promise<void>((resolve) => {
      paused = resolve;
    });
    const tiny = create({
      ...setup,
      onEvent(event, comparison) {
        if (event.type !== "step" || event.step !== 1 || event.run !== "semantic") return;
        comparison.pause();
        paused();
      },
    });
    await tiny.comparison.prepare();
    let ended = false;
    const training = tiny.comparison.train().then(() => {
      ended = true;
    });
    await pause;
    // What is in flight still arrives.
    let seen = -1;
    while (seen !== tiny.events.length) {
      seen = tiny.events.length;
      await executor.done();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(ended).toBe(false);
    expect(tiny.of("step", "delta").length).toBeLessThan(steps);
    expect(tiny.of("step", "delta").length).toBe(tiny.of("step", "semantic").length);
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("paused");
    tiny.comparison.resume();
    await training;
    expect(tiny.of("comparison-state").map(({ state }) => state)).toContain("paused");
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("finished");
    expect(await outcome(tiny)).toEqual({ losses, values });
  });

  test("a stop keeps the adapters, and going on ends where an uninterrupted comparison does", async () => {
    const tiny = create({
      ...setup,
      onEvent(event, comparison) {
        if (event.type === "step" && event.step === 2 && event.run === "delta") comparison.stop();
      },
    });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("stopped");
    expect(tiny.comparison.finished).toBe(false);
    const stopped = new Map(runs.map(({ name }) => [name, tiny.of("step", name).length]));
    // Where results arrive later, the stop may come between the two.
    expect(stopped.get("semantic")! - stopped.get("delta")!).toBeOneOf([0, 1]);
    expect(stopped.get("delta")).toBeGreaterThanOrEqual(2);
    expect(stopped.get("semantic")).toBeLessThan(steps);
    for (const { name } of runs) {
      const step = stopped.get(name)!;
      expect(tiny.of("run-state", name).at(-1)).toMatchObject({ state: "stopped", lastGoodStep: step });
      const kept = tiny.comparison.checkpoints.get(name)!;
      expect(kept.step).toBe(step);
      expect(kept.values).toEqual(await finalValues(tiny, name));
    }
    // In a comparison set up anew, as after a crash, and in the same one.
    const anew = create(setup);
    for (const [name, checkpoint] of tiny.comparison.checkpoints) anew.comparison.adopt(name, checkpoint);
    await anew.comparison.prepare();
    await anew.comparison.continue();
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect((await outcome(anew)).values).toEqual(values);
    for (const { name } of runs) {
      expect(anew.losses(name)).toEqual(losses[name]!.slice(stopped.get(name)));
      expect(anew.of("step", name).map(({ tokens }) => tokens)).toEqual(tokens[name]!.slice(stopped.get(name)));
      expect(tiny.of("step", name).map(({ tokens }) => tokens)).toEqual(tokens[name]);
    }
    for (const { of } of [tiny, anew]) {
      expect(of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: steps });
    }
  });

  test.each([
    ["semantic", 2, 2],
    ["delta", 3, 2],
  ])("a stop in %s's third forward pass gives up that step; who is behind catches up", async (name, first, second) => {
    const tiny = create(setup);
    const { comparison } = tiny;
    await comparison.prepare();
    const step = comparison.run(name).step(8);
    const forward = step.forward.bind(step);
    const backward = vi.spyOn(step, "recordBackward");
    vi.spyOn(step, "forward").mockImplementation(async (number) => {
      await forward(number);
      if (number === 2 && backward.mock.calls.length === 2) comparison.stop();
    });
    await comparison.train();
    expect(backward).toHaveBeenCalledTimes(2);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "stopped", step: 2 });
    for (const [own, done] of [
      ["semantic", first],
      ["delta", second],
    ] as const) {
      expect(tiny.losses(own), own).toEqual(losses[own]!.slice(0, done));
      expect(tiny.of("run-state", own).at(-1)).toMatchObject({ state: "stopped", lastGoodStep: done });
      expect(tiny.of("evaluation", own).map((event) => [event.step, event.tokens])).toEqual([
        [0, 0],
        [done, tokens[own]![done - 1]],
      ]);
      expect(comparison.checkpoints.get(own)!.values).toEqual(await finalValues(tiny, own));
    }
    // In a comparison set up anew, as after a crash, and in the same one.
    const anew = create(setup);
    for (const [own, checkpoint] of comparison.checkpoints) anew.comparison.adopt(own, checkpoint);
    await anew.comparison.prepare();
    await anew.comparison.continue();
    vi.restoreAllMocks();
    await comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect((await outcome(anew)).values).toEqual(values);
    for (const run of runs) expect(tiny.of("step", run.name).map((event) => event.tokens)).toEqual(tokens[run.name]);
    // Side by side again.
    const order = tiny
      .of("step")
      .filter((event) => event.step > first)
      .map((event) => `${event.step} ${event.run}`);
    expect(order).toEqual(order.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)));
    expect(order).toHaveLength(2 * (steps - first));
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: steps });
  });

  /** Four batches of one row each. */
  const long = () => ({ ...setup, data: { ...setup.data, validation: setup.data.train } });
  const evaluated = (tiny: ReturnType<typeof create>) => tiny.of("evaluation").map(({ run, step }) => `${run} ${step}`);

  test("a stop in the first evaluation gives it up within the batch, and going on begins with it", async () => {
    let stops = 0;
    const tiny = create({
      ...long(),
      onEvent(event, comparison) {
        if (event.type !== "progress" || event.wait !== "evaluating" || event.done !== 1 || stops > 0) return;
        stops++;
        comparison.stop();
      },
    });
    await tiny.comparison.prepare();
    const forward = vi.spyOn(tiny.comparison.run("semantic").step(8), "forward");
    await tiny.comparison.train();
    expect(forward.mock.calls.length).toBeLessThan(4);
    expect(evaluated(tiny)).toEqual([]);
    expect(tiny.of("step")).toEqual([]);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "stopped", step: 0 });
    for (const { name } of runs) expect(tiny.comparison.checkpoints.get(name)!.step).toBe(0);
    vi.restoreAllMocks();
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect(evaluated(tiny).slice(0, 2)).toEqual(["semantic 0", "delta 0"]);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: steps });
  });

  test("a stop is followed by a last evaluation, which a second stop gives up; the adapters are those of the last step", async () => {
    let stops = 0;
    const tiny = create({
      ...long(),
      onEvent(event, comparison) {
        const isFirst = event.type === "step" && event.step === 2 && event.run === "delta" && stops === 0;
        const isSecond = event.type === "progress" && event.wait === "evaluating" && event.done === 1 && stops === 1;
        if (!isFirst && !isSecond) return;
        stops++;
        comparison.stop();
      },
    });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    expect(stops).toBe(2);
    expect(evaluated(tiny)).toEqual(["semantic 0", "delta 0"]);
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("stopped");
    for (const { name } of runs) {
      const kept = tiny.comparison.checkpoints.get(name)!;
      expect(kept.step).toBe(tiny.of("step", name).length);
      expect(kept.values).toEqual(await finalValues(tiny, name));
    }
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect(evaluated(tiny).slice(-2)).toEqual([`semantic ${steps}`, `delta ${steps}`]);
  });

  test("an evaluation's progress counts batches that are computed", async () => {
    const tiny = create({ ...setup, data: { ...setup.data, validation: setup.data.train } });
    await tiny.comparison.prepare();
    const running = vi.spyOn(tiny.comparison.run("delta").step(8), "forward");
    const computed = vi.spyOn(executor, "done");
    await tiny.comparison.evaluate();
    const told = tiny.of("progress").filter(({ wait, detail }) => wait === "evaluating" && detail === "delta");
    const counted = told.filter(({ phase }) => phase !== "end");
    expect(told.at(-1)).toMatchObject({ phase: "end", done: 4, total: 4 });
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(counted.map(({ done, total }) => [done, total])).toEqual([0, 1, 2, 3, 4].map((done) => [done, 4]));
    expect(running).toHaveBeenCalledTimes(4);
    expect(computed).toHaveBeenCalledTimes(8);
    vi.restoreAllMocks();
  });
});

describe("padding", () => {
  test("a row says the same alone, beside longer rows and in a longer batch", {
    timeout,
  }, async () => {
    // One for each place where a method attaches, and the head alone.
    const methods = ["sk-prefix", "sk-prompt", "lora", "linear-probe"];
    const runs = methods.map((method) => ({
      name: method,
      method,
      options: /^sk/.test(method) ? { text } : {},
      // One large step, so that no method is still at its start.
      learningRate: 0.05,
    }));
    const lengths = [5, 7, 14, 16];
    const validation = await tinyRows(model, lengths);
    const train = await tinyRows(model, [6, 6, 8, 8]);
    // All four validation rows share a batch of 16 tokens; alone, the short ones have one of 8.
    const tiny = await trained({ data: tinyData(train, validation), runs, training: { batchSize: 4, steps: 1 } });
    const classes = 5;
    const inBatch = new Map<string, Float32Array>();
    for (const name of methods) inBatch.set(name, await logitsOf(executor, tiny, name, 16, validation));
    for (const [row, example] of validation.entries()) {
      const { ids, labels } = example;
      const said = await tiny.comparison.predict(example);
      expect(said.map(({ run }) => run)).toEqual(["base", ...methods]);
      for (const name of methods) {
        const own = said.find(({ run }) => run === name)!;
        const { tokens } = own;
        const alone = probabilitiesOf(own);
        const logits = inBatch.get(name)!.slice(row * classes, (row + 1) * classes);
        const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
        expect(
          largestDifference(
            alone,
            logits.map((logit) => Math.exp(logit) / sum),
          ),
          `${name}, row ${row}`,
        ).toBeLessThan(1e-5);
        expect(tokens).toBe(ids.length - (tiny.comparison.dropsLeadingToken(name) ? 1 : 0));
        const reported = tiny.comparison.report(name).wrongest.find((wrong) => wrong.row === row)!;
        expect(Math.abs(reported.probability! - alone[labels[0]!]!)).toBeLessThan(1e-5);
        expect(Math.abs(reported.loss + Math.log(alone[labels[0]!]!))).toBeLessThan(1e-4);
        if (name === "linear-probe") continue;
        const base = probabilitiesOf(said[0]!);
        expect(largestDifference(alone, base), `${name} against the untrained base`).toBeGreaterThan(1e-4);
      }
      // The shape makes no difference to the step either.
      const bucket = ids.length <= 8 ? 8 : 16;
      expect(tiny.comparison.run("lora").step(bucket).batch.tokens).toBe(bucket);
    }
  });
});

describe("a zero-shot prompt", () => {
  const zeroShot = {
    name: "asked",
    method: "zero-shot",
    options: {
      template: "Sort: {text} It is",
      words: "age_limit: one; atm_support: two; exchange_rate: my; getting_spare_card: get; lost_or_stolen_card: lost",
    },
  };

  test("answers before and after the others have trained, and never trains", { timeout }, async () => {
    const rows = await tinyRows(model, [5, 8, 7]);
    const runs = [zeroShot, { name: "delta", method: "lora" }];
    const tiny = await trained({ data: tinyData(rows, rows), runs, training: { steps: 2, evalEvery: 1 } });
    expect(tiny.of("step", "asked")).toEqual([]);
    const evaluations = tiny.of("evaluation", "asked");
    expect(evaluations.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(new Set(evaluations.map(({ loss, accuracy }) => `${loss} ${accuracy}`)).size).toBe(1);
    expect(tiny.of("run-state", "asked").at(-1)).toMatchObject({ state: "finished" });
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: 2 });
    const [, said] = await tiny.comparison.predict(rows[0]!);
    const { probability, row } = classReport(tiny, "asked").wrongest.find((wrong) => wrong.row === 0)!;
    expect(probabilitiesOf(said!)[rows[row]!.labels[0]!]).toBeCloseTo(probability!, 5);
    expect(tiny.comparison.dropsLeadingToken("asked")).toBe(true);
  });

  test("alone it is done at once", { timeout }, async () => {
    const rows = await tinyRows(model, [5, 8]);
    const tiny = await trained({ data: tinyData(rows, rows), runs: [zeroShot], training: { steps: 5 } });
    expect(tiny.of("evaluation").map(({ step }) => step)).toEqual([0, 5]);
    expect(tiny.comparison.finished).toBe(true);
  });
});
