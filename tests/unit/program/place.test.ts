/**
 * Dispatches on places, bound: what takes every place, and which element type is said to be there.
 */

import { expect, test } from "vitest";
import { crossEntropy } from "../../../src/kernels/cross-entropy";
import { dispatch } from "../../../src/kernels/kernel";
import { matmul } from "../../../src/kernels/matmul";
import { bind, type Place } from "../../../src/program/place";
import { Program } from "../../../src/program/program";
import { languageLoss } from "../../../src/tasks/language-loss";

const sizes = { rows: 2, columns: 4, inner: 4, alpha: 1 };

/** What a product says of its second factor there. */
function storedAt(place: Place): string | undefined {
  const [scratch, seed] = [{ kind: "scratch", slot: 0 }, { kind: "seed" }] as const;
  return bind(
    [dispatch(matmul, { a: seed, b: place, out: scratch } as Record<"a" | "b" | "out", Place>, sizes)],
    String,
  )[0]!.stored?.b;
}

test("every binding is what was given for its place; sizes and options stay", () => {
  const places: Record<"logits" | "labels" | "shares" | "rowLoss" | "out", Place> = {
    logits: { kind: "output" },
    labels: { kind: "channel", name: "labels" },
    shares: { kind: "scratch", slot: 0 },
    rowLoss: { kind: "losses" },
    out: { kind: "seed" },
  };
  const one = dispatch(crossEntropy, places, { rows: 2, classes: 3 });
  const [bound] = bind([one], (place) => `buffer of ${place.kind === "channel" ? place.name : place.kind}`);
  expect(bound).toMatchObject({
    kernel: one.kernel,
    sizes: one.sizes,
    options: one.options,
    bindings: {
      logits: "buffer of output",
      labels: "buffer of labels",
      shares: "buffer of scratch",
      rowLoss: "buffer of losses",
      out: "buffer of seed",
    },
  });
  // What has a fixed type of the kernel's own is no matter of places.
  expect(bound!.stored).toEqual({ logits: "Element", shares: "Element", out: "Element" });
});

test("element types follow from the place", () => {
  const program = new Program("float16");
  const value = (tensor: ReturnType<Program["weight"]>) => storedAt({ kind: "value", tensor });
  const trained = program.trainable("F", [4, 4], { initializer: { kind: "zeros" } });
  expect(value(program.weight("W", [4, 4]))).toBe("packed");
  expect(value(program.weight("norm", [4]))).toBe("f32");
  expect(value(trained)).toBe("f32");
  expect(value(program.controllerState("gram", [4, 4], 0))).toBe("f32");
  expect(value(program.constant("table", [4, 4], () => new Float32Array(16)))).toBe("Element");
  expect(value(program.provided("keys", [4, 4], "read text"))).toBe("Element");
  expect(value(program.activation("y", [4, 4]))).toBe("Element");
  expect(storedAt({ kind: "gradient", tensor: trained })).toBe("f32");
  expect(storedAt({ kind: "scratch", slot: 3 })).toBe("Element");
  expect(storedAt({ kind: "stepFigures" })).toBeUndefined();
});

test("a language model's loss reads its head as it is kept", () => {
  for (const [precision, stored] of [
    ["float32", "f32"],
    ["float16", "packed"],
  ] as const) {
    const program = new Program(precision);
    const states = program.input("states", [3, 4], "float32");
    const head = { weight: program.weight("head", [8, 4]), bias: program.weight("bias", [8]) };
    const parts = bind(languageLoss(states, head).parts[0]!.dispatches, (place) => place);
    const products = parts.filter(({ kernel }) => kernel.name === "matmul");
    expect(products.map((product) => product.stored)).toEqual([
      { a: "Element", b: stored, out: "Element" },
      { a: "Element", b: stored, out: "Element" },
    ]);
  }
});
