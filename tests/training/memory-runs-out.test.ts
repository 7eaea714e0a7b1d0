/**
 * The processor's memory runs out while a comparison trains: the error has its name and numbers,
 * and the comparison goes on later.
 */

import { afterEach, expect, test, vi } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { type DeviceBuffer, OutOfMemoryError } from "../../src/executors/executor";
import { namedError } from "../../src/worker/failures";
import { fixtureModel } from "../fixtures/reference";
import { processor } from "./executor";
import { createComparison, finalValues, tinyData, tinyRows } from "./tiny-comparison";

afterEach(() => {
  vi.restoreAllMocks();
});

test.skipIf(!globalThis.process?.versions?.node)("memory that a step asks for in vain", async () => {
  const executor = await processor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [5, 7, 8, 6, 7, 8, 4, 5]);
  const runs = [{ name: "delta", method: "lora", learningRate: 1e-2 }];
  const setup = { data: tinyData(rows, rows.slice(0, 2), 8), runs, training: { steps: 6, evalEvery: 2 } };
  const whole = createComparison(executor, model, setup);
  await whole.comparison.prepare();
  await whole.comparison.train();
  const expected = { losses: whole.losses("delta"), values: await finalValues(whole, "delta") };
  await whole.comparison.release();

  const taken: DeviceBuffer[] = [];
  /** Takes all there is, down to the smallest pieces, and lets the memory grow no more. */
  const fill = () => {
    vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(() => {
      throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    });
    for (let bytes = 2 ** 22; bytes >= 2 ** 8; bytes /= 2) {
      try {
        for (;;) taken.push(executor.memory.allocate(bytes, { label: "filling", category: "runtime", owner: "test" }));
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
      }
    }
  };
  const tiny = createComparison(executor, model, {
    ...setup,
    onEvent(event) {
      if (event.type === "step" && event.step === 3 && taken.length === 0) fill();
    },
  });
  const { comparison } = tiny;
  await comparison.prepare();
  const failure = await comparison.train().then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(OutOfMemoryError);
  const { message } = namedError(failure);
  expect(message).toMatch(
    /^out of memory: onnxruntime .* on top of the \d{8,} bytes in use; the processor has 4160749568 in all/,
  );
  comparison.fail(namedError(failure));
  expect(tiny.losses("delta")).toEqual(expected.losses.slice(0, 3));
  expect(tiny.of("run-state").at(-1)).toMatchObject({ state: "failed", reason: message, lastGoodStep: 2 });

  vi.restoreAllMocks();
  executor.memory.releaseOwner("test");
  await comparison.continue();
  expect(tiny.losses("delta").slice(3)).toEqual(expected.losses.slice(2));
  expect(await finalValues(tiny, "delta")).toEqual(expected.values);
  await comparison.release();
  model.release();
});
