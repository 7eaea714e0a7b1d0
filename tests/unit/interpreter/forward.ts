/**
 * Computes a Program in float64: a graph writer that carries out every node as it is written, by
 * the operators' definitions in ONNX and in onnxruntime's contributed set. Not for the file format
 * (`tests/unit/forward`).
 */

import type { AttributeValue } from "../../../src/onnx/writer";
import type { GraphWriter } from "../../../src/program/operation";
import type { Constant, Program } from "../../../src/program/program";
import { requireWhole } from "../../../src/program/row-parts";
import { type ControllerState, elementCount, type Tensor } from "../../../src/program/tensor";
import { errorFunction } from "./error-function";

/** Integers, too, are kept as float64. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Values of leaves by name; constants with values of their own need none. */
export type Leaves = ReadonlyMap<string, ArrayLike<number>>;

/**
 * Every value of the operations that `outputs` depend on, by tensor. Throws if a leaf has no values
 * or too few.
 */
export function evaluate(
  program: Program,
  leaves: Leaves,
  outputs: readonly Tensor[],
): (tensor: Tensor) => Float64Array {
  const interpreter = new Interpreter(leaves);
  for (const operation of program.needed(outputs)) operation.forward(interpreter);
  return (tensor) => interpreter.read(interpreter.use(tensor)).data;
}

class Interpreter implements GraphWriter {
  readonly #leaves: Leaves;
  readonly #values = new Map<string, Values>();
  #count = 0;

  constructor(leaves: Leaves) {
    this.#leaves = leaves;
  }

  use = (tensor: Tensor): string => {
    const { name, shape, role } = tensor;
    requireWhole(tensor);
    if (this.#values.has(name)) return name;
    if (role === "activation") throw new Error(`"${name}" is used before it is computed.`);
    const given = this.#leaves.get(name) ?? standard(tensor);
    if (given?.length !== elementCount(shape)) {
      throw new Error(`"${name}" [${shape}] is given ${given?.length ?? "no"} values.`);
    }
    this.#values.set(name, { shape, data: Float64Array.from(given) });
    return name;
  };

  node: GraphWriter["node"] = (operator, inputs, attributes = {}, { outputs } = {}) => {
    const compute = operators[operator];
    if (!compute) throw new Error(`The interpreter has no operator ${operator}.`);
    const computed = compute(inputs.map((name) => (name === "" ? undefined : this.read(name))) as Values[], attributes);
    return computed.map((values, index) => {
      const tensor = outputs?.[index];
      if (tensor && tensor.shape.join() !== values.shape.join()) {
        throw new Error(`${operator} computes "${tensor.name}" as [${values.shape}] instead of [${tensor.shape}].`);
      }
      const name = tensor?.name ?? `#${this.#count++}`;
      this.#values.set(name, values);
      return name;
    });
  };

  rows: GraphWriter["rows"] = (table, ids, output) =>
    this.node("Gather", [this.use(table), ids], { axis: 0 }, output && { outputs: [output] })[0]!;

  define: GraphWriter["define"] = (tensor, operator, inputs, attributes) => {
    this.node(operator, inputs, attributes, { outputs: [tensor] });
  };

  value: GraphWriter["value"] = (operator, inputs, attributes) => this.node(operator, inputs, attributes)[0]!;

  literal: GraphWriter["literal"] = (values, _type, shape = [values.length]) => {
    const name = `#${this.#count++}`;
    this.#values.set(name, { shape, data: Float64Array.from(values) });
    return name;
  };

  read(name: string): Values {
    const values = this.#values.get(name);
    if (!values) throw new Error(`There is no value "${name}".`);
    return values;
  }
}

/**
 * What a leaf is by default: a constant's values, a controller state's start, a dropout mask that
 * drops nothing.
 */
function standard(tensor: Tensor): ArrayLike<number> | undefined {
  const filled = (value: number) => new Float64Array(elementCount(tensor.shape)).fill(value);
  if (tensor.role === "controller") {
    const { initial } = tensor as ControllerState;
    return typeof initial === "number" ? filled(initial) : undefined;
  }
  if (tensor.role === "noise") return filled(1);
  return (tensor as Constant).values?.();
}

const number = (attributes: Attributes, name: string, standard?: number): number => {
  const value = attributes[name] ?? standard;
  if (typeof value === "number") return value;
  if (typeof value === "object" && "float" in value) return Math.fround(value.float);
  throw new Error(`The attribute ${name} is no number.`);
};

function elementwise(compute: (value: number) => number) {
  return ([x]: Values[]): Values[] => [{ shape: x!.shape, data: x!.data.map(compute) }];
}

/** Two operands, the shapes of which are broadcast as in NumPy. */
function broadcast(compute: (a: number, b: number) => number) {
  return ([a, b]: Values[]): Values[] => {
    const rank = Math.max(a!.shape.length, b!.shape.length);
    const sizes = (x: Values) => [...Array(rank - x.shape.length).fill(1), ...x.shape] as number[];
    const shape = sizes(a!).map((size, axis) => Math.max(size, sizes(b!)[axis]!));
    const [left, right] = [expand(a!, shape), expand(b!, shape)];
    return [{ shape, data: left.data.map((value, index) => compute(value, right.data[index]!)) }];
  };
}

function expand(x: Values, shape: readonly number[]): Values {
  if (x.shape.join() === shape.join()) return x;
  const own = [...Array(shape.length - x.shape.length).fill(1), ...x.shape] as number[];
  const data = new Float64Array(elementCount(shape));
  for (let index = 0; index < data.length; index++) {
    let [rest, place, step] = [index, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis]!;
      rest = (rest - at) / shape[axis]!;
      if (own[axis] !== 1 && own[axis] !== shape[axis]) throw new Error(`[${x.shape}] does not expand to [${shape}].`);
      if (own[axis] !== 1) place += at * step;
      step *= own[axis]!;
    }
    data[index] = x.data[place]!;
  }
  return { shape, data };
}

