/**
 * Signals that ask the runner to end: Ctrl-C, SIGTERM, and a terminal that is closed. The first one
 * ends it in an orderly way, a second one at once.
 */

/** By convention 128 and the signal's number. */
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Ending = keyof typeof CODES;

/** The runner ends because it was asked to, and not because something went wrong. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** The exit code. */
  readonly code: number;

  constructor(signal: Ending, message: string) {
    super(message);
    this.code = CODES[signal];
  }
}

export class Interruption {
  readonly #listeners = new Map<Ending, () => void>();
  readonly #asked: Promise<never>;
  #signal: Ending | null = null;
  /** What the first signal does. */
  #answer: (signal: Ending) => void = () => {};

  /** Listens from here on. */
  constructor() {
    this.#asked = new Promise((_, reject) => {
      this.#answer = (signal) => reject(new Interrupted(signal, "Interrupted before anything was trained."));
    });
    // Whoever waits is told; without anybody it is not an unhandled rejection.
    this.#asked.catch(() => undefined);
    for (const signal of Object.keys(CODES) as Ending[]) {
      const listener = () => this.#receive(signal);
      this.#listeners.set(signal, listener);
      process.on(signal, listener);
    }
  }

  /** Waits for what can be given up: rejects with an Interrupted when a signal comes meanwhile. */
  givingUp<Result>(doing: Promise<Result>): Promise<Result> {
    return Promise.race([doing, this.#asked]);
  }

  /** From here on the first signal calls `answer`, at once where it has come already. */
  answerBy(answer: () => void): void {
    this.#answer = answer;
    if (this.#signal !== null) answer();
  }

  /** Throws an Interrupted with this message where a signal has come. */
  throwIfAsked(message: string): void {
    if (this.#signal !== null) throw new Interrupted(this.#signal, message);
  }

  close(): void {
    for (const [signal, listener] of this.#listeners) process.removeListener(signal, listener);
  }

  #receive(signal: Ending): void {
    // What is kept of the training is on the disk.
    if (this.#signal !== null) process.exit(CODES[signal]);
    this.#signal = signal;
    this.#answer(signal);
  }
}
