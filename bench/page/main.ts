/** The benchmark's page: does what the command line asks for. Shows nothing. */

import { executorTimes } from "./executors";
import { kernelTimes } from "./kernels";
import { matmulTimes } from "./matmul";
import { memoryOfRuns } from "./memory";
import type { Measured, Part, Surroundings } from "./parts";
import { MODEL, openRig, type Rig } from "./rig";
import { stepTimes } from "./step-times";

declare global {
  interface Window {
    bench: {
      /** To be called first. */
      open(): Promise<Surroundings>;
      measure(part: Part, request?: BenchRequest): Promise<Measured>;
    };
  }
}

/**
 * `methods`: of step times, only theirs. `extra`: files of another model that is served beside the
 * page.
 */
export interface BenchRequest {
  readonly methods?: readonly string[];
  readonly extra?: readonly string[];
}

const measurements: Record<Part, (rig: Rig, request: BenchRequest) => Promise<Measured>> = {
  executors: (rig, { extra = [] }) => executorTimes(rig, extra),
  steps: (rig, { methods }) => stepTimes(rig, methods),
  kernels: (rig) => kernelTimes(rig),
  memory: (rig) => memoryOfRuns(rig),
  matmul: (rig) => matmulTimes(rig),
};

let rig: Promise<Rig> | null = null;
const opened = () => {
  rig ??= openRig();
  return rig;
};

window.bench = {
  open: async () => ({ description: (await opened()).description, model: MODEL }),
  measure: async (part, request = {}) => measurements[part](await opened(), request),
};
