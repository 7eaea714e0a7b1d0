/**
 * The registry of instruments on trained runs: who is refused and why, what is needed, and that
 * each result is plain data. What forgetting and merging compute is held in tests of their own.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { History } from "../../src/instruments/history";
import type { Measuring } from "../../src/instruments/instrument";
import { listInstruments, measure } from "../../src/instruments/registry";
import { trainingSchema } from "../../src/plan/configuration";
import { pruningSchema } from "../../src/pruning/registry";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";

const TEXT = "Will my card be replaced?\nThe exchange rate is fair.";
const STEPS = 2;
const RUNS = [
  { name: "lora", method: "lora", options: { rank: 2 } },
  { name: "prefix", method: "prefix", options: { virtualTokens: 2 } },
  { name: "neighbours", method: "nearest-neighbours", options: { neighbours: 2 } },
];

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

/** These runs after their last step, by name. */
async function trained(rig: string, runs: TinySetup["runs"]) {
  const model = await BaseModel.load(executor, fixtureModel(rig));
  const data = tinyData(await tinyRows(model, [12, 9, 16, 10]), await tinyRows(model, [8, 9]));
  const history = new History();
  const training = trainingSchema.parse({ steps: STEPS });
  const setup = { data, runs, training: { steps: STEPS }, onEvent: history.add.bind(history) };
  const { comparison } = createComparison(executor, model, setup);
  await comparison.prepare();
  await comparison.train();
  const files: string[] = [];
  const readText = async (file: string) => {
    files.push(file);
    return TEXT;
  };
  const waiting = { report: () => {}, signal: new AbortController().signal };
  const of = (name: string): Measuring => {
    return { name, comparison, executor, model, data, training, history, readText, ...waiting };
  };
  const release = async () => {
    await comparison.release();
    model.release();
  };
  return { of, files, release };
}

let causal: Awaited<ReturnType<typeof trained>>;
beforeAll(async () => {
  causal = await trained("tiny-llama", RUNS);
});
afterAll(() => causal.release());

/** Why each instrument cannot measure a run; null where it can. */
const refusals = (run: Measuring) => Object.fromEntries(listInstruments(run).map(({ id, refusal }) => [id, refusal]));

test("each says by method and model whether it can measure a run", async () => {
  const none = expect.stringMatching(/no virtual tokens/);
  const whole = expect.stringMatching(/learns from all rows/);
  const answers = { saliency: null, "alike-rows": null, "row-scores": null, "pruned-batch": whole };
  expect(refusals(causal.of("lora"))).toEqual({
    ...{ "merge-proof": null, forgetting: null, "check-up": null, ...answers },
    ...{ "virtual-words": none, "virtual-attention": none },
  });
  expect(refusals(causal.of("prefix"))).toEqual({
    "merge-proof": expect.stringMatching(/puts virtual tokens beside the input/),
    ...{ forgetting: null, "check-up": null, ...answers, "virtual-words": null, "virtual-attention": null },
  });
  expect(refusals(causal.of("neighbours"))).toEqual({
    ...{ "virtual-words": none, "virtual-attention": none, "alike-rows": null, "row-scores": null },
    "pruned-batch": whole,
    saliency: expect.stringMatching(/does not answer by a trained head/),
    "merge-proof": expect.stringMatching(/answers from the training rows/),
    forgetting: expect.stringMatching(/trains nothing/),
    "check-up": null,
  });
  const encoder = await trained("tiny-bert", RUNS.slice(0, 1));
  expect(refusals(encoder.of("lora")).forgetting).toMatch(/are encoders/);
  await encoder.release();
});

test("what is refused is not measured, and the reason is the listed one", async () => {
  const run = causal.of("neighbours");
  for (const [id, input] of [
    ["merge-proof", null],
    ["forgetting", { text: TEXT }],
  ] as const) {
    const reason = refusals(run)[id]!;
    await expect(measure(id, run, input), id).rejects.toThrow(reason);
  }
});

test("forgetting reads the studio's text where none is given", async () => {
  const run = causal.of("lora");
  const own = await measure("forgetting", run, { text: TEXT });
  expect(causal.files).toEqual([]);
  expect(await measure("forgetting", run, { text: null })).toEqual(own);
  expect(causal.files).toEqual(["general-text.txt"]);
  expect(structuredClone(own)).toEqual(own);
});

