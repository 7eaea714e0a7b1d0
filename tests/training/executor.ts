/**
 * The executor that tests of training share: in Node the processor, in a browser the device of
 * WebGPU. Both start once.
 */

import type { Executor } from "../../src/executors/executor";
import { ProcessorExecutor } from "../../src/executors/processor/executor";
import type { ModuleFactory } from "../../src/executors/processor/module";
import { openDevice } from "../../src/executors/webgpu/device";
import { WebgpuExecutor } from "../../src/executors/webgpu/executor";

/** In Node tests compute on the processor, in a browser on the graphics device. */
export const onProcessor: boolean = Boolean(globalThis.process?.versions?.node);

let executor: Promise<Executor> | undefined;

export function testExecutor(): Promise<Executor> {
  executor ??= onProcessor ? processor() : webgpu();
  return executor;
}

/** onnxruntime for the processor, in Node. */
export async function processorBuild(): Promise<{ factory: ModuleFactory }> {
  // A name that is no literal: only Node can load it so.
  const name = "onnxruntime-web/ort-wasm-simd-threaded.mjs";
  const { default: factory } = (await import(/* @vite-ignore */ name)) as { default: ModuleFactory };
  return { factory };
}

/** A processor executor of its own, in Node. */
export async function processor(threads = 1): Promise<ProcessorExecutor> {
  const opened = new ProcessorExecutor({ build: processorBuild, threads });
  await opened.ready();
  return opened;
}

async function webgpu(): Promise<WebgpuExecutor> {
  const opened = await openDevice();
  if (!("device" in opened)) throw new Error(opened.message);
  return new WebgpuExecutor(opened.device, { software: opened.software, validate: true });
}
