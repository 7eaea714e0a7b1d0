/**
 * Which rows every run had right: what is kept of a comparison's answers, so that its runs can be
 * tested against those of another comparison on the same rows later. No text and no label is in it.
 * Metrics that are no share of right rows keep nothing.
 */

import { drawnShare } from "../tasks/metrics/drawn";
import type { MetricName } from "../tasks/metrics/names";
import type { Task } from "../tasks/task";
import { compareOutcomes } from "./compare-outcomes";
import { LEVEL } from "./decide";
import { holm } from "./holm";
import type { Answers } from "./remarks";
import type { Verdict, VerdictPair } from "./verdict";

export interface KeptOutcomes {
  readonly metric: MetricName;
  readonly part: Exclude<Verdict["part"], "file">;
  /** [rows]: the rows' numbers, in the order of the bits. */
  readonly rows: Uint32Array;
  readonly runs: readonly KeptRun[];
}

interface KeptRun {
  readonly run: string;
  /** Of each seed, a bit for every row, the lowest first: whether it was right. */
  readonly right: readonly Uint8Array[];
}

/** A run that can be judged: its answers with each seed. */
interface AnsweredRun {
  readonly run: string;
  readonly seeds: readonly Answers[];
}

/**
 * Null where the metric is no share of right rows; runs on other rows than the first are left out.
 */
export function keepOutcomes(
  { task, labels, metric, part }: Pick<KeptOutcomes, "metric" | "part"> & { task: Task; labels: readonly string[] },
  runs: readonly AnsweredRun[],
): KeptOutcomes | null {
  const numbers = runs[0]?.seeds[0]?.examples.map(({ row }) => row) ?? [];
  const kept: KeptRun[] = [];
  for (const { run, seeds } of runs) {
    if (
      !seeds.every(({ examples }) =>
        isSame(
          examples.map(({ row }) => row),
          numbers,
        ),
      )
    )
      continue;
    const right = seeds.map(({ evaluation, examples }) => task.drawn(metric, evaluation, examples, labels).right);
    if (!right.every((bits) => bits !== undefined)) return null;
    kept.push({ run, right: right.map(packed) });
  }
  return kept.length === 0 ? null : { metric, part, rows: Uint32Array.from(numbers), runs: kept };
}

/** Every run of one comparison against every run of another, or why none can be. */
export type ComparedKept =
  | (Pick<Verdict, "metric" | "rows" | "pairs"> & { readonly part: KeptOutcomes["part"] })
  | { readonly why: string };

/**
 * Tests runs of two comparisons that were measured on the same rows, as the verdict tests those of
 * one; p is adjusted over the pairs across, the first of each pair of `one`. Whether the rows of
 * these numbers are the same is the caller's to know.
 */
export function compareKept(one: KeptOutcomes | null, other: KeptOutcomes | null): ComparedKept {
  if (!one || !other) {
    return {
      why: "Of one of them it was not kept which rows its runs had right: it is of an earlier studio, or its metric is no share of right rows.",
    };
  }
  if (one.metric !== other.metric) return { why: "They are judged by different metrics." };
  if (one.part !== other.part) return { why: `One is judged on ${one.part} rows, the other on ${other.part} rows.` };
  if (!isSame(one.rows, other.rows)) return { why: "They were not measured on the same rows." };
  const rows = one.rows.length;
  const seeds = [...new Set([...one.runs, ...other.runs].map(({ right }) => right.length))].sort((a, b) => a - b);
  if (seeds.length > 1) return { why: `They are of ${seeds.join(" and ")} seeds: only as many can be compared.` };
  const outcomes = [...one.runs, ...other.runs].map(({ right }) =>
    right.map((bits) => drawnShare(unpacked(bits, rows))),
  );
  const across = compareOutcomes(outcomes, rows, []).differences.filter(
    ({ first, second }) => first < one.runs.length && second >= one.runs.length,
  );
  const adjusted = holm(across.map(({ p }) => p));
  const pairs = across.map(({ first, second, difference, test, p }, index): VerdictPair => {
    const adjustedP = adjusted[index]!;
    const names = { first: one.runs[first]!.run, second: other.runs[second - one.runs.length]!.run };
    return { ...names, difference, test, p, adjustedP, beyondLuck: adjustedP < LEVEL };
  });
  return { metric: one.metric, part: one.part, rows, pairs };
}

function packed(right: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(right.length / 8));
  right.forEach((hit, row) => {
    if (hit) bits[row >> 3]! |= 1 << (row & 7);
  });
  return bits;
}

/** @throws RangeError where there are not enough bits */
function unpacked(bits: Uint8Array, rows: number): Uint8Array {
  if (bits.length !== Math.ceil(rows / 8)) throw new RangeError(`${bits.length} bytes are not of ${rows} rows.`);
  return Uint8Array.from({ length: rows }, (_, row) => (bits[row >> 3]! >> (row & 7)) & 1);
}

function isSame(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
