/** Which executor is taken, with a WebGPU adapter that says of itself that it is a graphics card. */

import { afterEach, expect, test } from "vitest";
import { readModel } from "../../src/base/read-model";
import { type OpenedDevice, openDevice } from "../../src/executors/webgpu/device";
import { Devices } from "../../src/worker/devices";
import { fixtureModel } from "../fixtures/reference";

const listener = { broken: (error: Error) => expect.unreachable(error.message), lost: () => {} };

let opened: OpenedDevice;
const asCard = async () => {
  opened = await openDevice();
  return { ...opened, status: "ready", message: "", software: false } as OpenedDevice;
};
afterEach(() => "device" in opened && opened.device.destroy());

async function wouldOpen(rig: string) {
  const { family, config } = await readModel(fixtureModel(rig));
  return [family, config] as const;
}

test("a card and the processor are tried on a model, and the faster one is taken with a line that says so", async () => {
  const devices = new Devices(asCard);
  expect(await devices.open("auto", listener)).toMatchObject({ executor: "webgpu", reason: null });
  // Software that passes for a card is slower at anything.
  expect(await devices.decide(...(await wouldOpen("tiny-llama")))).toBe(true);
  expect(devices.report).toMatchObject({ choice: "auto", executor: "processor", threads: 1 });
  expect(devices.report.reason).toMatch(/^The processor was \d+\.\d times faster in a short trial of this model\.$/);

  expect(await devices.decide(...(await wouldOpen("tiny-gpt2")))).toBe(false);
  expect(devices.report.executor).toBe("processor");
});

test("a wide model is the card's without a trial", async () => {
  const devices = new Devices(asCard);
  await devices.open("auto", listener);
  const [family, config] = await wouldOpen("tiny-llama");
  expect(await devices.decide(family, { ...config, hiddenSize: 1024 })).toBe(false);
  expect(devices.report).toMatchObject({ executor: "webgpu", reason: null });
});

test("what was chosen by hand is not tried", async () => {
  for (const [choice, executor] of [
    ["graphics", "webgpu"],
    ["processor", "processor"],
  ] as const) {
    const devices = new Devices(asCard);
    expect(await devices.open(choice, listener)).toMatchObject({ choice, executor });
    expect(await devices.decide(...(await wouldOpen("tiny-llama")))).toBe(false);
    expect(devices.report).toMatchObject({ choice, executor, reason: null });
  }
});