function reshape(x: Values, shape: readonly number[]): Values {
  if (elementCount(shape) !== x.data.length) throw new Error(`[${x.shape}] cannot be reshaped to [${shape}].`);
  return { shape, data: x.data };
}

function transpose(x: Values): Values {
  const [rows, columns] = x.shape as [number, number];
  const data = x.data.map((_, index) => x.data[(index % rows) * columns + Math.floor(index / rows)]!);
  return { shape: [columns, rows], data };
}

/** Applies `row` to every slice of the last axis. */
function byRow(x: Values, row: (values: Float64Array) => ArrayLike<number>): Values {
  const width = x.shape.at(-1)!;
  const data = new Float64Array(x.data.length);
  for (let start = 0; start < data.length; start += width) data.set(row(x.data.subarray(start, start + width)), start);
  return { shape: x.shape, data };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

const operators: Record<string, (inputs: Values[], attributes: Attributes) => Values[]> = {
  Add: broadcast((a, b) => a + b),
  Sub: broadcast((a, b) => a - b),
  Mul: broadcast((a, b) => a * b),
  Div: broadcast((a, b) => a / b),
  Less: broadcast((a, b) => (a < b ? 1 : 0)),
  Cast: ([x]) => [x!],
  Not: elementwise((value) => (value ? 0 : 1)),
  Log: elementwise(Math.log),
  Sqrt: elementwise(Math.sqrt),
  Neg: elementwise((value) => -value),
  Floor: elementwise(Math.floor),
  /** The values alone, along the second axis. */
  TopK([x, count], { axis, largest, sorted }) {
    const [rows, width] = x!.shape as [number, number];
    if (axis !== 1 || largest !== 1 || sorted !== 1) throw new Error("The interpreter's TopK sorts rows downwards.");
    const kept = count!.data[0]!;
    if (!(kept >= 1 && kept <= width)) throw new Error(`TopK keeps ${kept} of ${width}.`);
    const best = Array.from({ length: rows }, (_, row) =>
      [...x!.data.subarray(row * width, (row + 1) * width)].sort((a, b) => b - a).slice(0, kept),
    );
    return [{ shape: [rows, kept], data: Float64Array.from(best.flat()) }];
  },
  Where([condition, a, b]) {
    const [{ shape }] = broadcast((_, value) => value)([condition!, broadcast((value) => value)([a!, b!])[0]!]) as [
      Values,
    ];
    const [chosen, first, second] = [condition!, a!, b!].map((x) => expand(x, shape).data);
    return [{ shape, data: chosen!.map((value, index) => (value ? first![index]! : second![index]!)) }];
  },
  Reciprocal: elementwise((value) => 1 / value),
  Relu: elementwise((value) => Math.max(0, value)),
  Tanh: elementwise(Math.tanh),
  Sigmoid: elementwise(sigmoid),
  QuickGelu: ([x], attributes) => elementwise((value) => value * sigmoid(number(attributes, "alpha") * value))([x!]),
  Gelu: ([x], { approximate }) => {
    if (approximate === "none")
      return elementwise((value) => 0.5 * value * (1 + errorFunction(value * Math.SQRT1_2)))([x!]);
    const inner = (value: number) => Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3);
    return elementwise((value) => 0.5 * value * (1 + Math.tanh(inner(value))))([x!]);
  },
  Reshape: ([x, shape]) => [reshape(x!, [...shape!.data])],
  Expand: ([x, shape]) => [expand(x!, [...shape!.data])],
  Gather([table, rows], { axis = 0 }) {
    const [count, width = 1] = table!.shape as [number, number?];
    if (axis === 1) {
      const data = new Float64Array(count * rows!.data.length);
      for (let i = 0; i < data.length; i++) {
        const column = rows!.data[i % rows!.data.length]!;
        if (!(column >= 0 && column < width)) throw new Error(`Gather reads column ${column} of ${width}.`);
        data[i] = table!.data[Math.floor(i / rows!.data.length) * width + column]!;
      }
      return [{ shape: [count, ...rows!.shape], data }];
    }
    const data = new Float64Array(rows!.data.length * width);
    rows!.data.forEach((row, index) => {
      if (!(row >= 0 && row < count)) throw new Error(`Gather reads row ${row} of ${count}.`);
      data.set(table!.data.subarray(row * width, (row + 1) * width), index * width);
    });
    return [{ shape: [...rows!.shape, ...table!.shape.slice(1)], data }];
  },
  /** Along the second axis. */
  Slice([x, starts, ends, axes]) {
    if (axes!.data[0] !== 1 || x!.shape.length > 3) throw new Error("The interpreter slices along the second axis.");
    const [batch, tokens, width = 1] = x!.shape as [number, number, number?];
    const [from, to] = [starts!.data[0]!, ends!.data[0]!];
    if (!(from >= 0 && from < to && to <= tokens)) throw new Error(`Slice takes ${from} to ${to} of ${tokens}.`);
    const parts = Array.from({ length: batch }, (_, row) => [
      ...x!.data.subarray((row * tokens + from) * width, (row * tokens + to) * width),
    ]);
    return [{ shape: [batch, to - from, ...x!.shape.slice(2)], data: Float64Array.from(parts.flat()) }];
  },
  Split([x, widths], { axis }) {
    const [rows, width] = x!.shape as [number, number];
    let start = 0;
    if (axis === 0) {
      return [...widths!.data].map((part) => {
        start += part;
        return { shape: [part, width], data: x!.data.slice((start - part) * width, start * width) };
      });
    }
    return [...widths!.data].map((part) => {
      const data = new Float64Array(rows * part);
      for (let row = 0; row < rows; row++) {
        data.set(x!.data.subarray(row * width + start, row * width + start + part), row * part);
      }
      start += part;
      return { shape: [rows, part], data };
    });
  },
  Concat(parts, { axis }) {
    if (axis === 1 && parts[0]!.shape.length === 2) {
      const rows = parts[0]!.shape[0]!;
      const data = Array.from({ length: rows }, (_, row) =>
        parts.flatMap((part) => [...part.data.subarray(row * part.shape[1]!, (row + 1) * part.shape[1]!)]),
      );
      return [{ shape: [rows, data[0]!.length], data: Float64Array.from(data.flat()) }];
    }
    if (axis === 0) {
      const shape = [parts.reduce((sum, part) => sum + part.shape[0]!, 0), ...parts[0]!.shape.slice(1)];
      return [{ shape, data: Float64Array.from(parts.flatMap((part) => [...part.data])) }];
    }
    const [a, b] = parts;
    if (axis !== 1 || a!.shape.length !== 3) throw new Error("The interpreter concatenates 3 axes along the second.");
    const [batch, first, width] = a!.shape as [number, number, number];
    const second = b!.shape[1]!;
    const data = new Float64Array(batch * (first + second) * width);
    for (let row = 0; row < batch; row++) {
      const start = row * (first + second) * width;
      data.set(a!.data.subarray(row * first * width, (row + 1) * first * width), start);
      data.set(b!.data.subarray(row * second * width, (row + 1) * second * width), start + first * width);
    }
    return [{ shape: [batch, first + second, width], data }];
  },
  MatMul([a, b]) {
    const [rows, inner] = a!.shape.slice(-2) as [number, number];
    const outer = a!.shape.slice(0, -2);
    const columns = b!.shape.at(-1)!;
    const data = new Float64Array(elementCount(outer) * rows * columns);
    for (let index = 0; index < data.length; index++) {
      const [column, row] = [index % columns, Math.floor(index / columns)];
      const matrix = Math.floor(row / rows);
      for (let k = 0; k < inner; k++) {
        data[index]! += a!.data[row * inner + k]! * b!.data[(matrix * inner + k) * columns + column]!;
      }
    }
    return [{ shape: [...outer, rows, columns], data }];
  },
  Transpose([x], { perm }) {
    const order = perm as readonly number[];
    const shape = order.map((axis) => x!.shape[axis]!);
    const steps = x!.shape.map((_, axis) => elementCount(x!.shape.slice(axis + 1)));
    const data = x!.data.map((_, index) => {
      let [rest, place] = [index, 0];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += (rest % shape[axis]!) * steps[order[axis]!]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      return x!.data[place]!;
    });
    return [{ shape, data }];
  },
  Softmax: ([x]) => [
    byRow(x!, (row) => {
      const largest = Math.max(...row);
      const powers = row.map((value) => Math.exp(value - largest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.map((power) => power / total);
    }),
  ],
  Gemm([given, b, c], attributes) {
    const a = number(attributes, "transA", 0) === 1 ? transpose(given!) : given;
    const [rows, inner] = a!.shape as [number, number];
    const transposed = number(attributes, "transB", 0) === 1;
    const columns = b!.shape[transposed ? 0 : 1]!;
    if (b!.shape[transposed ? 1 : 0] !== inner) throw new Error(`Gemm of [${a!.shape}] and [${b!.shape}].`);
    const [alpha, beta] = [number(attributes, "alpha", 1), number(attributes, "beta", 1)];
    const data = new Float64Array(rows * columns);
    const added = c ? expand(c, [rows, columns]).data : null;
    const [left, right] = [a!.data, b!.data];
    const [across, down] = transposed ? [inner, 1] : [1, columns];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const index = row * columns + column;
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += left[row * inner + k]! * right[column * across + k * down]!;
        data[index] = alpha * sum + (added ? beta * added[index]! : 0);
      }
    }
    return [{ shape: [rows, columns], data }];
  },
  ReduceL2([x, axes], attributes) {
    const [axis] = axes!.data;
    if (x!.shape.length !== 2 || axes!.data.length !== 1 || number(attributes, "keepdims") !== 0) {
      throw new Error("The interpreter's ReduceL2 takes a matrix and one axis.");
    }
    const { shape, data } = axis === 1 ? x! : transpose(x!);
    const [rows, width] = shape as [number, number];
    const norms = Float64Array.from({ length: rows }, (_, row) =>
      Math.hypot(...data.subarray(row * width, (row + 1) * width)),
    );
    return [{ shape: [rows], data: norms }];
  },
  SimplifiedLayerNormalization([x, weight], attributes) {
    const epsilon = number(attributes, "epsilon");
    return [
      byRow(x!, (row) => {
        const rms = Math.sqrt(mean(row.map((value) => value * value)) + epsilon);
        return row.map((value, column) => (value / rms) * weight!.data[column]!);
      }),
    ];
  },
  LayerNormalization([x, weight, bias], attributes) {
    const epsilon = number(attributes, "epsilon");
    return [
      byRow(x!, (row) => {
        const middle = mean(row);
        const deviation = Math.sqrt(mean(row.map((value) => (value - middle) ** 2)) + epsilon);
        return row.map(
          (value, column) => ((value - middle) / deviation) * weight!.data[column]! + (bias?.data[column] ?? 0),
        );
      }),
    ];
  },
  RotaryEmbedding([x, positions, cosine, sine], attributes) {
    if (attributes.interleaved !== 0) throw new Error("The interpreter's rotary embedding rotates halves.");
    const heads = number(attributes, "num_heads");
    const headSize = x!.shape[2]! / heads;
    const half = number(attributes, "rotary_embedding_dim") / 2;
    const data = x!.data.map((value, index) => {
      const column = index % headSize;
      if (column >= 2 * half) return value;
      const angle = positions!.data[Math.floor(index / (heads * headSize))]! * half + (column % half);
      const other = column < half ? -x!.data[index + half]! : x!.data[index - half]!;
      return value * cosine!.data[angle]! + other * sine!.data[angle]!;
    });
    return [{ shape: x!.shape, data }];
  },
  MultiHeadAttention([q, k, v, , , bias], attributes) {
    const heads = number(attributes, "num_heads");
    const scale = number(attributes, "scale");
    const [batch, queries, width] = q!.shape as [number, number, number];
    const keys = k!.shape[1]!;
    const headSize = width / heads;
    if (bias && bias.shape[2] !== queries) throw new Error(`A bias of [${bias.shape}] has no row for every query.`);
    const added = bias && expand(bias, [batch, heads, queries, keys]).data;
    const data = new Float64Array(q!.data.length);
    for (let b = 0; b < batch; b++) {
      for (let head = 0; head < heads; head++) {
        for (let i = 0; i < queries; i++) {
          const query = (b * queries + i) * width + head * headSize;
          const key = (j: number) => (b * keys + j) * width + head * headSize;
          const scores = Array.from({ length: keys }, (_, j) => {
            let score = 0;
            for (let d = 0; d < headSize; d++) score += q!.data[query + d]! * k!.data[key(j) + d]!;
            return scale * score + (added?.[((b * heads + head) * queries + i) * keys + j] ?? 0);
          });
          const largest = Math.max(...scores);
          const powers = scores.map((score) => Math.exp(score - largest));
          const total = powers.reduce((sum, power) => sum + power, 0);
          powers.forEach((power, j) => {
            for (let d = 0; d < headSize; d++) data[query + d]! += (power / total) * v!.data[key(j) + d]!;
          });
        }
      }
    }
    return [{ shape: q!.shape, data }];
  },
};
