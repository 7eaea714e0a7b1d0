/** The executor of all tests of a file: the processor's, on as many threads as CI has. */

import type { Executor } from "../../src/executors/executor";
import { processor } from "../training/executor";

let executor: Promise<Executor> | undefined;

export function realExecutor(): Promise<Executor> {
  executor ??= processor(2);
  return executor;
}
