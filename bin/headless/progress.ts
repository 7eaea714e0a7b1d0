/** Says how a comparison is getting on: a bar on a terminal, plain lines elsewhere. */

import { MultiBar, Presets, type SingleBar } from "cli-progress";
import { isEnded } from "../../src/plan/phase";
import { metricFacts, metricNames } from "../../src/tasks/metrics/names";
import type { EvaluationEvent, ProgressEvent, RateSearch, StudioEvent } from "../../src/worker/api";

export interface Progress {
  /** A line of its own. */
  note(line: string): void;
  handle(event: StudioEvent): void;
  close(): void;
}

const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;

/** For example `lora: step 50, validation loss 0.4321, accuracy 91.2 %, F1 91.0 %`. */
export function evaluationLine(event: EvaluationEvent): string {
  const figures = metricNames.flatMap((name) => {
    const value = event[name];
    if (value === undefined || !["accuracy", "f1", "pearson", "spearman", "perplexity", "tokenAccuracy"].includes(name))
      return [];
    const { title, kind } = metricFacts[name];
    const spelled = /^[A-Z][a-z]/.test(title) ? title.toLowerCase() : title;
    // A correlation of equal numbers, for one.
    if (!Number.isFinite(value)) return `, ${spelled} not defined`;
    return `, ${spelled} ${kind === "share" ? percent(value) : value.toFixed(3)}`;
  });
  const all = event.complete ? ` on all ${event.rows} rows` : "";
  return `${event.run}: step ${event.step}, ${event.split} loss${all} ${event.loss.toFixed(4)}${figures.join("")}`;
}

/** For example `lora: learning rate 0.003 found by 1550 steps in 24 s (its own is 0.001)`. */
function searchLine({ run, chosen, own, doubt, cost }: RateSearch): string {
  const found = `${run}: learning rate ${chosen} found by ${cost.steps} steps in ${cost.seconds.toFixed(0)} s (its own is ${own})`;
  return doubt === null ? found : `${found}. ${doubt}`;
}

/** What an event has to say in a line of its own; null for those that only move a bar. */
export function eventLine(event: StudioEvent): string | null {
  switch (event.type) {
    case "evaluation":
      return evaluationLine(event);
    case "run-state":
      if (!isEnded(event.state)) return null;
      return `${event.run}: ${event.state}${event.reason ? ` (${event.reason})` : ""}`;
    case "comparison-state":
      return event.state === "failed" ? `The comparison failed: ${event.reason ?? "no reason was given"}` : null;
    case "rate-search":
      return searchLine(event.search);
    case "selection":
      return event.chosen
        .map(({ rows, hash }) => `${rows.length} training rows chosen (SHA-256 ${hash.slice(0, 12)})`)
        .join("; ");
    case "notice":
      return `${event.run}: ${event.message}`;
    case "device-lost":
      return `The graphics device was lost: ${event.reason}`;
    default:
      return null;
  }
}

/** The last loss of each run, for example `sk-prefix 0.6931  lora 0.5712`. */
class Losses {
  readonly #last = new Map<string, number>();

  set(run: string, loss: number): void {
    this.#last.set(run, loss);
  }

  toString(): string {
    return [...this.#last].map(([run, loss]) => `${run} ${loss.toFixed(4)}`).join("  ");
  }
}

/** About twenty lines for the steps, one for each wait and each evaluation. */
export class PlainProgress implements Progress {
  readonly #write: (text: string) => void;
  readonly #losses = new Losses();
  #wait: ProgressEvent["wait"] | null = null;
  #steps = 0;
  #step = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  note(line: string): void {
    this.#write(`${line}\n`);
  }

  handle(event: StudioEvent): void {
    // Every run has taken a step before any is evaluated at it; before its first one by itself.
    if (event.type === "evaluation" && event.step >= this.#step) this.#stepDone();
    const line = eventLine(event);
    if (line) this.note(line);
    if (event.type === "progress") {
      // Evaluations have a line when they are done.
      if (event.wait !== this.#wait && event.wait !== "evaluating") {
        this.note(event.detail ? `${event.wait}: ${event.detail}` : event.wait);
      }
      this.#wait = event.wait;
    } else if (event.type === "comparison-state") {
      this.#steps = event.steps;
    } else if (event.type === "step") {
      if (event.step !== this.#step) this.#stepDone();
      this.#step = event.step;
      this.#losses.set(event.run, event.loss);
    }
  }

  close(): void {
    this.#stepDone();
  }

  /** Every run has taken the step: lock-step means that the next step's first event says so. */
  #stepDone(): void {
    const every = Math.max(1, Math.round(this.#steps / 20));
    if (this.#step === 0 || (this.#step % every !== 0 && this.#step !== this.#steps)) return;
    this.note(`step ${this.#step} / ${this.#steps}  loss: ${this.#losses}`);
    this.#step = 0;
  }
}

/** One bar for the steps, and one above it for the wait in progress. */
export class TerminalProgress implements Progress {
  readonly #bars: MultiBar;
  readonly #losses = new Losses();
  #steps: SingleBar | null = null;
  #wait: { id: number; bar: SingleBar } | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#bars = new MultiBar(
      { format: "{bar} {value} / {total} {what}", hideCursor: true, stream, stopOnComplete: false },
      Presets.shades_classic,
    );
  }

  note(line: string): void {
    if (this.#steps || this.#wait) this.#bars.log(`${line}\n`);
    else process.stdout.write(`${line}\n`);
  }

  handle(event: StudioEvent): void {
    const line = eventLine(event);
    if (line) this.note(line);
    if (event.type === "progress") {
      this.#showWait(event);
    } else if (event.type === "step" && this.#steps) {
      this.#losses.set(event.run, event.loss);
      this.#steps.update(event.step, { what: `steps  loss: ${this.#losses}` });
    } else if (event.type === "comparison-state" && event.state === "running") {
      this.#steps ??= this.#bars.create(event.steps, event.step, { what: "steps" });
    }
  }

  close(): void {
    this.#endWait();
    this.#bars.stop();
    this.#steps = null;
  }

  #showWait({ id, phase, wait, detail, done, total, unit }: ProgressEvent): void {
    if (phase === "end") {
      if (this.#wait?.id === id) this.#endWait();
      return;
    }
    if (this.#wait?.id !== id) {
      this.#endWait();
      this.#wait = { id, bar: this.#bars.create(total ?? 0, 0, { what: "" }) };
    }
    this.#wait.bar.setTotal(total ?? done);
    this.#wait.bar.update(done, { what: `${unit}  ${wait} ${detail}` });
  }

  #endWait(): void {
    if (this.#wait) this.#bars.remove(this.#wait.bar);
    this.#wait = null;
  }
}

/** The kind that suits where standard output goes. */
export function standardProgress(): Progress {
  if (process.stdout.isTTY) return new TerminalProgress(process.stdout);
  return new PlainProgress((text) => process.stdout.write(text));
}
