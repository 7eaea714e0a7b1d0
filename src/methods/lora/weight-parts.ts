/**
 * The parts of a linear's weight that LoRA can start from: its largest singular parts (PiSSA, Meng
 * et al. 2024) or the first of its QR decomposition (OLoRA, Büyükakyüz 2024), as PEFT takes them.
 */

import { norm } from "../../data/norm";
import { Random } from "../../data/random";
import { orthonormalRows } from "../orthogonal-matrices";

/** A matrix [outputs, inputs] by its rows. */
export interface Matrix {
  readonly rows: readonly Float32Array[];
  readonly inputs: number;
}

/** A [rank, inputs] and B [outputs, rank], row-major. */
export interface Parts {
  readonly down: Float32Array;
  readonly up: Float32Array;
}

/** A weight as it is stored: [out, in], or [in, out]. */
export function matrixOf(weight: Float32Array, outputs: number, inputs: number, layout: "out-in" | "in-out"): Matrix {
  const rows = Array.from({ length: outputs }, (_, out) =>
    layout === "out-in"
      ? weight.subarray(out * inputs, (out + 1) * inputs)
      : Float32Array.from({ length: inputs }, (_, input) => weight[input * outputs + out]!),
  );
  return { rows, inputs };
}

/**
 * scale · B·A is the best approximation of that rank: both are the singular vectors times the root
 * of singular value / scale.
 */
export function singularParts(matrix: Matrix, rank: number, scale: number): Parts {
  const { left, values, right } = leadingTriplets(matrix, rank);
  const roots = values.map((value) => Math.sqrt(value / scale));
  return packed(
    left.map((vector, index) => vector.map((value) => value * roots[index]!)),
    right.map((vector, index) => vector.map((value) => value * roots[index]!)),
  );
}

/** B is the first `rank` columns of Q, A the first rows of R in weight = Q·R. */
export function orthogonalParts(matrix: Matrix, rank: number): Parts {
  const columns = Array.from({ length: rank }, (_, column) => Float64Array.from(matrix.rows, (row) => row[column]!));
  const left = orthonormalRows(columns);
  return packed(
    left,
    left.map((vector) => transposedTimes(matrix, vector)),
  );
}

function packed(left: readonly Float64Array[], right: readonly Float64Array[]): Parts {
  const [rank, outputs, inputs] = [left.length, left[0]!.length, right[0]!.length];
  const up = Float32Array.from({ length: outputs * rank }, (_, at) => left[at % rank]![Math.floor(at / rank)]!);
  const down = new Float32Array(rank * inputs);
  for (const [index, row] of right.entries()) down.set(row, index * inputs);
  return { down, up };
}

function times({ rows, inputs }: Matrix, vector: Float64Array): Float64Array {
  return Float64Array.from(rows, (row) => {
    let sum = 0;
    for (let input = 0; input < inputs; input++) sum += row[input]! * vector[input]!;
    return sum;
  });
}

function transposedTimes({ rows, inputs }: Matrix, vector: Float64Array): Float64Array {
  const sums = new Float64Array(inputs);
  for (const [out, row] of rows.entries()) {
    const factor = vector[out]!;
    for (let input = 0; input < inputs; input++) sums[input]! += factor * row[input]!;
  }
  return sums;
}

/** Of the residual of a triplet, as a share of the largest singular value. */
const EXACT = 1e-9;

interface Triplets {
  readonly left: Float64Array[];
  readonly values: number[];
  readonly right: Float64Array[];
}

/**
 * The `rank` largest singular values and their vectors: Golub and Kahan's bidiagonalisation, kept
 * orthogonal, until they no longer change. Much less work than a whole decomposition where few are
 * asked for; at most as many steps as the shorter side is long, and then exact.
 */
