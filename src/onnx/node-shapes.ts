/** Shapes of what graph nodes compute, by the operators' definitions in ONNX. Not for values. */

import type { Attributes } from "./writer";

export interface Value {
  readonly shape: readonly number[];
  /** Bytes of an element. */
  readonly width: number;
  /** Of literals. */
  readonly host?: readonly number[];
}

/** Number of elements of a shape. */
const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

type Rule = (inputs: Value[], attributes: Attributes) => Value[];

const same: Rule = ([x]) => [{ shape: x!.shape, width: x!.width }];

const broadcast: Rule = ([a, b]) => {
  const rank = Math.max(a!.shape.length, b!.shape.length);
  const sizes = ({ shape }: Value) => [...Array(rank - shape.length).fill(1), ...shape] as number[];
  return [{ shape: sizes(a!).map((size, axis) => Math.max(size, sizes(b!)[axis]!)), width: a!.width }];
};

/** ONNX's numbers of element types. */
const WIDTHS: Readonly<Record<number, number>> = { 1: 4, 6: 4, 7: 8, 9: 1, 10: 2, 12: 4 };

const reduce: Rule = ([x, axes], { keepdims = 1 }) => {
  const reduced = x!.shape.map((size, axis) => (axes!.host!.includes(axis) ? 1 : size));
  const shape = keepdims === 1 ? reduced : reduced.filter((_, axis) => !axes!.host!.includes(axis));
  return [{ shape, width: x!.width }];
};

const rules: Readonly<Record<string, Rule>> = {
  ReduceL2: reduce,
  ReduceSum: reduce,
  ReduceMean: reduce,
  Add: broadcast,
  Sub: broadcast,
  Mul: broadcast,
  Div: broadcast,
  Less: (inputs, attributes) => broadcast(inputs, attributes).map((value) => ({ ...value, width: 1 })),
  Where: ([condition, a, b], attributes) => {
    const [chosen] = broadcast([a!, b!], attributes);
    return broadcast([chosen!, condition!], attributes);
  },
  Cast: ([x], { to }) => [{ shape: x!.shape, width: WIDTHS[to as number]! }],
  Reshape: ([x, to]) => [{ shape: to!.host!, width: x!.width }],
  Greater: (inputs, attributes) => broadcast(inputs, attributes).map((value) => ({ ...value, width: 1 })),
  Equal: (inputs, attributes) => broadcast(inputs, attributes).map((value) => ({ ...value, width: 1 })),
  Expand: ([x, to], attributes) => broadcast([x!, { shape: to!.host!, width: x!.width }], attributes),
  Unsqueeze: ([x, axes]) => {
    const shape = [...x!.shape];
    for (const axis of axes!.host!) shape.splice(axis, 0, 1);
    return [{ shape, width: x!.width }];
  },
  Gather: ([table, ids], { axis = 0 }) => {
    const { shape, width } = table!;
    return [{ shape: [...shape.slice(0, axis as number), ...ids!.shape, ...shape.slice((axis as number) + 1)], width }];
  },
  Split: ([x, widths], { axis = 1 }) =>
    widths!.host!.map((part) => ({
      shape: x!.shape.map((size, at) => (at === axis ? part : size)),
      width: x!.width,
    })),
  Slice: ([x, starts, ends, axes, steps]) => {
    const shape = [...x!.shape];
    starts!.host!.forEach((start, index) => {
      const axis = axes?.host?.[index] ?? index;
      const size = shape[axis]!;
      const place = (at: number) => Math.min(size, Math.max(0, at < 0 ? at + size : at));
      shape[axis] = Math.ceil((place(ends!.host![index]!) - place(start)) / (steps?.host?.[index] ?? 1));
    });
    return [{ shape, width: x!.width }];
  },
  Concat: (parts, { axis }) => {
    const shape = parts[0]!.shape.map((size, at) =>
      at === axis ? parts.reduce((sum, part) => sum + part.shape[at]!, 0) : size,
    );
    return [{ shape, width: parts[0]!.width }];
  },
  Transpose: ([x], { perm }) => [
    { shape: (perm as readonly number[]).map((axis) => x!.shape[axis]!), width: x!.width },
  ],
  FusedMatMul: ([a, b], { transA = 0, transB = 0 }) => {
    const [rows, columns] = [a!.shape.at(transA === 1 ? -1 : -2)!, b!.shape.at(transB === 1 ? -2 : -1)!];
    return [{ shape: [...a!.shape.slice(0, -2), rows, columns], width: a!.width }];
  },
  Pad: ([x, ends]) => {
    const rank = x!.shape.length;
    const shape = x!.shape.map((size, axis) => size + ends!.host![axis]! + ends!.host![axis + rank]!);
    return [{ shape, width: x!.width }];
  },
  // Along the first axis after one batch axis, whole rows.
  GatherND: ([x, indexes]) => [
    { shape: [...indexes!.shape.slice(0, -1), ...x!.shape.slice(indexes!.shape.at(-1)! + 1)], width: x!.width },
  ],
  MatMul: ([a, b]) => [{ shape: [...a!.shape.slice(0, -1), b!.shape.at(-1)!], width: a!.width }],
  Gemm: ([a, b], { transA = 0, transB = 0 }) => [
    { shape: [a!.shape[transA === 1 ? 1 : 0]!, b!.shape[transB === 1 ? 0 : 1]!], width: a!.width },
  ],
  TopK: ([x, count], { axis }) => {
    const shape = x!.shape.map((size, at) => (at === axis ? count!.host![0]! : size));
    return [
      { shape, width: x!.width },
      { shape, width: 8 },
    ];
  },
};

/**
 * Outputs of a node; of operators without a rule here, the shape of the first input. Throws if it
 * makes no sense.
 */
export function shapesOf(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes): Value[] {
  const values = (rules[operator] ?? same)(inputs as Value[], attributes);
  for (const { shape } of values) {
    if (!(count(shape) > 0)) throw new Error(`${operator} would compute [${shape}].`);
  }
  return values;
}
