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
      /** `methods`: of step times, only theirs. */
      measure(part: Part, methods?: readonly string[]): Promise<Measured>;
    };
  }
}

const measurements: Record<Part, (rig: Rig, methods?: readonly string[]) => Promise<Measured>> = {
  steps: stepTimes,
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
  measure: async (part, methods) => measurements[part](await opened(), methods),
};
