/**
 * Dispatches as one ONNX graph: the third lowering. What they do to buffers becomes values that are
 * assigned once; what is read before it is written is an input, and what somebody reads after them
 * an output, both in the buffers where they lie.
 */

import type { Dispatch, GraphPlaces, ProcessorForm } from "../../kernels/kernel";
import { cut, reshape } from "../../kernels/nodes";
import { elementTypes, type Nodes, type OnnxType } from "../../onnx/writer";
import { elementCount } from "../../program/tensor";

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

/** A value that goes in or out, and what it is in. */
export interface PlacedValue<Place> {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly place: Place;
}

const isColumns = (held: Value | Columns): held is Columns => "parts" in held;

/** `Place`: what dispatches are bound to; the same object is the same place. */
export class GraphPart<Place extends object> {
  readonly #writer: Nodes;
  /** What buffers hold by now. */
  readonly #held = new Map<Place, Value | Columns>();
  readonly #inputs = new Map<string, PlacedValue<Place>>();
  readonly #numbers = new Map<Place, number>();

  readonly #onInput: (name: string, shape: readonly number[], type: OnnxType) => void;

  /** `onInput` is told of every value that the graph reads, before it is read. */
  constructor(writer: Nodes, onInput: (name: string, shape: readonly number[], type: OnnxType) => void) {
    this.#writer = writer;
    this.#onInput = onInput;
  }

  add({ kernel, bindings, sizes, options, stored }: Dispatch<Place>): void {
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
  get written(): Iterable<Place> {
    return this.#held.keys();
  }

  /** The buffers that it reads as they were before. */
  get read(): Iterable<Place> {
    return [...this.#inputs.values()].map(({ place }) => place);
  }

  /** Ends the graph; `isWanted` says of what is written whether anybody reads it. */
  finish(isWanted: (place: Place) => boolean): {
    inputs: readonly PlacedValue<Place>[];
    outputs: readonly PlacedValue<Place>[];
  } {
    const wanted = [...this.#held.keys()].filter(isWanted);
    const outputs = wanted.map((place, index): PlacedValue<Place> => {
      const { name: held, shape } = this.#whole(place)!;
      // A name of its own, since one value may be in two places, or be an input.
      const [name] = this.#writer.node("Identity", [held], {}, { outputs: [`out ${index}`] });
      return { name: name!, type: "float32", shape, place };
    });
    return { inputs: [...this.#inputs.values()], outputs };
  }

  #read(place: Place, type: OnnxType, shape: readonly number[]): string {
    const held = this.#whole(place);
    if (held) return this.#as(held, shape);
    const name = this.#input(place, type, shape);
    return type === "float16" ? this.#writer.value("Cast", [name], { to: elementTypes.float32 }) : name;
  }

  /** A place read under two shapes is two inputs: both lie in the same place. */
  #input(place: Place, type: OnnxType, shape: readonly number[]): string {
    let number = this.#numbers.get(place);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(place, number);
    }
    const name = `in ${number} ${type} ${shape.join(" ")}`;
    if (!this.#inputs.has(name)) {
      this.#inputs.set(name, { name, type, shape, place });
      this.#onInput(name, shape, type);
    }
    return name;
  }

  #as({ name, shape: own }: Value, shape: readonly number[]): string {
    if (own.length === shape.length && own.every((size, axis) => size === shape[axis])) return name;
    const [held, asked] = [elementCount(own), elementCount(shape)];
    if (held < asked) throw new Error(`${held} numbers were written where [${shape}] is read.`);
    const flat = held > asked ? cut(this.#writer, reshape(this.#writer, name, held), 0, 0, asked) : name;
    return reshape(this.#writer, flat, ...shape);
  }

  #sum(place: Place, value: string, shape: readonly number[]): string {
    return this.#writer.value("Add", [this.#read(place, "float32", shape), value]);
  }

  /** What a place holds as one value; undefined where it has not been written. */
  #whole(place: Place): Value | undefined {
    const held = this.#held.get(place);
    if (!held || !isColumns(held)) return held;
    const { rows, outWidth, parts, before } = held;
    const shape = [rows, outWidth];
    const old = () => (before ? this.#as(before, shape) : this.#input(place, "float32", shape));
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
    this.#held.set(place, value);
    return value;
  }

  #writeColumns(
    place: Place,
    value: string,
    { rows, width, outWidth, start }: Readonly<Record<"rows" | "width" | "outWidth" | "start", number>>,
    accumulate: boolean,
  ): void {
    if (accumulate) {
      const ends = this.#writer.literal([0, start, 0, outWidth - start - width], "int64");
      const padded = this.#writer.value("Pad", [value, ends]);
      const shape = [rows, outWidth];
      this.#held.set(place, { name: this.#sum(place, padded, shape), shape });
      return;
    }
    const held = this.#held.get(place);
    const isFree = ({ parts }: Columns) =>
      [...parts].every(([other, own]) => other + own.width <= start || start + width <= other);
    const fits = held && isColumns(held) && held.rows === rows && held.outWidth === outWidth && isFree(held);
    const columns = fits ? held : { rows, outWidth, parts: new Map(), before: this.#whole(place) };
    columns.parts.set(start, { name: value, width });
    this.#held.set(place, columns);
  }
}
