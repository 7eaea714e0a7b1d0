/**
 * What a Program's graph would consist of: nodes, the shapes of their values, and what it reads.
 * Nothing is written.
 */

import type { Value } from "../onnx/node-shapes";
import { type SizedNode, SizingNodes } from "../onnx/sizing-nodes";
import { elementTypes } from "../onnx/writer";
import type { GraphWriter } from "../program/operation";
import type { Program } from "../program/program";
import { requireWhole } from "../program/row-parts";
import { elementBytes, type Tensor } from "../program/tensor";

const toFloat32 = { to: elementTypes.float32 };

export class ProgramSizes implements GraphWriter {
  readonly #sizing = new SizingNodes();
  readonly #leaves = new Set<Tensor>();

  /** Of the operations that `outputs` depend on. */
  constructor(program: Program, outputs: readonly Tensor[]) {
    for (const operation of program.needed(outputs)) operation.forward(this);
  }

  get nodes(): readonly SizedNode[] {
    return this.#sizing.nodes;
  }

  get values(): ReadonlyMap<string, Value> {
    return this.#sizing.values;
  }

  get leaves(): readonly Tensor[] {
    return [...this.#leaves];
  }

  value = this.#sizing.value;
  literal = this.#sizing.literal;

  use(tensor: Tensor): string {
    const stored = this.#stored(tensor);
    return tensor.type === "float16" ? this.value("Cast", [stored], toFloat32) : stored;
  }

  rows(table: Tensor, ids: string, output?: Tensor): string {
    const operands = [this.#stored(table), ids];
    const outputs = output && { outputs: [output] };
    if (table.type !== "float16") return this.node("Gather", operands, {}, outputs)[0]!;
    return this.node("Cast", [this.value("Gather", operands)], toFloat32, outputs)[0]!;
  }

  node: GraphWriter["node"] = (operator, inputs, attributes, { outputs, ...options } = {}) =>
    this.#sizing.node(operator, inputs, attributes, { ...options, outputs: outputs?.map(({ name }) => name) });

  define: GraphWriter["define"] = (tensor, operator, inputs, attributes) => {
    this.node(operator, inputs, attributes, { outputs: [tensor] });
  };

  #stored(tensor: Tensor): string {
    requireWhole(tensor);
    const { name, shape, type } = tensor;
    if (tensor.role !== "activation") this.#leaves.add(tensor);
    this.#sizing.given(name, shape, elementBytes(type));
    return name;
  }
}
