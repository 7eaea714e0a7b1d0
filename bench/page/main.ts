/** The benchmark's page: does what the command line asks for. Shows nothing. */

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
      measure(part: Part): Promise<Measured>;
    };
  }
}

const measurements: Record<Part, (rig: Rig) => Promise<Measured>> = {
  steps: stepTimes,
  kernels: kernelTimes,
  memory: memoryOfRuns,
  matmul: matmulTimes,
};

let rig: Promise<Rig> | null = null;
const opened = () => {
  rig ??= openRig();
  return rig;
};

window.bench = {
  open: async () => ({ description: (await opened()).description, model: MODEL }),
  measure: async (part) => measurements[part](await opened()),
};
