/**
 * What the runs of a comparison have said of themselves while they trained, kept for the
 * instruments that go by it. Not for the page's curves, which it keeps itself.
 */

import type { StudioEvent } from "../plan/events";

/** What a run has said of itself while it trained. */
export class History {
  readonly #runs = new Map<
    string,
    { losses: number[]; gradNorms: number[]; evaluations: { step: number; loss: number }[]; failure: string | null }
  >();

  add(event: StudioEvent): void {
    if (!("run" in event)) return;
    const run = this.of(event.run);
    if (event.type === "step") {
      // A run that went back to an earlier step writes on from there.
      run.losses.length = run.gradNorms.length = event.step - 1;
      run.losses.push(event.loss);
      run.gradNorms.push(event.gradNorm);
    } else if (event.type === "evaluation" && event.split === "validation" && !event.complete) {
      run.evaluations = [...run.evaluations.filter(({ step }) => step < event.step), event];
    } else if (event.type === "run-state") {
      run.failure = event.state === "failed" ? event.reason : null;
    }
  }

  of(name: string) {
    let run = this.#runs.get(name);
    if (!run) {
      run = { losses: [], gradNorms: [], evaluations: [], failure: null };
      this.#runs.set(name, run);
    }
    return run;
  }
}
