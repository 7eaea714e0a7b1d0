/**
 * Writes ONNX graphs: nodes on named values, small constants, inputs and outputs → the bytes of a
 * model (IR 10, opset 21).
 */

import { create, toBinary } from "@bufbuild/protobuf";
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
} from "./onnx_pb";

export type AttributeValue = number | string | { readonly float: number } | readonly number[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** ONNX's numbers of the element types that we use. */
export const elementTypes = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  int32: TensorProto_DataType.INT32,
  uint32: TensorProto_DataType.UINT32,
  int64: TensorProto_DataType.INT64,
} as const;
export type OnnxType = keyof typeof elementTypes;

const literalArrays = {
  float32: (values: readonly number[]) => Float32Array.from(values),
  int32: (values: readonly number[]) => Int32Array.from(values),
  uint32: (values: readonly number[]) => Uint32Array.from(values),
  int64: (values: readonly number[]) => BigInt64Array.from(values, BigInt),
};
export type LiteralType = keyof typeof literalArrays;

/** What writes nodes. Values are names; an empty input name means "left out". */
export interface Nodes {
  /** Adds a node and returns the names of its outputs. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes?: Attributes,
    options?: { readonly domain?: string; readonly outputs?: readonly string[]; readonly outputCount?: number },
  ): string[];
  /** A node with one output. */
  value(operator: string, inputs: readonly string[], attributes?: Attributes, domain?: string): string;
  /** A small constant inside the graph: shapes, axes (int64), or numbers. */
  literal(values: readonly number[], type: LiteralType, shape?: readonly number[]): string;
}

export class OnnxWriter implements Nodes {
  readonly #nodes: NodeProto[] = [];
  readonly #literals: TensorProto[] = [];
  readonly #literalNames = new Map<string, string>();
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  #intermediates = 0;

  node: Nodes["node"] = (operator, inputs, attributes = {}, { domain = "", outputs, outputCount = 1 } = {}) => {
    const output = outputs ? [...outputs] : Array.from({ length: outputCount }, () => `#${this.#intermediates++}`);
    const attribute = Object.entries(attributes).map(([name, value]) => writeAttribute(name, value));
    const name = `${operator} ${this.#nodes.length}`;
    this.#nodes.push(
      create(NodeProtoSchema, { opType: operator, name, domain, input: [...inputs], output, attribute }),
    );
    return output;
  };

  value: Nodes["value"] = (operator, inputs, attributes, domain) =>
    this.node(operator, inputs, attributes, { domain })[0]!;

  literal: Nodes["literal"] = (values, type, shape = [values.length]) => {
    const key = `${type} [${shape}] ${values.join(" ")}`;
    const known = this.#literalNames.get(key);
    if (known) return known;
    const name = `literal ${this.#literals.length}`;
    this.#literalNames.set(key, name);
    const rawData = new Uint8Array(literalArrays[type](values).buffer);
    const tensor = { name, dims: shape.map(BigInt), dataType: elementTypes[type], rawData };
    this.#literals.push(create(TensorProtoSchema, tensor));
    return name;
  };

  input(name: string, type: OnnxType, shape: readonly number[]): void {
    this.#inputs.push(valueInfo(name, type, shape));
  }

  output(name: string, type: OnnxType, shape: readonly number[]): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  bytes(): Uint8Array {
    const graph = create(GraphProtoSchema, {
      name: "program",
      node: this.#nodes,
      initializer: this.#literals,
      input: this.#inputs,
      output: this.#outputs,
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
    return toBinary(ModelProtoSchema, model);
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

function valueInfo(name: string, type: OnnxType, shape: readonly number[]): ValueInfoProto {
  const dim = shape.map((size) => ({ value: { case: "dimValue" as const, value: BigInt(size) } }));
  const tensorType = { elemType: elementTypes[type], shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: "tensorType", value: tensorType } } });
}
