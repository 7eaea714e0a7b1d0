/**
 * Telling what is waited for: every wait begins with its first amounts and ends, whatever becomes
 * of the work.
 */

import type { ProgressEvent } from "./events";

export type Amounts = Pick<ProgressEvent, "wait" | "detail" | "done" | "total" | "unit">;

/** Numbers the waits of this worker. */
let begun = 0;

/**
 * Does work that says how far it is. Amounts of another wait end the one before; the last one ends
 * with the work, whether it resolves or rejects. Work that says nothing is no wait.
 */
export async function withProgress<T>(
  emit: (event: ProgressEvent) => void,
  work: (report: (amounts: Amounts) => void) => Promise<T>,
): Promise<T> {
  let open: ProgressEvent | null = null;
  const end = () => {
    if (open) emit({ ...open, phase: "end" });
    open = null;
  };
  const report = (amounts: Amounts) => {
    if (open?.wait !== amounts.wait) end();
    open = open
      ? { ...open, ...amounts, phase: "update" }
      : { type: "progress", id: ++begun, phase: "begin", ...amounts };
    emit(open);
  };
  try {
    return await work(report);
  } finally {
    end();
  }
}
