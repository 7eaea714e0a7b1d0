/** One engine for all GPU tests of a browser: the device and onnxruntime start once. */

import { openDevice } from "../../src/executors/webgpu/device";
import { createEngine, type Engine } from "../../src/training/engine";

let engine: Promise<Engine> | undefined;

export function testEngine(): Promise<Engine> {
  engine ??= start();
  return engine;
}

async function start(): Promise<Engine> {
  const opened = await openDevice();
  if (!("device" in opened)) throw new Error(opened.message);
  return createEngine(opened.device, { software: opened.software, validate: true });
}
