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
const EXACT = 1e-6;

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
  // The matrix times its transpose the other way round is tridiagonal.
  const diagonal = alphas.map((alpha, index) => alpha ** 2 + (index > 0 ? betas[index - 1]! ** 2 : 0));
  const beside = alphas.map((alpha, index) => (index + 1 < size ? alpha * betas[index]! : 0));
  const { values, vectors } = ofTridiagonal(diagonal, beside);
  return Array.from(values, (value, index) => ({ value, q: vectors[index]! }))
    .sort((one, other) => other.value - one.value)
    .slice(0, rank)
    .map(({ q }) => {
      const product = alphas.map((alpha, at) => alpha * q[at]! + (at + 1 < size ? betas[at]! * q[at + 1]! : 0));
      const { length: value, vector: p } = unit(Float64Array.from(product));
      return { value, p, q };
    });
}

/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix: implicit QL with Wilkinson's
 * shifts. `beside`: the numbers beside the diagonal, and a zero.
 */
function ofTridiagonal(diagonal: readonly number[], beside: readonly number[]) {
  const [values, off] = [Float64Array.from(diagonal), Float64Array.from(beside)];
  const size = values.length;
  const vectors = Array.from(values, (_, index) =>
    Float64Array.from({ length: size }, (_, at) => (at === index ? 1 : 0)),
  );
  for (let first = 0; first < size; first++) {
    for (;;) {
      const last = nextZero(values, off, first);
      if (last === first) break;
      sweep(values, off, vectors, first, last);
    }
  }
  return { values, vectors };
}

/** From `first` on the place of the first number beside the diagonal that is nothing to it. */
function nextZero(values: Float64Array, off: Float64Array, first: number): number {
  for (let at = first; at + 1 < values.length; at++) {
    const near = Math.abs(values[at]!) + Math.abs(values[at + 1]!);
    if (Math.abs(off[at]!) <= Number.EPSILON * near) return at;
  }
  return values.length - 1;
}

/** One QL step on the rows `first` to `last`, in place. */
function sweep(values: Float64Array, off: Float64Array, vectors: readonly Float64Array[], first: number, last: number) {
  const slope = (values[first + 1]! - values[first]!) / (2 * off[first]!);
  const root = Math.hypot(slope, 1);
  let g = values[last]! - values[first]! + off[first]! / (slope + (slope < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let at = last - 1; at >= first; at--) {
    const [f, b] = [sine * off[at]!, cosine * off[at]!];
    const length = Math.hypot(f, g);
    off[at + 1] = length;
    if (length === 0) {
      values[at + 1]! -= shift;
      off[last] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    const rest = values[at + 1]! - shift;
    const r = (values[at]! - rest) * sine + 2 * cosine * b;
    shift = sine * r;
    values[at + 1] = rest + shift;
    g = cosine * r - b;
    const [lower, upper] = [vectors[at]!, vectors[at + 1]!];
    for (let k = 0; k < lower.length; k++) {
      const [one, two] = [lower[k]!, upper[k]!];
      upper[k] = sine * one + cosine * two;
      lower[k] = cosine * one - sine * two;
    }
  }
  values[first]! -= shift;
  off[first] = g;
  off[last] = 0;
}
