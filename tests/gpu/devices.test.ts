/**
 * Which executor is taken, with a WebGPU adapter that says of itself that it is a graphics card.
 */

import { afterEach, beforeEach, expect, test } from "vitest";
import { readModel } from "../../src/base/read-model";
import { trialTime } from "../../src/base/trial";
import { type OpenedDevice, openDevice } from "../../src/executors/webgpu/device";
import { Devices } from "../../src/worker/devices";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "../training/executor";

let told: string[] = [];
const listener = {
  broken: (error: Error) => void told.push(error.message),
  lost: (reason: string) => void told.push(`lost: ${reason}`),
};

let opened: OpenedDevice;
let devices: Devices;
const asCard = async () => {
  opened = await openDevice();
  return { ...opened, status: "ready", message: "", software: false } as OpenedDevice;
};
beforeEach(() => {
  told = [];
});
afterEach(async () => {
  // onnxruntime waits for ever for a device that is destroyed under it.
  await devices.settled();
  if ("device" in opened) opened.device.destroy();
});

/** Destroyed by the browser, as it looks from the page. */
async function lose(): Promise<void> {
  await devices.settled();
  if (!("device" in opened)) throw new Error(opened.message);
  opened.device.destroy();
  await opened.device.lost;
  await new Promise((resolve) => setTimeout(resolve));
}

async function wouldOpen(rig: string) {
  const { family, config } = await readModel(fixtureModel(rig));
  return [family, config] as const;
}

test("a card and the processor are tried on a model, and the faster one is taken with a line that says so", async () => {
  devices = new Devices(asCard);
  expect(await devices.open("auto", listener)).toMatchObject({ executor: "webgpu", reason: null });
  // Software that passes for a card is slower at anything.
  expect(await devices.decide(...(await wouldOpen("tiny-llama")))).toBe(true);
  expect(devices.report).toMatchObject({ choice: "auto", executor: "processor", threads: 1 });
  expect(devices.report.reason).toMatch(/^The processor (was \d+\.\d times faster|is used: .* too long)/);

  expect(await devices.decide(...(await wouldOpen("tiny-gpt2")))).toBe(false);
  expect(devices.report.executor).toBe("processor");
});

test("a wide model is the card's without a trial, whatever computed before", async () => {
  devices = new Devices(asCard);
  await devices.open("auto", listener);
  const [family, config] = await wouldOpen("tiny-llama");
  expect(await devices.decide(family, config)).toBe(true);
  expect(devices.report.capacity).toBeGreaterThan(0);
  expect(devices.reach).toBe(Number.POSITIVE_INFINITY);
  expect(await devices.decide(family, { ...config, hiddenSize: 1024 })).toBe(true);
  expect(devices.report).toMatchObject({ executor: "webgpu", reason: expect.stringContaining("768") });
});

test("a trial without a share measures one run, and leaves nothing behind", async () => {
  const executor = await testExecutor();
  const before = executor.memory.bytes().total;
  expect(await trialTime(executor, ...(await wouldOpen("tiny-llama")), 0)).toBeGreaterThan(0);
  expect(executor.memory.bytes().total).toBe(before);
});

test("a lost card ends what it computes; where the processor computes, it can only not be chosen any more", async () => {
  devices = new Devices(asCard);
  await devices.open("auto", listener);
  await devices.decide(...(await wouldOpen("tiny-llama")));
  expect(devices.report.executor).toBe("processor");
  await lose();
  expect(told).toEqual([]);
  expect(devices.report).toMatchObject({ status: "ready", executor: "processor" });
  const card = devices.report.options.find(({ choice }) => choice === "graphics")!;
  expect(card.refusal).toMatch(/^The browser lost the graphics card \(.*[^.]\)\. Reload/);

  devices = new Devices(asCard);
  await devices.open("graphics", listener);
  await lose();
  expect(told).toEqual([expect.stringMatching(/^lost: .*[^.]$/)]);
});

test("what was chosen by hand is not tried", async () => {
  for (const [choice, executor] of [
    ["graphics", "webgpu"],
    ["processor", "processor"],
  ] as const) {
    devices = new Devices(asCard);
    expect(await devices.open(choice, listener)).toMatchObject({ choice, executor });
    expect(await devices.decide(...(await wouldOpen("tiny-llama")))).toBe(false);
    expect(devices.report).toMatchObject({ choice, executor, reason: null });
  }
});
