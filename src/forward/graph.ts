/**
 * Program → ONNX model bytes. Every leaf becomes a graph input, so that weights stay in buffers of
 * ours.
 */

import { float16Values } from "../hub/float16";
import { elementTypes, type OnnxType, OnnxWriter } from "../onnx/writer";
import type { GraphWriter } from "../program/operation";
import type { Constant, Program } from "../program/program";
import { requireWhole } from "../program/row-parts";
import type { Tensor } from "../program/tensor";

export interface ForwardGraph {
  readonly bytes: Uint8Array;
  /** Leaves in the order of the graph's inputs. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /**
   * Set if float16 leaves are inputs of 32-bit words, two values each, for devices that cannot
   * compute with float16.
   */
  readonly packed: boolean;
  /** The same graph for devices without `shader-f16`; itself if it has no float16 leaves. */
  pack(): ForwardGraph;
}

/** Every float16 by its bit pattern: what packed weights are unpacked with. */
const float16Table: Constant = {
  name: "float16 values",
  shape: [1 << 16],
  type: "float32",
  role: "constant",
  values: float16Values,
};

/**
 * Writes the operations that `outputs` depend on as an ONNX model (IR 10, opset 21 and
 * com.microsoft 1). Frozen float16 matrices are cast to float32 where they are used, one at a time.
 */
export function writeGraph(program: Program, outputs: readonly Tensor[], packed = false): ForwardGraph {
  const writer = new ProgramWriter(packed);
  for (const operation of program.needed(outputs)) operation.forward(writer);
  const inputs = [...writer.leaves];
  for (const leaf of inputs) {
    const words = packed && leaf.type === "float16";
    const [type, shape]: [OnnxType, readonly number[]] = words
      ? ["uint32", packedShape(leaf.shape)]
      : [leaf.type, leaf.shape];
    writer.graph.input(leaf.name, type, shape);
  }
  for (const { name, type, shape } of outputs) writer.graph.output(name, type, shape);
  const narrow = !packed && inputs.some(({ type }) => type === "float16");
  const written: ForwardGraph = {
    bytes: writer.graph.bytes(),
    inputs,
    outputs,
    packed,
    pack: () => (narrow ? writeGraph(program, outputs, true) : written),
  };
  return written;
}

const toFloat32 = { to: elementTypes.float32 };
const toInt32 = { to: elementTypes.int32 };

class ProgramWriter implements GraphWriter {
  readonly graph = new OnnxWriter();
  readonly leaves = new Set<Tensor>();
  readonly #packed: boolean;

  constructor(packed: boolean) {
    this.#packed = packed;
  }

  value = this.graph.value;
  literal = this.graph.literal;

  use(tensor: Tensor): string {
    const stored = this.#stored(tensor);
    if (tensor.type !== "float16") return stored;
    return this.#packed ? this.#unpack(stored, tensor.shape) : this.value("Cast", [stored], toFloat32);
  }

  rows(table: Tensor, ids: string, output?: Tensor): string {
    const operands = [this.#stored(table), ids];
    const outputs = output && { outputs: [output] };
    if (table.type !== "float16") return this.node("Gather", operands, { axis: 0 }, outputs)[0]!;
    const rows = this.value("Gather", operands, { axis: 0 });
    if (this.#packed) return this.#unpack(rows, [-1, table.shape[1]!], output);
    return this.node("Cast", [rows], toFloat32, outputs)[0]!;
  }

  node: GraphWriter["node"] = (operator, inputs, attributes, { outputs, ...options } = {}) =>
    this.graph.node(operator, inputs, attributes, { ...options, outputs: outputs?.map(({ name }) => name) });

  define: GraphWriter["define"] = (tensor, operator, inputs, attributes, domain = "") => {
    this.node(operator, inputs, attributes, { domain, outputs: [tensor] });
  };

  #stored(tensor: Tensor): string {
    requireWhole(tensor);
    if (tensor.role !== "activation") this.leaves.add(tensor);
    return tensor.name;
  }

  /**
   * Words of two float16 [rows, width / 2] → float32 [rows, width], which is `output` where that is
   * given.
   */
  #unpack(words: string, shape: readonly number[], output?: Tensor): string {
    const base = this.literal([1 << 16], "uint32");
    const high = this.value("Div", [words, base]);
    const low = this.value("Sub", [words, this.value("Mul", [high, base])]);
    const axis = this.literal([2], "int64");
    const halves = [low, high].map((half) => this.value("Unsqueeze", [this.value("Cast", [half], toInt32), axis]));
    const bits = this.value("Concat", halves, { axis: 2 });
    const flat = this.value("Reshape", [bits, this.literal(shape, "int64")]);
    const operands = [this.use(float16Table), flat];
    if (!output) return this.value("Gather", operands, { axis: 0 });
    this.define(output, "Gather", operands, { axis: 0 });
    return output.name;
  }
}

/** Of a float16 tensor as 32-bit words. */
export function packedShape(shape: readonly number[]): number[] {
  return [...shape.slice(0, -1), shape.at(-1)! / 2];
}