function leadingTriplets(matrix: Matrix, rank: number): Triplets {
  const [outputs, inputs] = [matrix.rows.length, matrix.inputs];
  const most = Math.min(outputs, inputs);
  const random = new Random(0, "singular vectors");
  const [left, right]: [Float64Array[], Float64Array[]] = [[], []];
  const [alphas, betas]: [number[], number[]] = [[], []];
  const fresh = (known: readonly Float64Array[], length: number) =>
    unit(
      orthogonalTo(
        known,
        Float64Array.from({ length }, () => random.normal()),
      ),
    ).vector;
  let next = fresh([], inputs);
  let due = Math.min(most, 2 * rank + 20);
  for (;;) {
    const v = next;
    right.push(v);
    const u = unit(orthogonalTo(left, times(matrix, v)));
    alphas.push(u.length);
    left.push(u.length > 0 ? u.vector : fresh(left, outputs));
    const w = unit(orthogonalTo(right, transposedTimes(matrix, left.at(-1)!)));
    const steps = left.length;
    const beta = steps === inputs ? 0 : w.length;
    if (steps === due || steps === most) {
      const found = ofBidiagonal(alphas, betas, rank);
      const residual = Math.max(...found.map(({ p }) => Math.abs(beta * p[steps - 1]!)));
      if (steps === most || residual <= EXACT * found[0]!.value) {
        return {
          left: found.map(({ p }) => combined(left, p)),
          values: found.map(({ value }) => value),
          right: found.map(({ q }) => combined(right, q)),
        };
      }
      due = Math.min(most, Math.ceil(1.5 * due));
    }
    betas.push(beta);
    next = beta > 0 ? w.vector : fresh(right, inputs);
  }
}

/**
 * What is left of a vector beside orthonormal ones, in place; twice, so that rounding leaves
 * nothing.
 */
function orthogonalTo(known: readonly Float64Array[], vector: Float64Array): Float64Array {
  for (let pass = 0; pass < 2; pass++) {
    for (const other of known) {
      let product = 0;
      for (let at = 0; at < vector.length; at++) product += other[at]! * vector[at]!;
      for (let at = 0; at < vector.length; at++) vector[at]! -= product * other[at]!;
    }
  }
  return vector;
}

/** Below it a vector is what rounding has left of zero. */
const NOTHING = 1e-12;

function unit(vector: Float64Array): { readonly length: number; readonly vector: Float64Array } {
  const length = norm(vector);
  if (length < NOTHING) return { length: 0, vector };
  return { length, vector: vector.map((value) => value / length) };
}

function combined(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const [index, vector] of vectors.entries()) {
    for (let at = 0; at < sum.length; at++) sum[at]! += weights[index]! * vector[at]!;
  }
  return sum;
}

/** The largest triplets p, value, q of the upper bidiagonal matrix with these two diagonals. */
function ofBidiagonal(alphas: readonly number[], betas: readonly number[], rank: number) {
  const size = alphas.length;
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  for (const [index, alpha] of alphas.entries()) {
    gram[index]![index] = alpha ** 2 + (index > 0 ? betas[index - 1]! ** 2 : 0);
    if (index + 1 < size) gram[index]![index + 1] = gram[index + 1]![index] = alpha * betas[index]!;
  }
  const vectors = jacobi(gram);
  return Array.from({ length: size }, (_, index) => ({ value: Math.sqrt(Math.max(0, gram[index]![index]!)), index }))
    .sort((one, other) => other.value - one.value)
    .slice(0, rank)
    .map(({ index }) => {
      const q = Float64Array.from(vectors, (row) => row[index]!);
      const product = alphas.map((alpha, at) => alpha * q[at]! + (at + 1 < size ? betas[at]! * q[at + 1]! : 0));
      const { length: value, vector: p } = unit(Float64Array.from(product));
      return { value, p, q };
    });
}

/**
 * Jacobi's rotations: makes a symmetric matrix diagonal, in place; gives its eigenvectors as
 * columns.
 */
function jacobi(matrix: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const vectors = matrix.map((_, index) => Float64Array.from({ length: size }, (_, at) => (at === index ? 1 : 0)));
  const whole = Math.sqrt(matrix.reduce((sum, row) => sum + norm(row) ** 2, 0));
  const all = [...matrix, ...vectors];
  for (let sweep = 0; sweep < 60; sweep++) {
    let rotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const off = matrix[p]![q]!;
        if (Math.abs(off) <= 1e-17 * whole) continue;
        rotated = true;
        const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * off);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(tangent, 1);
        const sine = tangent * cosine;
        for (const row of all) {
          const [a, b] = [row[p]!, row[q]!];
          row[p] = cosine * a - sine * b;
          row[q] = sine * a + cosine * b;
        }
        const [first, second] = [matrix[p]!, matrix[q]!];
        for (let at = 0; at < size; at++) {
          const [a, b] = [first[at]!, second[at]!];
          first[at] = cosine * a - sine * b;
          second[at] = sine * a + cosine * b;
        }
      }
    }
    if (!rotated) break;
  }
  return vectors;
}
