/**
 * Training that is left in the middle, written as a folder, read again and gone on with, against
 * the same training straight through: the same batches, losses, values and ranks.
 */

import { expect, test, vi } from "vitest";
import { originOf } from "../../src/adapters/forms/registry";
import { readAdapterFiles } from "../../src/adapters/read";
import { adapterFiles } from "../../src/adapters/write";
import { BaseModel } from "../../src/base/base-model";
import { checkpointOf } from "../../src/folders/continuation";
import { exportRun } from "../../src/folders/export";
import { importedTensors } from "../../src/folders/imported-tensors";
import { methodOf } from "../../src/methods/registry";
import type { Checkpoint } from "../../src/runs/parameters";
import { fixtureModel } from "../fixtures/reference";
import { relativeDistance } from "./compare";
import { testExecutor } from "./executor";
import { createComparison, finalValues, tinyData, tinyRows } from "./tiny-comparison";

const HALF = 10;
const runs = [
  { name: "SK-Prefix", method: "sk-prefix", options: { text: "What does the customer ask about?" } },
  { name: "LoRA", method: "lora", options: { rank: 4, alpha: 8, dropout: 0.2 } },
  { name: "P-tuning", method: "p-tuning", options: { virtualTokens: 4, hidden: 24 } },
  {
    name: "AdaLoRA",
    method: "adalora",
    options: { initialRank: 4, targetRank: 1, alpha: 8, tinit: 3, tfinal: 5, deltaT: 3 },
  },
  { name: "Adapter", method: "adapter-pfeiffer", options: { bottleneck: 8 } },
];

test("10 steps, a folder and 10 more are 20 steps", { timeout: 120_000 }, async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [8, 7, 8, 6, 8, 8, 7]);
  const training = { steps: 2 * HALF, evalEvery: HALF, schedule: "linear", warmupRatio: 0.2, seed: 3 } as const;
  const setup = { data: tinyData(rows, rows.slice(0, 2), 8), training };

  let evaluated = 0;
  const straight = createComparison(executor, model, {
    ...setup,
    runs,
    // Held once every run is evaluated at half.
    onEvent: (event, comparison) => {
      if (event.type === "evaluation" && event.step === HALF && ++evaluated === runs.length) comparison.pause();
    },
  });
  await straight.comparison.prepare();
  const trained = straight.comparison.train();
  while (evaluated < runs.length) await new Promise((resolve) => setTimeout(resolve, 20));

  const folders = new Map<string, Record<string, Uint8Array>>();
  for (const { name } of runs) {
    const run = straight.comparison.run(name);
    const state = { seed: 3, steps: 2 * HALF, learningRateFactor: 1, trainRows: rows.length, dataFingerprint: "rows" };
    const facts = {
      labels: ["a", "b", "c", "d", "e"],
      maxLength: 8,
      data: { file: "rows", trainRows: 7, validationRows: 2 },
      steps: HALF,
      metrics: null,
      versions: {},
      droppedLeadingTokens: 0,
      record: {},
    };
    const read = vi.spyOn(executor, "read");
    const folder = await straight.comparison.snapshot(name, (checkpoint) =>
      exportRun(model, run, { ...facts, state: { checkpoint, facts: state } }),
    );
    const buffers = read.mock.calls.map(([buffer]) => buffer);
    expect(buffers.length).toBeGreaterThanOrEqual(3 * run.trainables.length);
    expect(new Set(buffers).size, `${name}: no buffer is read twice`).toBe(buffers.length);
    read.mockRestore();
    expect(folder.modelCard).toContain("Training can go on where it was left");
    folders.set(name, adapterFiles(folder));
  }
  straight.comparison.resume();
  await trained;

  const starts = new Map<string, Checkpoint>();
  const again = createComparison(executor, model, {
    ...setup,
    runs: await Promise.all(
      runs.map(async (run) => {
        const adapter = await readAdapterFiles(folders.get(run.name)!);
        expect(adapter.state!.facts).toMatchObject({ step: HALF, seed: 3, dataFingerprint: "rows" });
        const { setup, trainables, parameters } = straight.comparison.run(run.name);
        const form = methodOf(run.method).exportForm(setup.options, model);
        const held = importedTensors(adapter, model.config.layers, originOf(form), model.config);
        const stateful = { trainables, controllerStates: parameters.controllerStates };
        starts.set(run.name, checkpointOf(run.name, stateful, adapter.state!, held));
        const short = { ...adapter.state!, firstMoments: adapter.state!.firstMoments.slice(1) };
        expect(() => checkpointOf(run.name, stateful, short, held)).toThrow(/first moment of ".*is missing/);
        // What the adapter's own form holds is not written twice.
        expect(adapter.state!.values.length > 0).toBe(run.method === "adalora");
        return run;
      }),
    ),
  });
  for (const [name, checkpoint] of starts) again.comparison.adopt(name, checkpoint);
  await again.comparison.prepare();
  await again.comparison.continue(true);

  for (const { name } of runs) {
    const [whole, rest] = [straight.of("step", name), again.of("step", name)];
    expect(rest.map(({ step }) => step)).toEqual(Array.from({ length: HALF }, (_, index) => HALF + 1 + index));
    for (const [index, event] of rest.entries()) {
      const expected = whole[HALF + index]!;
      expect([event.epoch, event.tokens, event.learningRate]).toEqual([
        expected.epoch,
        expected.tokens,
        expected.learningRate,
      ]);
      expect(Math.abs(event.loss / expected.loss - 1), `${name}: loss of step ${event.step}`).toBeLessThan(1e-6);
    }
    const [at, then] = [straight.of("evaluation", name)[1]!, again.of("evaluation", name)[0]!];
    expect([then.step, then.loss]).toEqual([HALF, at.loss]);
    const [first, second] = await Promise.all([finalValues(straight, name), finalValues(again, name)]);
    for (const [tensor, values] of first) {
      expect(relativeDistance(second.get(tensor)!, values), `${name}: ${tensor}`).toBeLessThan(1e-6);
    }
  }
  const ranks = straight.of("ranks", "AdaLoRA").filter(({ step }) => step > HALF);
  expect(ranks.length).toBeGreaterThan(0);
  expect(again.of("ranks", "AdaLoRA")).toEqual(ranks);
  await straight.comparison.release();
  await again.comparison.release();
  model.release();
});
