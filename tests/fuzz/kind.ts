/** What a kind of fuzzed input is: made from a seed, read by the studio, judged by an oracle. */

import type { Random } from "../../src/data/random";

export interface FuzzInput {
  /** What was done to it, for whoever looks at a finding. */
  readonly what: string;
  /** As much of it as an error may quote too much of. */
  readonly text: string;
  /**
   * Reads it as the studio does. Rejects as the reader does; resolves with what is silently wrong
   * of what was read, or null.
   */
  read(): Promise<string | null>;
  /** What an external oracle is given, where there is one. */
  readonly bytes?: Uint8Array;
}

export interface FuzzKind {
  readonly name: string;
  /** Reads the valid files that inputs are made from, once. */
  prepare(): Promise<(random: Random) => FuzzInput>;
}
