/** Program → ONNX model bytes. Every leaf becomes a graph input, so that weights stay in buffers of ours. */

import { create, toBinary } from "@bufbuild/protobuf";
import type { AttributeValue, GraphWriter } from "../program/operation";
import type { Program } from "../program/program";
import type { ElementType, Tensor } from "../program/tensor";
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
} from "./onnx/onnx_pb";

export interface ForwardGraph {
  readonly bytes: Uint8Array;
  /** Leaves in the order of the graph's inputs. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

const dataTypes: Record<ElementType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  int32: TensorProto_DataType.INT32,
};

/** Writes the operations that `outputs` depend on as an ONNX model (IR 10, opset 21 and com.microsoft 1). */
export function writeGraph(program: Program, outputs: readonly Tensor[]): ForwardGraph {
  const writer = new OnnxWriter();
  for (const operation of program.needed(outputs)) operation.forward(writer);
  const graph = create(GraphProtoSchema, {
    name: "program",
    node: writer.nodes,
    initializer: writer.literals,
    input: [...writer.leaves].map(valueInfo),
    output: outputs.map(valueInfo),
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
  return { bytes: toBinary(ModelProtoSchema, model), inputs: [...writer.leaves], outputs };
}

class OnnxWriter implements GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly literals: TensorProto[] = [];
  readonly leaves = new Set<Tensor>();
  readonly #literalNames = new Map<string, string>();
  #intermediates = 0;

  use(tensor: Tensor): string {
    if (tensor.role !== "activation") this.leaves.add(tensor);
    return tensor.name;
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

  literal(
    values: readonly number[],
    type: "int64" | "int32" | "float32",
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

function valueInfo(tensor: Tensor): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name: tensor.name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType: dataTypes[tensor.type],
          shape: { dim: tensor.shape.map((size) => ({ value: { case: "dimValue" as const, value: BigInt(size) } })) },
        },
      },
    },
  });
}
