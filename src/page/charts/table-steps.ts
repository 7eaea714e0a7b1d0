/**
 * Which steps the table of a line chart has rows for: by the steps alone, whatever the chart's
 * width, so that a row that is there stays while the lines grow.
 */

/** So many rows are read through; of more steps every second, fifth, tenth … has one. */
const MOST_ROWS = 60;

export interface TableSteps {
  /** In order; the last step there is, too. */
  readonly steps: readonly number[];
  /** Of how many there are, and each how many-eth of them has a row. */
  readonly count: number;
  readonly stride: number;
}

/** @param lines ascending steps of each line */
export function tableSteps(lines: readonly { readonly steps: Iterable<number> }[]): TableSteps {
  const all = [...new Set(lines.flatMap(({ steps }) => [...steps]))].sort((a, b) => a - b);
  const stride = strideFor(all.length);
  // Round numbers, whether lines begin with step 0 or 1: 1, 5, 10 rather than 1, 6, 11.
  const offset = all[0] === 1 ? 1 : 0;
  const steps = all.filter((_, index) => index === 0 || index === all.length - 1 || (index + offset) % stride === 0);
  return { steps, count: all.length, stride };
}

/** The least of 1, 2, 5, 10, 20, 50 … that leaves at most `MOST_ROWS`. */
function strideFor(count: number): number {
  for (let tens = 1; ; tens *= 10) {
    for (const stride of [1, 2, 5]) if (count / (tens * stride) <= MOST_ROWS) return tens * stride;
  }
}
