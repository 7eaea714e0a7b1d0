/**
 * L-BFGS (Nocedal and Wright 2006, algorithm 7.5) in float64, with a backtracking line search.
 * Deterministic.
 */

/** How long, and with how much memory, a fit is sought. */
export interface FitOptions {
  readonly maxIterations: number;
  /** How many changes the curvature is read from; default: 30. */
  readonly memory?: number | undefined;
  /** Awaited before each iteration; false ends the search. Default: it goes on. */
  readonly goOn?: (() => Promise<boolean>) | undefined;
}

export interface Smooth {
  /** The value at a point, whose gradient is written into `gradient`. */
  evaluate(point: Float64Array, gradient: Float64Array): number;
  /** Makes `precondition` fit where it was last evaluated; called now and then. */
  measureCurvature(): void;
  /** About the inverse of the Hessian, symmetric and positive, times a vector, in place. */
  precondition(vector: Float64Array): void;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly iterations: number;
  /** False where `maxIterations`, or somebody who asked for an end, came first. */
  readonly converged: boolean;
}

interface Change {
  readonly step: Float64Array;
  readonly gradient: Float64Array;
  /** step · gradient. */
  readonly product: number;
}

const MEMORY = 30;
/** Before which iterations the curvature is measured. */
const MEASURED = [0, 10, 30, 90];
/** Share of the promised decrease that a step must bring. */
const ENOUGH = 1e-4;
const HALVINGS = 40;

/**
 * The least value of a strictly convex function, from zero. Done when gradient ·
 * precondition(gradient), about twice what is left to gain, is below `tolerance`, or when rounding
 * leaves no smaller value to be found.
 */
export async function minimise(
  { evaluate, measureCurvature, precondition }: Smooth,
  size: number,
  { tolerance, maxIterations, memory = MEMORY, goOn = async () => true }: FitOptions & { readonly tolerance: number },
): Promise<Minimum> {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = evaluate(point, gradient);
  const changes: Change[] = [];
  for (let iterations = 0; ; iterations++) {
    if (MEASURED.includes(iterations)) measureCurvature();
    const plain = gradient.slice();
    precondition(plain);
    if (dot(plain, gradient) < tolerance) return { point, iterations, converged: true };
    if (iterations === maxIterations || !(await goOn())) return { point, iterations, converged: false };
    const direction = descent(gradient, changes, precondition);
    const slope = dot(direction, gradient);
    const rounding = 4 * Number.EPSILON * Math.abs(value);
    const nextGradient = new Float64Array(size);
    let next = point;
    let found = false;
    for (let length = 1, tried = 0; tried < HALVINGS && !found; length /= 2, tried++) {
      next = sum(point, length, direction);
      const there = evaluate(next, nextGradient);
      found = there <= value + ENOUGH * length * slope + rounding;
      if (found) value = there;
    }
    if (!found) return { point, iterations, converged: true };
    const step = sum(next, -1, point);
    const change = sum(nextGradient, -1, gradient);
    const product = dot(step, change);
    if (product > 0) changes.push({ step, gradient: change, product });
    if (changes.length > memory) changes.shift();
    point = next;
    gradient = nextGradient;
  }
}

/** The two loops: − (inverse Hessian as the changes tell it) · gradient. */
function descent(gradient: Float64Array, changes: readonly Change[], precondition: Smooth["precondition"]) {
  const direction = new Float64Array(gradient.length);
  add(direction, gradient, -1);
  const shares = changes.map(() => 0);
  for (let index = changes.length - 1; index >= 0; index--) {
    const { step, gradient: change, product } = changes[index]!;
    shares[index] = dot(step, direction) / product;
    add(direction, change, -shares[index]!);
  }
  precondition(direction);
  const last = changes.at(-1);
  if (last) {
    const seen = last.gradient.slice();
    precondition(seen);
    const scale = last.product / dot(last.gradient, seen);
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  changes.forEach(({ step, gradient: change, product }, index) => {
    add(direction, step, shares[index]! - dot(change, direction) / product);
  });
  return direction;
}

/** Four sums at once, so that none waits for the last. */
function dot(one: Float64Array, other: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = one.length - (one.length % 4);
  for (let index = 0; index < whole; index += 4) {
    a += one[index]! * other[index]!;
    b += one[index + 1]! * other[index + 1]!;
    c += one[index + 2]! * other[index + 2]!;
    d += one[index + 3]! * other[index + 3]!;
  }
  for (let index = whole; index < one.length; index++) a += one[index]! * other[index]!;
  return a + b + (c + d);
}

/** point + factor · vector. */
function sum(point: Float64Array, factor: number, vector: Float64Array): Float64Array<ArrayBuffer> {
  const result = point.slice();
  add(result, vector, factor);
  return result;
}

function add(to: Float64Array, vector: Float64Array, factor: number): void {
  for (let index = 0; index < to.length; index++) to[index]! += factor * vector[index]!;
}
