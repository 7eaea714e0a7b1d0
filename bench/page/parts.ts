/**
 * What the benchmark measures and what it hands from the page to the command line. Types and names
 * only.
 */

import type { Bytes } from "../../src/executors/bytes";

export const PARTS = ["executors", "steps", "kernels", "memory", "matmul"] as const;
export type Part = (typeof PARTS)[number];

/** What the other step times are compared with. */
export const YARDSTICK = "LoRA, all linear layers";

/** Milliseconds, medians. */
export interface StepTimes {
  readonly method: string;
  /** Rows × tokens. */
  readonly batch: string;
  /** The step's own forward pass, with everything it saves for the backward pass. */
  readonly forward: number;
  readonly backward: number;
  readonly step: number;
  /** Largest step / forward wanted, where there is a goal. */
  readonly goal: number | null;
  /** Kernels of the backward pass. */
  readonly dispatches: number;
}

/** All dispatches of one kernel at the same sizes in one backward pass. */
export interface KernelTimes {
  readonly method: string;
  /** With its sizes. */
  readonly kernel: string;
  readonly dispatches: number;
  /** Together. */
  readonly milliseconds: number;
  /** Of the backward pass. */
  readonly share: number;
}

export interface MatmulTimes {
  /** Rows, columns, inner. */
  readonly sizes: readonly [number, number, number];
  /** Whether the second factor is stored transposed. */
  readonly transposed: boolean;
  /** Milliseconds of one product. */
  readonly ours: number;
  readonly onnxruntime: number;
}

/** Milliseconds of the same work on one executor. */
export interface ExecutorTimes {
  readonly executor: string;
  readonly model: string;
  readonly what: string;
  readonly batch: string;
  readonly milliseconds: number;
  /** Of its forward passes; null where it is nothing else. */
  readonly forward: number | null;
}

/**
 * Milliseconds of products of several runs with one frozen matrix: each run's rows apart, and all
 * of them stacked.
 */
export interface StackedTimes {
  /** Of the matrix: [out, in]. */
  readonly shape: readonly [number, number];
  /** Of one run. */
  readonly rows: number;
  readonly runs: number;
  readonly apart: number;
  readonly stacked: number;
}

export type Measured =
  | {
      readonly part: "executors";
      readonly samples: number;
      readonly rows: readonly ExecutorTimes[];
      /** On the processor. */
      readonly stacked: readonly StackedTimes[];
      /** Bytes of the processor's memory. */
      readonly memory: readonly {
        readonly runs: readonly string[];
        readonly estimated: number;
        readonly used: number;
        readonly reserved: number;
      }[];
    }
  | {
      readonly part: "steps";
      readonly samples: number;
      readonly rows: readonly StepTimes[];
      /** Methods that could not be measured on this model, and why. */
      readonly refused: readonly { readonly method: string; readonly reason: string }[];
    }
  | {
      readonly part: "kernels";
      readonly samples: number;
      readonly batch: string;
      /** Largest share first. */
      readonly rows: readonly KernelTimes[];
    }
  | {
      readonly part: "memory";
      readonly runs: readonly string[];
      readonly steps: { readonly early: number; readonly late: number };
      /** Bytes on the device after so many steps. */
      readonly early: Bytes;
      readonly late: Bytes;
      readonly weights: number;
      readonly fileBytes: number;
      readonly parameters: number;
      /** Buffers made up to the earlier one, loading the model included. */
      readonly createdBefore: { readonly ours: number; readonly onnxruntime: number };
      /** Buffers made between the two. */
      readonly created: { readonly ours: number; readonly onnxruntime: number };
    }
  | {
      readonly part: "matmul";
      readonly samples: number;
      /** Products in one submission. */
      readonly together: number;
      readonly rows: readonly MatmulTimes[];
    };

export interface Surroundings {
  readonly description: string;
  readonly model: string;
}
