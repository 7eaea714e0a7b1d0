/**
 * A Program's backward plan carried out in float64 beside finite differences of its forward pass.
 * Not a test.
 */

import { expect } from "vitest";
import { planBackward } from "../../../src/backward/plan";
import { Random } from "../../../src/data/random";
import type { Program } from "../../../src/program/program";
import { elementCount, type Tensor, type Trainable } from "../../../src/program/tensor";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";

export const normal = { initializer: { kind: "normal", std: 1 } } as const;

/** Seeded values for every leaf that the result depends on and that has none of its own. */
export function randomLeaves(program: Program, result: Tensor): Map<string, Float64Array> {
  const leaves = new Map<string, Float64Array>();
  for (const tensor of program.needed([result]).flatMap(({ inputs }) => inputs)) {
    if (tensor.role === "activation" || tensor.type === "int32" || "values" in tensor) continue;
    const random = new Random(7, tensor.name);
    leaves.set(
      tensor.name,
      Float64Array.from({ length: elementCount(tensor.shape) }, () => 0.5 * random.normal()),
    );
  }
  return leaves;
}

/**
 * Plans and carries out the backward pass of Σ seed ∘ result, and compares every gradient with
 * central differences.
 */
export function checkGradients(program: Program, result: Tensor, given: Record<string, ArrayLike<number>> = {}) {
  const plan = planBackward(program, result);
  const leaves = new Map<string, ArrayLike<number>>([...randomLeaves(program, result), ...Object.entries(given)]);
  const random = new Random(3, "seed");
  const seed = Float64Array.from({ length: elementCount(result.shape) }, () => random.normal());
  const gradients = runBackward(plan, evaluate(program, leaves, [result]), seed);
  const loss = () => {
    const values = evaluate(program, leaves, [result])(result);
    return values.reduce((sum, value, index) => sum + value * seed[index]!, 0);
  };
  for (const { name } of plan.trained) {
    const values = leaves.get(name) as Float64Array;
    const step = 1e-5;
    const expected = values.map((value, index) => {
      values[index] = value + step;
      const above = loss();
      values[index] = value - step;
      const below = loss();
      values[index] = value;
      return (above - below) / (2 * step);
    });
    const norm = Math.hypot(...expected);
    expect(norm, `finite differences of ${name}`).toBeGreaterThan(1e-3);
    const distance = Math.hypot(...expected.map((value, index) => value - gradients.get(name)![index]!));
    expect(distance / norm, `gradient of ${name}`).toBeLessThan(1e-7);
  }
  return plan;
}

/** Sorted. */
export function namesOf(tensors: readonly Tensor[]): string[] {
  return tensors.map(({ name }) => name).sort();
}

/** A trained matrix. */
export function squareOf(program: Program, name: string, width: number): Trainable {
  return program.trainable(name, [width, width], normal);
}
