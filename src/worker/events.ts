/** Collects events and hands them on in batches, at most ten times a second. */

import type { ProgressEvent, StudioEvent } from "./api";

const INTERVAL = 100;

export class EventBatches {
  #listener: ((events: StudioEvent[]) => unknown) | null = null;
  #waiting: StudioEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #last = Number.NEGATIVE_INFINITY;

  subscribe(listener: (events: StudioEvent[]) => unknown): void {
    this.#listener = listener;
  }

  readonly emit = (event: StudioEvent): void => {
    const before = this.#waiting.at(-1);
    // Between a wait's beginning and its end only the newest amounts are of interest.
    if (isUpdate(event) && before && isUpdate(before) && before.id === event.id) this.#waiting.pop();
    this.#waiting.push(event);
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, this.#last + INTERVAL - performance.now()));
  };

  /** Resolves when the listener is through with them: at once where it does not say. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#last = performance.now();
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length > 0) await this.#listener?.(events);
  }
}

function isUpdate(event: StudioEvent): event is ProgressEvent {
  return event.type === "progress" && event.phase === "update";
}
