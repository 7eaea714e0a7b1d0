/**
 * Dispatches as one ONNX graph: the third lowering. What they do to buffers becomes values that are assigned once; what is read
 * before it is written is an input, and what somebody reads behind them an output, both in the buffers where they lie.
 */

import type { Dispatch, GraphPlaces, ProcessorForm } from "../../kernels/kernel";
import { cut, reshape } from "../../kernels/nodes";
import { elementTypes, type OnnxType, OnnxWriter } from "../../onnx/writer";
import { elementCount } from "../../program/tensor";
import type { HeapBuffer } from "./heap";
import type { BoundValue } from "./sessions";

interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Columns of a matrix that have been written so far. */
interface Columns {
  readonly rows: number;
  readonly outWidth: number;
  /** By where they start. */
  readonly parts: Map<number, { readonly name: string; readonly width: number }>;
  /** What the buffer held before; undefined: what was in it when the graph began. */
  readonly before: Value | undefined;
}

export interface WrittenPart {
  readonly graph: Uint8Array;
  readonly inputs: readonly BoundValue[];
  readonly outputs: readonly BoundValue[];
}

const isColumns = (held: Value | Columns): held is Columns => "parts" in held;

export class GraphPart {
  readonly #writer = new OnnxWriter();
  /** What buffers hold by now. */
  readonly #held = new Map<HeapBuffer, Value | Columns>();
  readonly #inputs = new Map<string, BoundValue>();
  readonly #numbers = new Map<HeapBuffer, number>();

  add({ kernel, bindings, sizes, options, stored }: Dispatch<HeapBuffer>): void {
    const { nodes } = kernel.processor as Extract<ProcessorForm, { nodes: unknown }>;
    const at = (binding: string) => bindings[binding]!;
    const places: GraphPlaces = {
      read: (binding, shape) => {
        const isPacked = (stored?.[binding] ?? kernel.stored?.[binding]) === "packed";
        return this.#read(at(binding), isPacked ? "float16" : "float32", shape);
      },
      integers: (binding, shape) => this.#read(at(binding), "int32", shape),
      write: (binding, value, shape, accumulate = 0) => {
        const name = accumulate === 1 ? this.#sum(at(binding), value, shape) : value;
        this.#held.set(at(binding), { name, shape });
      },
      writeColumns: (binding, value, place, accumulate = 0) =>
        this.#writeColumns(at(binding), value, place, accumulate === 1),
    };
    nodes(this.#writer, places, sizes, { ...kernel.options, ...options });
  }

  /** The buffers that it writes. */
  get written(): Iterable<HeapBuffer> {
    return this.#held.keys();
  }

  /** The buffers that it reads as they were before. */
  get read(): Iterable<HeapBuffer> {
    return [...this.#inputs.values()].map(({ buffer }) => buffer);
  }

  /** Ends the graph; `isWanted` says of what is written whether anybody reads it. */
  finish(isWanted: (buffer: HeapBuffer) => boolean): WrittenPart {
    const wanted = [...this.#held.keys()].filter(isWanted);
    const outputs = wanted.map((buffer, index): BoundValue => {
      const { name: held, shape } = this.#whole(buffer)!;
      // A name of its own, since one value may be in two buffers, or be an input.
      const [name] = this.#writer.node("Identity", [held], {}, { outputs: [`out ${index}`] });
      return { name: name!, type: "float32", shape, buffer };
    });
    const inputs = [...this.#inputs.values()];
    for (const { name, type, shape } of inputs) this.#writer.input(name, type, shape);
    for (const { name, type, shape } of outputs) this.#writer.output(name, type, shape);
    return { graph: this.#writer.bytes(), inputs, outputs };
  }

  #read(buffer: HeapBuffer, type: OnnxType, shape: readonly number[]): string {
    const held = this.#whole(buffer);
    if (held) return this.#as(held, shape, buffer.label);
    const name = this.#input(buffer, type, shape);
    return type === "float16" ? this.#writer.value("Cast", [name], { to: elementTypes.float32 }) : name;
  }

  /** A buffer read under two shapes is two inputs: both lie in the same place. */
  #input(buffer: HeapBuffer, type: OnnxType, shape: readonly number[]): string {
    let number = this.#numbers.get(buffer);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(buffer, number);
    }
    const name = `in ${number} ${type} ${shape.join(" ")}`;
    if (!this.#inputs.has(name)) this.#inputs.set(name, { name, type, shape, buffer });
    return name;
  }

  #as({ name, shape: own }: Value, shape: readonly number[], label: string): string {
    if (own.length === shape.length && own.every((size, axis) => size === shape[axis])) return name;
    const [held, asked] = [elementCount(own), elementCount(shape)];
    if (held < asked) throw new Error(`"${label}" holds ${held} numbers and is read as [${shape}].`);
    const flat = held > asked ? cut(this.#writer, reshape(this.#writer, name, held), 0, 0, asked) : name;
    return reshape(this.#writer, flat, ...shape);
  }

  #sum(buffer: HeapBuffer, value: string, shape: readonly number[]): string {
    return this.#writer.value("Add", [this.#read(buffer, "float32", shape), value]);
  }

  /** What a buffer holds as one value; undefined where it has not been written. */
  #whole(buffer: HeapBuffer): Value | undefined {
    const held = this.#held.get(buffer);
    if (!held || !isColumns(held)) return held;
    const { rows, outWidth, parts, before } = held;
    const shape = [rows, outWidth];
    const old = () => (before ? this.#as(before, shape, buffer.label) : this.#input(buffer, "float32", shape));
    const names: string[] = [];
    let column = 0;
    for (const start of [...parts.keys(), outWidth].sort((a, b) => a - b)) {
      if (start > column) names.push(cut(this.#writer, old(), 1, column, start));
      const part = parts.get(start);
      if (!part) break;
      names.push(part.name);
      column = start + part.width;
    }
    const value = { name: this.#writer.value("Concat", names, { axis: 1 }), shape };
    this.#held.set(buffer, value);
    return value;
  }

  #writeColumns(
    buffer: HeapBuffer,
    value: string,
    { rows, width, outWidth, start }: Readonly<Record<"rows" | "width" | "outWidth" | "start", number>>,
    accumulate: boolean,
  ): void {
    if (accumulate) {
      const ends = this.#writer.literal([0, start, 0, outWidth - start - width], "int64");
      const padded = this.#writer.value("Pad", [value, ends]);
      const shape = [rows, outWidth];
      this.#held.set(buffer, { name: this.#sum(buffer, padded, shape), shape });
      return;
    }
    const held = this.#held.get(buffer);
    const fits = held && isColumns(held) && held.rows === rows && held.outWidth === outWidth && !held.parts.has(start);
    const columns = fits ? held : { rows, outWidth, parts: new Map(), before: this.#whole(buffer) };
    columns.parts.set(start, { name: value, width });
    this.#held.set(buffer, columns);
  }
}
