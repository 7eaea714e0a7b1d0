/**
 * Numbers that tests publish beside passing or failing: vitest's reporters carry them, and
 * `npm run tables` fills the tables of docs/methods.md and docs/models.md with them.
 */

import type { TestContext } from "vitest";

/** The largest differences from PyTorch that one test saw. */
export interface Measured {
  readonly rig: string;
  readonly modelType: string;
  readonly method: string;
  /** Of the case: one method may have several, with other options. */
  readonly name: string;
  /** Largest absolute difference of hidden states or logits. */
  readonly logits: number;
  /** Largest relative distance of a trained tensor's gradient; null where nothing is trained. */
  readonly gradients: number | null;
}

declare module "vitest" {
  interface TaskMeta {
    measured?: Measured[];
  }
}

/** Publishes what this test measured. */
export function publish({ task }: TestContext, measured: Measured): void {
  task.meta.measured ??= [];
  task.meta.measured.push(measured);
}
