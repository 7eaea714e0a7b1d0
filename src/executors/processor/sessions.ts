/**
 * onnxruntime's sessions on the processor, and their tensors in our memory. Every leaf of a graph
 * is an input, so a session holds no numbers: all runs with the same graph share one.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { createBreather } from "../../data/breathe";
import { elementTypes, type OnnxType } from "../../onnx/writer";
import type { HeapBuffer } from "./heap";
import { outOfMemory } from "./limits";
import { check, type OrtModule } from "./module";

/** A named value of a graph, and where it lies. */
export interface BoundValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly buffer: HeapBuffer;
}

/** A session bound to buffers. */
export interface BoundSession {
  run(): Promise<void>;
  release(): void;
}

/** All optimisations: what is fused is not written and read again. */
const OPTIMISATION = 99;
/** Of session and run: errors only. */
const LOG_SEVERITY = 3;
/** Tensors in the module's own memory. */
const ON_PROCESSOR = 1;

const bytesOf = ({ shape, type }: Pick<BoundValue, "shape" | "type">) =>
  shape.reduce((product, size) => product * size, 1) * (type === "float16" ? 2 : type === "int64" ? 8 : 4);

export class Sessions {
  readonly #module: OrtModule;
  readonly #open = new Map<string, { readonly session: Promise<number>; users: number }>();
  /** Not before every run: a message is garbage that browsers let lie for thousands of steps. */
  readonly #breathe = createBreather();

  constructor(module: OrtModule) {
    this.#module = module;
  }

  /** Rejects with an Error that says what onnxruntime has against the graph. */
  async bind(graph: Uint8Array, inputs: readonly BoundValue[], outputs: readonly BoundValue[]): Promise<BoundSession> {
    const module = this.#module;
    const { session, release } = await this.#session(graph);
    const allocated: number[] = [];
    const tensors: number[] = [];
    const giveBack = () => {
      for (const handle of tensors.splice(0)) module._OrtReleaseTensor(handle);
      for (const place of allocated.splice(0)) module._free(place);
      release();
    };
    const allocate = (bytes: number) => {
      const place = module._malloc(bytes);
      if (place === 0) throw outOfMemory(module, `binding a graph needs ${bytes} bytes`, "graph", bytes);
      allocated.push(place);
      return place;
    };
    const pointers = (values: readonly number[]) => {
      const place = allocate(Math.max(1, values.length) * module.PTR_SIZE);
      for (const [index, value] of values.entries()) module.setValue(place + index * module.PTR_SIZE, value, "*");
      return place;
    };
    const text = ({ name }: BoundValue) => {
      const bytes = module.lengthBytesUTF8(name) + 1;
      const place = allocate(bytes);
      module.stringToUTF8(name, place, bytes);
      return place;
    };
    const tensor = (value: BoundValue) => {
      const { name, type, shape, buffer } = value;
      const bytes = bytesOf(value);
      if (bytes > buffer.size) {
        throw new Error(`"${name}" [${shape}] needs ${bytes} bytes; its buffer "${buffer.label}" has ${buffer.size}.`);
      }
      const stack = module.stackSave();
      const dims = module.stackAlloc(Math.max(1, shape.length) * module.PTR_SIZE);
      for (const [index, size] of shape.entries()) module.setValue(dims + index * module.PTR_SIZE, size, "*");
      const handle = module._OrtCreateTensor(
        elementTypes[type],
        buffer.pointer,
        bytes,
        dims,
        shape.length,
        ON_PROCESSOR,
      );
      module.stackRestore(stack);
      check(module, handle !== 0, `onnxruntime makes no tensor of "${name}"`);
      tensors.push(handle);
      return handle;
    };
    const bound = () => ({
      inputNames: pointers(inputs.map(text)),
      inputs: pointers(inputs.map(tensor)),
      outputNames: pointers(outputs.map(text)),
      // Set before every run, since a run puts there what it has computed.
      outputs: pointers(outputs.map(() => 0)),
      results: outputs.map(tensor),
    });
    let places: ReturnType<typeof bound>;
    try {
      places = bound();
    } catch (error) {
      giveBack();
      throw error;
    }
    return {
      run: async () => {
        await this.#breathe();
        for (const [index, handle] of places.results.entries()) {
          module.setValue(places.outputs + index * module.PTR_SIZE, handle, "*");
        }
        const code = await module._OrtRun(
          session,
          places.inputNames,
          places.inputs,
          inputs.length,
          places.outputNames,
          outputs.length,
          places.outputs,
          0,
        );
        check(module, code === 0, "onnxruntime could not run a graph");
      },
      release: giveBack,
    };
  }

  /** The session of a graph, made once for all who ask while anybody has it. */
  async #session(graph: Uint8Array): Promise<{ session: number; release: () => void }> {
    const key = sha256(graph).join(" ");
    let open = this.#open.get(key);
    if (!open) {
      open = { session: this.#create(graph), users: 0 };
      this.#open.set(key, open);
    }
    const own = open;
    own.users++;
    const release = () => {
      if (--own.users > 0) return;
      this.#open.delete(key);
      void own.session.then((session) => this.#module._OrtReleaseSession(session)).catch(() => {});
    };
    try {
      return { session: await own.session, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #create(graph: Uint8Array): Promise<number> {
    const module = this.#module;
    const model = module._malloc(graph.length);
    check(module, model !== 0, `There is no memory for a graph of ${graph.length} bytes`);
    // Neither an arena nor a plan of one block: what a run takes goes back piece by piece, to be
    // taken by whoever runs next.
    const options = module._OrtCreateSessionOptions(OPTIMISATION, 0, 0, 0, 0, 0, 0, LOG_SEVERITY, 0, 0);
    try {
      check(module, options !== 0, "onnxruntime makes no session options");
      module.HEAPU8.set(graph, model);
      const session = await module._OrtCreateSession(model, graph.length, options);
      check(module, session !== 0, "onnxruntime does not take a graph");
      return session;
    } finally {
      if (options !== 0) module._OrtReleaseSessionOptions(options);
      module._free(model);
    }
  }
}
