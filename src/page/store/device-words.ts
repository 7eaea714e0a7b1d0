/** What the page calls the memory that is counted: a graphics card's, or the processor's. */

import type { DeviceReport } from "../../worker/api";
import type { StudioState } from "./state";

export interface MemoryWords {
  /** As a title. */
  readonly title: string;
  /** After a number of bytes: "3 MB GPU". */
  readonly short: string;
  /** "on the GPU". */
  readonly where: string;
}

const words: Record<DeviceReport["executor"], MemoryWords> = {
  webgpu: { title: "GPU memory", short: "GPU", where: "on the GPU" },
  processor: { title: "Processor memory", short: "memory", where: "in memory" },
};

export function memoryWords({ device }: Pick<StudioState, "device">): MemoryWords {
  return wordsOf(device.report?.executor);
}

/** Of the processor where it is not known. */
export function wordsOf(executor: DeviceReport["executor"] = "processor"): MemoryWords {
  return words[executor];
}
