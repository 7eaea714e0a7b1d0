/**
 * Metrics over rows that are drawn with repetition, fast enough for a bootstrap over many runs:
 * what a row adds is counted once, and every draw only sums it up. Their values are those of
 * `classification.ts`, `correlation.ts` and `entities.ts`.
 */

/** One metric of one evaluation, over any choice of its rows. */
export interface DrawnMetric {
  /**
   * Over the rows, each as often as `counts` [rows] says; NaN where the metric is not defined on
   * them.
   */
  over(counts: Uint16Array): number;
  /** What counts of the answer to a row: where two evaluations' are equal, it tells nothing. */
  answer(row: number): number | string;
  /** [rows], 1 or 0: where the metric is the share of rows that are right, which ones are. */
  readonly right?: Uint8Array;
}

/** The share of rows that are right. */
export function drawnShare(right: Uint8Array): DrawnMetric {
  const ones = new Uint8Array(right.length).fill(1);
  return { ...drawnQuotient(right, ones), right };
}

/**
 * Σ above / Σ below of the rows, as `finish` makes the metric of it; `empty`: where Σ below is 0.
 */
export function drawnQuotient(
  givenAbove: ArrayLike<number>,
  givenBelow: ArrayLike<number>,
  { finish = (quotient: number) => quotient, empty = 0 } = {},
): DrawnMetric {
  const above = Float64Array.from(givenAbove);
  const below = Float64Array.from(givenBelow);
  return {
    answer: (row) => `${above[row]} / ${below[row]}`,
    over(counts) {
      let top = 0;
      let bottom = 0;
      for (let row = 0; row < counts.length; row++) {
        const count = counts[row]!;
        top += count * above[row]!;
        bottom += count * below[row]!;
      }
      return bottom === 0 ? empty : finish(top / bottom);
    },
  };
}

/** Classes or labels that rows have and that are said of them. */
export interface RowClasses {
  readonly classes: number;
  /** Of every row. */
  readonly truth: readonly (readonly number[])[];
  readonly predicted: readonly (readonly number[])[];
}

export type ClassMetric = "precision" | "recall" | "f1" | "mcc";

/**
 * Means over classes, or Matthews' coefficient, which is for one class a row; `occurring`: over the
 * classes that occur in truth or prediction alone.
 */
export function drawnClasses(
  metric: ClassMetric,
  { classes, truth, predicted }: RowClasses,
  { occurring }: { readonly occurring: boolean },
): DrawnMetric {
  const real = places(truth);
  const said = places(predicted);
  const both = places(truth.map((own, row) => own.filter((label) => predicted[row]!.includes(label))));
  const [support, claimed, right] = [0, 0, 0].map(() => new Float64Array(classes)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    answer: (row) => predicted[row]!.join(),
    over(counts) {
      add(real, counts, support);
      add(said, counts, claimed);
      add(both, counts, right);
      if (metric === "mcc") return matthewsOf(support, claimed, right);
      let sum = 0;
      let count = 0;
      for (let label = 0; label < classes; label++) {
        const have = support[label]!;
        const say = claimed[label]!;
        if (occurring && have + say === 0) continue;
        count++;
        const below = metric === "precision" ? say : metric === "recall" ? have : (have + say) / 2;
        if (below > 0) sum += right[label]! / below;
      }
      return sum / Math.max(1, count);
    },
  };
}

/** Pearson's correlation of what is true and what is said; NaN where either does not vary. */
export function drawnPearson(truth: ArrayLike<number>, said: ArrayLike<number>): DrawnMetric {
  const [x, y] = [Float64Array.from(truth), Float64Array.from(said)];
  return { over: (counts) => correlation(x, y, counts), answer: (row) => y[row]! };
}

/** Pearson's correlation of the ranks among the drawn rows. */
export function drawnSpearman(truth: ArrayLike<number>, said: ArrayLike<number>): DrawnMetric {
  const [rankX, rankY] = [ranker(truth), ranker(said)];
  return { over: (counts) => correlation(rankX(counts), rankY(counts), counts), answer: (row) => said[row]! };
}

/** Rows and classes as two lists, so that a draw walks through memory in order. */
interface Places {
  readonly rows: Uint32Array;
  readonly classes: Uint32Array;
}

function places(rows: readonly (readonly number[])[]): Places {
  return {
    rows: Uint32Array.from(rows.flatMap((own, row) => own.map(() => row))),
    classes: Uint32Array.from(rows.flat()),
  };
}

function add({ rows, classes }: Places, counts: Uint16Array, into: Float64Array): void {
  into.fill(0);
  for (let index = 0; index < rows.length; index++) into[classes[index]!]! += counts[rows[index]!]!;
}

function matthewsOf(support: Float64Array, claimed: Float64Array, right: Float64Array): number {
  let total = 0;
  let hits = 0;
  let product = 0;
  let real = 0;
  let said = 0;
  for (let label = 0; label < support.length; label++) {
    total += support[label]!;
    hits += right[label]!;
    product += support[label]! * claimed[label]!;
    real += support[label]! ** 2;
    said += claimed[label]! ** 2;
  }
  const below = Math.sqrt((total ** 2 - real) * (total ** 2 - said));
  return below > 0 ? (hits * total - product) / below : 0;
}

// Plain loops over arrays of one kind: they run millions of times in a verdict.
function correlation(x: Float64Array, y: Float64Array, counts: Uint16Array): number {
  let total = 0;
  let sumX = 0;
  let sumY = 0;
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row]!;
    total += count;
    sumX += count * x[row]!;
    sumY += count * y[row]!;
  }
  const meanX = sumX / total;
  const meanY = sumY / total;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row]!;
    const dx = x[row]! - meanX;
    const dy = y[row]! - meanY;
    xy += count * dx * dy;
    xx += count * dx * dx;
    yy += count * dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}

/**
 * Ranks of values among drawn rows; equal ones share the mean of their ranks. The values are sorted
 * once. The array is the same in every call.
 */
function ranker(values: ArrayLike<number>): (counts: Uint16Array) => Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, row) => row).sort((a, b) => values[a]! - values[b]!);
  // After the last place of every run of equal values.
  const ends = Uint32Array.from(
    [...order.keys()].filter((place) => values[order[place]!] !== values[order[place + 1]!]),
    (place) => place + 1,
  );
  const ranks = new Float64Array(values.length);
  return (counts) => {
    let before = 0;
    let start = 0;
    for (let index = 0; index < ends.length; index++) {
      const end = ends[index]!;
      let drawn = 0;
      for (let place = start; place < end; place++) drawn += counts[order[place]!]!;
      const rank = before + (drawn + 1) / 2;
      for (let place = start; place < end; place++) ranks[order[place]!] = rank;
      before += drawn;
      start = end;
    }
    return ranks;
  };
}
