/** Collects events and hands them on in batches, at most ten times a second. */

import type { StudioEvent } from "./api";

const INTERVAL = 100;

export class EventBatches {
  #listener: ((events: StudioEvent[]) => void) | null = null;
  #waiting: StudioEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #last = Number.NEGATIVE_INFINITY;

  subscribe(listener: (events: StudioEvent[]) => void): void {
    this.#listener = listener;
  }

  readonly emit = (event: StudioEvent): void => {
    // Of the same wait only the newest state is of interest.
    const before = this.#waiting.at(-1);
    if (event.type === "progress" && before?.type === "progress" && before.task === event.task) this.#waiting.pop();
    this.#waiting.push(event);
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, this.#last + INTERVAL - performance.now()));
  };

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#last = performance.now();
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length > 0) this.#listener?.(events);
  }
}
