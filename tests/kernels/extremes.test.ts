/**
 * Where other libraries' tanh, GELU and exp gave NaN on some device: far from zero (44 and beyond
 * for tanh on Metal, −13.24 and 20.625 for GELU on Mali and AMD), both passes and both executors.
 */

import { describe, expect, it } from "vitest";
import { computeValues } from "../../src/base/once";
import { activationBackward } from "../../src/kernels/activation-backward";
import { attentionSoftCap } from "../../src/kernels/attention-soft-cap";
import { attentionSoftCapBackward } from "../../src/kernels/attention-soft-cap-backward";
import { attentionSoftmax } from "../../src/kernels/attention-softmax";
import { crossEntropy } from "../../src/kernels/cross-entropy";
import { gatedActivationBackward } from "../../src/kernels/gated-activation-backward";
import { languageLoss } from "../../src/kernels/language-loss";
import { valueLoss } from "../../src/kernels/value-loss";
import { type ActivationKind, activation } from "../../src/operations/activation";
import { Program } from "../../src/program/program";
import { testExecutor } from "../training/executor";
import { ACTIVATIONS } from "./activation-reference";
import { expectClose, REDUCTION, runKernel } from "./harness";

/** 88.8 is the last whose exp is finite in float32. */
const FAR = [13.24, 20.625, 44, 45, 50, 88.8, 89, 100, 104, 700, 1000, 1e4];
const X = Float32Array.from([...FAR, ...FAR.map((x) => -x), 0, -0, 1e-30]);
const count = X.length;
const ones = () => new Float32Array(count).fill(1);

/** Close to a value of size 1 or its own size; never NaN. */
function expectFinite(actual: Float32Array, expected: ArrayLike<number>): void {
  expect([...actual].filter((value) => !Number.isFinite(value))).toEqual([]);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!), `${i}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected[i]!)));
  }
}

describe("activations far from zero", () => {
  it.each(ACTIVATIONS.map((own, KIND) => ({ ...own, KIND })))("$name", async ({ name, value, derivative, KIND }) => {
    const program = new Program();
    const x = program.constant("x", [count], () => X);
    const y = activation(program, "y", x, name as ActivationKind);
    const forward = await computeValues(await testExecutor(), { program }, [y]);
    expectFinite(forward.get(y)!, [...X].map(value));

    const slopes = [...X].map(derivative);
    const back = await runKernel(
      activationBackward,
      { x: X, outputGradient: ones(), out: ones() },
      { count },
      { KIND },
    );
    expectFinite(back.out, slopes);
    const gated = await runKernel(
      gatedActivationBackward,
      { gate: X, up: ones(), outputGradient: ones(), gateGradient: ones(), upGradient: ones() },
      { count },
      { KIND },
    );
    expectFinite(gated.gateGradient, slopes);
    expectFinite(gated.upGradient, [...X].map(value));
  });
});

describe("scores far from zero", () => {
  const sizes = { batch: 1, queries: 1, keys: count, heads: 1 };

  it("are capped to the cap, with a gradient of zero", async () => {
    const cap = 1;
    const bent = await runKernel(attentionSoftCap, { scores: X.slice() }, { ...sizes, cap }, { CAUSAL: 0 });
    expectFinite(bent.scores, [...X].map(Math.tanh));
    const given = { scores: X.slice(), gradient: ones() };
    const { gradient } = await runKernel(attentionSoftCapBackward, given, { ...sizes, cap }, { CAUSAL: 0 });
    expectFinite(
      gradient,
      [...X].map((x) => 1 / Math.cosh(x) ** 2),
    );
  });

  it("give shares of one", async () => {
    const all = { ...sizes, keyValueHeads: 1, headSize: 1, scale: 1 };
    const { scores } = await runKernel(attentionSoftmax, { scores: X.slice() }, all, { CAUSAL: 0 });
    // e^-9000 is nothing: the largest has all.
    expectFinite(
      scores,
      [...X].map((x) => Number(x === 1e4)),
    );
  });
});

describe("losses of logits far from zero", () => {
  const labels = Int32Array.from(FAR, (_, row) => row % 2);
  const rows = FAR.length;
  const logits = Float32Array.from(FAR.flatMap((x) => [x, -x]));
  const shares = new Float32Array(rows).fill(1);
  // Of the right label nothing is lost; of the other one all of the distance.
  const expected = FAR.map((x, row) =>
    row % 2 === 0 ? Math.log1p(Math.exp(-2 * x)) : 2 * x + Math.log1p(Math.exp(-2 * x)),
  );

  it("of classes", async () => {
    const buffers = { logits, labels, shares, rowLoss: new Float32Array(rows), out: new Float32Array(2 * rows) };
    const { rowLoss, out } = await runKernel(crossEntropy, buffers, { rows, classes: 2 });
    expectClose(rowLoss, expected, REDUCTION, 1e-6);
    expectFinite(
      out,
      FAR.flatMap((_, row) => (row % 2 === 0 ? [0, 0] : [1, -1])),
    );
  });

  it("of words", async () => {
    const buffers = {
      logits: logits.slice(),
      labels,
      indexes: Int32Array.from(FAR, (_, row) => row),
      shares,
      losses: new Float32Array(rows),
      predictions: new Float32Array(rows),
    };
    const sizes = { start: 0, rows, vocabulary: 2, cap: 0 };
    const { losses, logits: gradient } = await runKernel(languageLoss, buffers, sizes);
    expectClose(losses, expected, REDUCTION, 1e-6);
    expectFinite(
      gradient,
      FAR.flatMap((_, row) => (row % 2 === 0 ? [0, 0] : [1, -1])),
    );
  });

  it("of several labels", async () => {
    const values = new Float32Array(count).map((_, i) => i % 2);
    const buffers = { logits: X, values, positiveWeights: ones(), labels: new Int32Array(count) };
    const results = { shares: ones(), rowLoss: new Float32Array(count), out: new Float32Array(count) };
    const sizes = { rows: count, classes: 1 };
    const { rowLoss, out } = await runKernel(valueLoss, { ...buffers, ...results }, sizes, { WEIGHTED: 1 });
    const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    expectFinite(
      rowLoss,
      [...X].map((x, i) => softplus(x) - x * values[i]!),
    );
    expectFinite(
      out,
      [...X].map((x, i) => 1 / (1 + Math.exp(-x)) - values[i]!),
    );
  });
});
