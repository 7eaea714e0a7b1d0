/**
 * AdaLoRA's budget of ranks over a run (Zhang et al. 2023, equation 12), with PEFT's rounding and
 * boundaries.
 */

export interface BudgetSchedule {
  /** Ranks of all modules together, at the start and in the end. */
  readonly initial: number;
  readonly target: number;
  /** Updates before the first allocation, after the last, and between two. */
  readonly tinit: number;
  readonly tfinal: number;
  readonly deltaT: number;
  readonly steps: number;
}

/** The update with the last allocation: from the next on the ranks stay. */
export function lastAllocation({ steps, tfinal }: BudgetSchedule): number {
  return steps - tfinal;
}

/** Whether ranks are allocated after update `step` (0 is the first). */
export function allocates(schedule: BudgetSchedule, step: number): boolean {
  const last = lastAllocation(schedule);
  return step === last || (step > schedule.tinit && step < last && step % schedule.deltaT === 0);
}

/** How many ranks are in use after update `step`, if ranks are allocated then. */
export function budgetAt(schedule: BudgetSchedule, step: number): number {
  const { initial, target, tinit } = schedule;
  const last = lastAllocation(schedule);
  if (step <= tinit) return initial;
  if (step > last) return target;
  const rest = 1 - (step - tinit) / (last - tinit);
  return Math.trunc((initial - target) * rest ** 3 + target);
}
