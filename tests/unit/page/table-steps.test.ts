/** Which steps a line chart's table has rows for: by the steps alone. */

import { expect, it } from "vitest";
import { tableSteps } from "../../../src/page/charts/table-steps";

const from = (first: number, count: number, every = 1) => ({
  steps: Float64Array.from({ length: count }, (_, index) => first + index * every),
});

it.each<[string, { steps: Float64Array }[], number, number[]]>([
  ["nothing", [], 1, []],
  ["all of few", [from(1, 30)], 1, [...from(1, 30).steps]],
  ["all of as many as are read through", [from(0, 60)], 1, [...from(0, 60).steps]],
  ["of more, round ones, the first and the last", [from(1, 61)], 2, [1, ...from(2, 30, 2).steps, 61]],
  ["from 0 on", [from(0, 61, 5)], 2, [...from(0, 31, 10).steps]],
  ["of thousands", [from(1, 3000)], 50, [1, ...from(50, 60, 50).steps]],
  ["of all lines together", [from(0, 2, 5), from(0, 3, 4)], 1, [0, 4, 5, 8]],
])("%s", (_, lines, stride, expected) => {
  expect(tableSteps(lines)).toMatchObject({ steps: expected, stride });
});

it("a row that is there stays while a line grows, until there are too many", () => {
  for (let count = 2; count < 400; count++) {
    const [before, after] = [tableSteps([from(1, count)]), tableSteps([from(1, count + 1)])];
    // The last is a row of its own only for as long as it is the last.
    if (before.stride === after.stride) expect(after.steps).toEqual(expect.arrayContaining(before.steps.slice(0, -1)));
    expect(after.steps.length).toBeLessThanOrEqual(62);
    expect(after.count).toBe(count + 1);
  }
});
