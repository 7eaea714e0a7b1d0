import { describe, expect, it } from "vitest";
import { addRow } from "../../src/kernels/add-row";
import { gatherRows } from "../../src/kernels/gather-rows";
import { languageLoss } from "../../src/kernels/language-loss";
import { ownTokensBackward } from "../../src/kernels/own-tokens-backward";
import { scatterRows } from "../../src/kernels/scatter-rows";
import { valueLoss } from "../../src/kernels/value-loss";
import { accumulated, ELEMENTWISE, expectClose, FITS, REDUCTION, random, randomIntegers, runKernel } from "./harness";

describe("own-tokens-backward", () => {
  it.each([0, 1])("accumulate %i", async (ACCUMULATE) => {
    const sizes = { batch: 3, all: 9, prefixLength: 2, tokens: 5, width: 7 };
    const [outputGradient, out] = [random(3 * 5 * 7, 1), random(3 * 9 * 7, 2)];
    const result = await runKernel(ownTokensBackward, { outputGradient, out }, sizes, { ACCUMULATE });
    const expected = new Float64Array(out.length);
    for (let b = 0; b < 3; b++) {
      expected.set(outputGradient.subarray(b * 35, (b + 1) * 35), (b * 9 + 2) * 7);
    }
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE);
  });
});

describe("gather-rows and scatter-rows", () => {
  const [width, start, rows] = [5, 1, 4];
  const indexes = Int32Array.of(9, 6, 0, 3, -1, 2);

  it("takes the listed rows, and zeros where the index is negative", async () => {
    const x = random(7 * width, 1);
    const result = await runKernel(gatherRows, { x, indexes, out: random(rows * width, 2) }, { start, rows, width });
    const expected = new Float64Array(rows * width);
    [6, 0, 3].forEach((from, to) => {
      expected.set(x.subarray(from * width, (from + 1) * width), to * width);
    });
    expectClose(result.out, expected, ELEMENTWISE);
  });

  it("puts them back and leaves the others as they are", async () => {
    const [x, out] = [random(rows * width, 3), random(7 * width, 4)];
    const result = await runKernel(scatterRows, { x, indexes, out }, { start, rows, width });
    const expected = Float64Array.from(out);
    [6, 0, 3].forEach((to, from) => {
      expected.set(x.subarray(from * width, (from + 1) * width), to * width);
    });
    expectClose(result.out, expected, ELEMENTWISE);
  });
});

describe("add-row", () => {
  it("adds the row to every row", async () => {
    const [rows, width] = [5, 67];
    const [row, out] = [random(width, 1), random(rows * width, 2)];
    const result = await runKernel(addRow, { row, out }, { rows, width });
    expectClose(
      result.out,
      Float64Array.from(out, (value, i) => value + row[i % width]!),
      ELEMENTWISE,
    );
  });
});

describe("value-loss", () => {
  it.each([
    { SQUARED: 0, WEIGHTED: 0, rows: 5, classes: 3 },
    { SQUARED: 0, WEIGHTED: 1, rows: 67, classes: 5 },
    { SQUARED: 1, WEIGHTED: 0, rows: 67, classes: 1 },
  ])("squared $SQUARED, weighted $WEIGHTED, $rows rows", async ({ SQUARED, WEIGHTED, rows, classes }) => {
    const logits = random(rows * classes, 1, 5);
    const values = SQUARED ? random(rows, 2, 5) : Float32Array.from(randomIntegers(rows * classes, 2, 0, 2));
    const labels = new Int32Array(rows).fill(-100, rows - 2);
    const [rowLoss, out] = [random(rows, 3), random(rows * classes, 4)];
    const shares = random(rows, 5)
      .map(Math.abs)
      .fill(0, rows - 2);
    // Weights that are not asked for must not be read.
    const positiveWeights = random(rows * classes, 6, 8).map(Math.abs);
    const [sizes, options] = [
      { rows, classes },
      { SQUARED, WEIGHTED },
    ];
    const buffers = { logits, values, positiveWeights, labels, shares, rowLoss, out };
    const result = await runKernel(valueLoss, buffers, sizes, options);
    const losses = new Float64Array(rows);
    const gradient = new Float64Array(rows * classes);
    for (let row = 0; row < rows - 2; row++) {
      for (let c = 0; c < classes; c++) {
        const [x, y] = [logits[row * classes + c]!, values[row * classes + c]!];
        const weight = WEIGHTED ? positiveWeights[row * classes + c]! : 1;
        const entropy = weight * y * Math.log1p(Math.exp(-x)) + (1 - y) * Math.log1p(Math.exp(x));
        const slope = (1 - y) / (1 + Math.exp(-x)) - (weight * y) / (1 + Math.exp(x));
        losses[row]! += (SQUARED ? (x - y) ** 2 : entropy) / classes;
        gradient[row * classes + c] = ((SQUARED ? 2 * (x - y) : slope) * shares[row]!) / classes;
      }
    }
    expectClose(result.rowLoss, losses, REDUCTION);
    expectClose(result.out, gradient, REDUCTION);
  });
});

describe.each(FITS)("language-loss (%s)", (fit) => {
  it.each([0, 6])(
    "gives loss, prediction and gradient of a part of the labelled rows, with a cap of %i",
    async (cap) => {
      const [vocabulary, tokens, start, rows] = [131, 9, 1, 4];
      const logits = random(rows * vocabulary, 1, cap || 8);
      // A tie: the first one is predicted.
      logits[vocabulary + 81] = logits[vocabulary + 17] = cap || 8;
      const labels = Int32Array.of(-100, 3, 130, -100, 0, 77, -100, 5, -100);
      const indexes = Int32Array.of(1, 2, 4, 5, -1, -1, -1, -1, -1);
      const [losses, predictions] = [random(tokens, 2), random(tokens, 3)];
      const shares = random(tokens, 4).map((share, token) => (labels[token]! < 0 ? 0 : Math.abs(share)));
      const sizes = { start, rows, vocabulary, cap };
      const buffers = { logits, indexes, labels, shares, losses, predictions };
      const result = await runKernel(languageLoss, buffers, sizes, {}, fit);
      const wantedLosses = Float64Array.from(losses);
      const wantedPredictions = Float64Array.from(predictions);
      const gradient = new Float64Array(rows * vocabulary);
      [2, 4, 5].forEach((position, row) => {
        const own = Float64Array.from(logits.subarray(row * vocabulary, (row + 1) * vocabulary));
        const largest = Math.max(...own);
        const sum = own.reduce((total, logit) => total + Math.exp(logit - largest), 0);
        wantedLosses[position] = Math.log(sum) + largest - own[labels[position]!]!;
        wantedPredictions[position] = own.indexOf(largest);
        own.forEach((logit, c) => {
          const bent = cap ? 1 - (logit / cap) ** 2 : 1;
          gradient[row * vocabulary + c] =
            (Math.exp(logit - largest) / sum - (c === labels[position] ? 1 : 0)) * shares[position]! * bent;
        });
      });
      expectClose(result.losses, wantedLosses, REDUCTION);
      expect([...result.predictions]).toEqual([...Float32Array.from(wantedPredictions)]);
      expectClose(result.logits, gradient, REDUCTION);
    },
  );
});
