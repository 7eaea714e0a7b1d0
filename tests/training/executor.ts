/** One executor for all GPU tests of a browser: the device and onnxruntime start once. */

import { openDevice } from "../../src/executors/webgpu/device";
import { WebgpuExecutor } from "../../src/executors/webgpu/executor";

let executor: Promise<WebgpuExecutor> | undefined;

export function testExecutor(): Promise<WebgpuExecutor> {
  executor ??= start();
  return executor;
}

async function start(): Promise<WebgpuExecutor> {
  const opened = await openDevice();
  if (!("device" in opened)) throw new Error(opened.message);
  return new WebgpuExecutor(opened.device, { software: opened.software, validate: true });
}
