/**
 * A graphics device that goes away while it trains: the comparison ends with a reason and its last
 * adapter goes on elsewhere.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { selfTest } from "../../src/base/self-test";
import { openDevice } from "../../src/executors/webgpu/device";
import { WebgpuExecutor } from "../../src/executors/webgpu/executor";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "../training/executor";
import { createComparison, tinyData, tinyRows } from "../training/tiny-comparison";

test("a destroyed device ends the training instead of hanging it, and harms no other device", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [5, 7, 8, 6]);
  const data = tinyData(rows, rows, 8);
  const opened = await openDevice();
  if (!("device" in opened)) throw new Error(opened.message);
  const own = new WebgpuExecutor(opened.device, { software: opened.software });
  const ownModel = await BaseModel.load(own, fixtureModel("tiny-llama"));
  const tiny = createComparison(own, ownModel, {
    data,
    runs: [{ name: "delta", method: "lora", learningRate: 1e-3 }],
    training: { steps: 1000, evalEvery: 2 },
    onEvent(event) {
      if (event.type === "step" && event.step === 3) own.device.destroy();
    },
  });
  const { comparison } = tiny;
  const lost = own.device.lost.then(({ reason }) => comparison.fail(new Error(`device lost: ${reason}`)));
  await comparison.prepare();
  // The loop ends by itself or rejects, as it happens to be waiting for; either way it does not
  // hang.
  await comparison.train().catch(() => {});
  await lost;
  expect(tiny.of("run-state").at(-1)).toMatchObject({
    state: "failed",
    reason: "device lost: destroyed",
    lastGoodStep: 2,
  });
  expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "failed", reason: "device lost: destroyed" });
  const kept = comparison.checkpoints.get("delta")!;
  expect(kept.step).toBe(2);
  expect([...kept.values.values()].every((values) => values.every(Number.isFinite))).toBe(true);
  expect(tiny.of("step").length).toBeLessThan(20);

  await selfTest(executor);
  // The adapter goes on elsewhere.
  const anew = createComparison(executor, model, {
    data,
    runs: [{ name: "delta", method: "lora", learningRate: 1e-3 }],
    training: { steps: 4 },
  });
  anew.comparison.adopt("delta", kept);
  await anew.comparison.prepare();
  await anew.comparison.continue();
  expect(anew.of("step").map(({ step }) => step)).toEqual([3, 4]);
  expect(anew.losses("delta")[0]).toBe(tiny.losses("delta")[2]);
  await anew.comparison.release();
  model.release();
});
