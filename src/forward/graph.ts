/** Program → ONNX model bytes. Every leaf becomes a graph input, so that weights stay in buffers of ours. */

import { create, toBinary } from "@bufbuild/protobuf";
import { float16Values } from "../hub/float16";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "../onnx/onnx_pb";
import type { AttributeValue, GraphWriter } from "../program/operation";
import type { Constant, Program } from "../program/program";
import { requireWhole } from "../program/row-parts";
import type { ElementType, Tensor } from "../program/tensor";

export interface ForwardGraph {
  readonly bytes: Uint8Array;
  /** Leaves in the order of the graph's inputs. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Set if float16 leaves are inputs of 32-bit words, two values each, for devices that cannot compute with float16. */
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

const dataTypes: Record<ElementType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  int32: TensorProto_DataType.INT32,
};

/**
 * Writes the operations that `outputs` depend on as an ONNX model (IR 10, opset 21 and com.microsoft 1). Frozen float16
 * matrices are cast to float32 where they are used, one at a time.
 */
export function writeGraph(program: Program, outputs: readonly Tensor[], packed = false): ForwardGraph {
  const writer = new OnnxWriter(packed);
  for (const operation of program.needed(outputs)) operation.forward(writer);
  const graph = create(GraphProtoSchema, {
    name: "program",
    node: writer.nodes,
    initializer: writer.literals,
    input: [...writer.leaves].map((leaf) => valueInfo(leaf, packed && leaf.type === "float16")),
    output: outputs.map((output) => valueInfo(output)),
  });
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    producerName: "sk-tuning-studio",
    opsetImport: [
      { domain: "", version: 21n },
      { domain: "com.microsoft", version: 1n },
    ],
    graph,
  });
  const inputs = [...writer.leaves];
  const bytes = toBinary(ModelProtoSchema, model);
  const narrow = !packed && inputs.some(({ type }) => type === "float16");
  const written: ForwardGraph = {
    bytes,
    inputs,
    outputs,
    packed,
    pack: () => (narrow ? writeGraph(program, outputs, true) : written),
  };
  return written;
}

const toFloat32 = { to: TensorProto_DataType.FLOAT };
const toInt32 = { to: TensorProto_DataType.INT32 };

class OnnxWriter implements GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly literals: TensorProto[] = [];
  readonly leaves = new Set<Tensor>();
  readonly #literalNames = new Map<string, string>();
  readonly #packed: boolean;
  #intermediates = 0;

  constructor(packed: boolean) {
    this.#packed = packed;
  }

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

  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    options: { domain?: string; outputs?: readonly Tensor[]; outputCount?: number } = {},
  ): string[] {
    const { domain = "", outputCount = 1 } = options;
    const outputs = options.outputs
      ? options.outputs.map((tensor) => tensor.name)
      : Array.from({ length: outputCount }, () => `#${this.#intermediates++}`);
    const attribute = Object.entries(attributes).map(([name, value]) => writeAttribute(name, value));
    this.nodes.push(
      create(NodeProtoSchema, {
        opType: operator,
        name: `${operator} ${this.nodes.length}`,
        domain,
        input: [...inputs],
        output: outputs,
        attribute,
      }),
    );
    return outputs;
  }

  define(
    tensor: Tensor,
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    domain = "",
  ): void {
    this.node(operator, inputs, attributes, { domain, outputs: [tensor] });
  }

  value(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    domain = "",
  ): string {
    return this.node(operator, inputs, attributes, { domain })[0]!;
  }

  #stored(tensor: Tensor): string {
    requireWhole(tensor);
    if (tensor.role !== "activation") this.leaves.add(tensor);
    return tensor.name;
  }

  /** Words of two float16 [rows, width / 2] → float32 [rows, width], which is `output` where that is given. */
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

  literal(
    values: readonly number[],
    type: "int64" | "int32" | "uint32" | "float32",
    shape: readonly number[] = [values.length],
  ): string {
    const key = `${type} [${shape}] ${values.join(" ")}`;
    const known = this.#literalNames.get(key);
    if (known) return known;
    const name = `literal ${this.literals.length}`;
    this.#literalNames.set(key, name);
    const tensor = create(TensorProtoSchema, { name, dims: shape.map(BigInt) });
    if (type === "int64") {
      tensor.dataType = TensorProto_DataType.INT64;
      tensor.rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    } else if (type === "int32") {
      tensor.dataType = TensorProto_DataType.INT32;
      tensor.rawData = new Uint8Array(Int32Array.from(values).buffer);
    } else if (type === "uint32") {
      tensor.dataType = TensorProto_DataType.UINT32;
      tensor.rawData = new Uint8Array(Uint32Array.from(values).buffer);
    } else {
      tensor.dataType = TensorProto_DataType.FLOAT;
      tensor.rawData = new Uint8Array(Float32Array.from(values).buffer);
    }
    this.literals.push(tensor);
    return name;
  }
}

function writeAttribute(name: string, value: AttributeValue) {
  if (typeof value === "string") {
    const s = new TextEncoder().encode(value);
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s });
  }
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
  }
  if ("float" in value) {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  }
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) });
}

function valueInfo(tensor: Tensor, packed = false): ValueInfoProto {
  const shape = packed ? packedShape(tensor.shape) : tensor.shape;
  return create(ValueInfoProtoSchema, {
    name: tensor.name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType: packed ? TensorProto_DataType.UINT32 : dataTypes[tensor.type],
          shape: { dim: shape.map((size) => ({ value: { case: "dimValue" as const, value: BigInt(size) } })) },
        },
      },
    },
  });
}

/** Of a float16 tensor as 32-bit words. */
export function packedShape(shape: readonly number[]): number[] {
  return [...shape.slice(0, -1), shape.at(-1)! / 2];
}
