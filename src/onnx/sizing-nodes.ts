/**
 * Records nodes and the shapes of their values instead of writing them: for what a graph takes
 * before it is made.
 */

import { shapesOf, type Value } from "./node-shapes";
import type { Attributes, Nodes } from "./writer";

export interface SizedNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export class SizingNodes implements Nodes {
  readonly nodes: SizedNode[] = [];
  readonly values = new Map<string, Value>();
  readonly #literals = new Map<string, string>();
  #intermediates = 0;

  /** A value that the graph is given. */
  given(name: string, shape: readonly number[], width: number): void {
    if (!this.values.has(name)) this.values.set(name, { shape, width });
  }

  node: Nodes["node"] = (operator, inputs, attributes = {}, { outputs, outputCount = 1 } = {}) => {
    const names = outputs ? [...outputs] : Array.from({ length: outputCount }, () => `#${this.#intermediates++}`);
    const read = inputs.map((name) => (name === "" ? undefined : this.values.get(name)));
    const made = shapesOf(operator, read, attributes);
    for (const [index, name] of names.entries()) this.values.set(name, made[index]!);
    this.nodes.push({ operator, inputs, outputs: names, attributes });
    return names;
  };

  value: Nodes["value"] = (operator, inputs, attributes) => this.node(operator, inputs, attributes)[0]!;

  literal: Nodes["literal"] = (values, type, shape = [values.length]) => {
    // Long ones are positions: their ends tell them apart.
    const told = values.length > 64 ? [values[0], values.at(-1)] : values;
    const key = `${type} [${shape}] ${told.join(" ")}`;
    const known = this.#literals.get(key);
    if (known) return known;
    const name = `literal ${this.#literals.size}`;
    this.#literals.set(key, name);
    this.values.set(name, { shape, width: type === "int64" ? 8 : 4, host: values });
    return name;
  };
}