test("what a pruned run would learn from is what its rule keeps of the rows' losses", async () => {
  const pruning = pruningSchema.parse({ by: "loss", rows: 0.5 });
  const own = await trained("tiny-llama", [{ name: "part", method: "lora", options: { rank: 2 }, pruning }]);
  const found = await measure("pruned-batch", own.of("part"), { start: 0 });
  expect(found).toMatchObject({ start: 0, rows: 4 });
  const sorted = [...found.batch].sort((a, b) => b.loss - a.loss);
  expect(sorted.map(({ kept }) => kept)).toEqual([true, true, false, false]);
  expect(found.batch.map(({ row, tokens }) => [row, tokens])).toEqual([0, 1, 2, 3].map((row) => [row, []]));
  expect(structuredClone(found)).toEqual(found);
  // Past the end the last batch is shown.
  expect((await measure("pruned-batch", own.of("part"), { start: 99 })).start).toBe(0);
  await own.release();
});

test("an input that is not what the instrument needs is refused by its schema", async () => {
  const run = causal.of("lora");
  await expect(measure("forgetting", run, { text: 3 } as never)).rejects.toThrow(/expected string/);
  await expect(measure("forgetting", run, { text: TEXT, paragraphs: 2 } as never)).rejects.toThrow(/paragraphs/);
  await expect(measure("merge-proof", run, {} as never)).rejects.toThrow(/expected null/);
});

test("a merge is proven on the rows that its run was evaluated on", async () => {
  const proof = await measure("merge-proof", causal.of("lora"), null);
  expect(proof).toMatchObject({ rows: 2, what: "logits", untouched: true });
  expect(proof.difference / proof.largest).toBeLessThan(1e-5);
  expect(structuredClone(proof)).toEqual(proof);
});

test("the check-up goes by the run's own rows, history and last gradients", async () => {
  const { findings, gradients } = await measure("check-up", causal.of("lora"), null);
  expect(gradients.length).toBeGreaterThan(0);
  expect(gradients.some(({ norm }) => norm > 0)).toBe(true);
  // All tiny rows are cut.
  expect(findings.map(({ sees }) => sees)).toContainEqual(expect.stringMatching(/^100 % of the rows are cut to 16/));
  expect(structuredClone(findings)).toEqual(findings);
  const untrained = await measure("check-up", causal.of("neighbours"), null);
  expect(untrained.gradients).toEqual([]);
});

test("rows are scored by the run at any of its evaluations, and compared with the frozen model", async () => {
  const run = causal.of("lora");
  const own = {
    part: "train",
    reading: "answer",
    reader: "now",
    other: "last",
    gradients: true,
    helping: false,
  } as const;
  const found = await measure("row-scores", run, own);
  expect(found.rows.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
  expect(found.rows[0]!.truth).toBe("age_limit");
  // Nothing has been trained since its last evaluation.
  expect(found.other!.losses).toEqual(found.scores.losses);
  expect([found.scores.gradientNorms!.length, found.other!.gradientNorms]).toEqual([4, null]);
  expect(structuredClone(found)).toEqual(found);
  const helping = await measure("row-scores", run, { ...own, other: null, gradients: false, helping: true });
  expect([helping.scores.gradientProducts!.length, helping.weights?.length ?? 4]).toEqual([4, 4]);
  const validation = { ...own, part: "validation", helping: true } as const;
  await expect(measure("row-scores", run, validation)).rejects.toThrow(/asked of training rows/);
  const before = await run.comparison.run("lora").parameters.read();
  const best = await measure("row-scores", run, { ...own, reader: "best", gradients: false });
  expect(best.scores.losses!.every(Number.isFinite)).toBe(true);
  expect(await run.comparison.run("lora").parameters.read()).toEqual(before);
  const language = await measure("row-scores", run, { ...own, reading: "language", other: "frozen", gradients: false });
  expect(language.ofTokens).toBe(true);
  expect(language.names.size).toBeGreaterThan(10);
  expect(language.scores.losses).not.toEqual(language.other!.losses);
  // The frozen model is the same whoever asks, and has no head of its own.
  const frozen = await measure("row-scores", run, { ...own, reading: "language", reader: "frozen", gradients: false });
  expect(frozen.scores).toEqual(language.other);
  await expect(measure("row-scores", run, { ...own, reader: "frozen" })).rejects.toThrow(
    /no trained head|trains nothing/,
  );
});
