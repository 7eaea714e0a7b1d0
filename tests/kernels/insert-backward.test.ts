import { describe, it } from "vitest";
import { insertBackwardInserted } from "../../src/kernels/insert-backward-inserted";
import { insertBackwardRows } from "../../src/kernels/insert-backward-rows";
import { accumulated, CANCELLING, ELEMENTWISE, expectClose, REDUCTION, random, runKernel } from "./harness";

const [batch, tokens, count, width] = [4, 6, 3, 11];
const sizes = { batch, tokens, count, width };
const lengths = Int32Array.from([1, 6, 3, 5]);
const outputGradient = random(batch * (tokens + count) * width, 1);
/** The gradient's row at a place of a sequence. */
const row = (b: number, place: number) => {
  const start = (b * (tokens + count) + place) * width;
  return outputGradient.subarray(start, start + width);
};

describe.each([0, 1])("accumulate %i", (ACCUMULATE) => {
  it("insert-backward-rows", async () => {
    const out = random(batch * tokens * width, 2);
    const result = await runKernel(insertBackwardRows, { lengths, outputGradient, out }, sizes, { ACCUMULATE });
    const expected = new Float64Array(batch * tokens * width);
    lengths.forEach((length, b) => {
      for (let token = 0; token < tokens; token++) {
        expected.set(row(b, token < length ? token : token + count), (b * tokens + token) * width);
      }
    });
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE);
  });

  it("insert-backward-inserted", async () => {
    const out = random(count * width, 3);
    const result = await runKernel(insertBackwardInserted, { lengths, outputGradient, out }, sizes, { ACCUMULATE });
    const expected = new Float64Array(count * width);
    lengths.forEach((length, b) => {
      for (let place = 0; place < count; place++) {
        row(b, length + place).forEach((value, column) => {
          expected[place * width + column]! += value;
        });
      }
    });
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});
