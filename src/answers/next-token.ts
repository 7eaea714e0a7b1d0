/**
 * What a run, or the frozen model, predicts: logits over the vocabulary after the last token of
 * some rows. Forward passes alone, of Programs of their own, so that it works whatever the run is
 * trained for. A row is computed again for each of its tokens; nothing is cached.
 */

import type { BaseModel } from "../base/base-model";
import { languageHead } from "../base/language-head";
import { held, leaves } from "../base/leaves";
import { type CompiledDispatches, type DeviceBuffer, type Executor, type Session, upload } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import type { NextTokenModel } from "../generation/generate";
import { lastToken } from "../operations/pool";
import { bind, type Place } from "../program/place";
import { elementCount, tensorBytes } from "../program/tensor";
import { resolveMethod } from "../runs/resolve";
import type { Run } from "../runs/run";
import { buildTunedModel } from "../runs/tuned-program";
import { headColumns, headLogits, rankOf } from "../tasks/language-loss";
import { tasks } from "../tasks/registry";

/** What predicts: a run, or the frozen model. */
export interface PredictingModel {
  readonly owner: string;
  readonly virtualTokens: number;
  readonly tunedSetup: Run["tunedSetup"];
  leaves: Run["leaves"];
  rest: Run["rest"];
}

/** The frozen model by itself. */
export function frozenModel(model: BaseModel): PredictingModel {
  const run = { name: "frozen model", method: "linear-probe", options: {} };
  return {
    owner: run.name,
    virtualTokens: 0,
    tunedSetup: { ...resolveMethod(model, run, 0), task: tasks["causal-lm"], classes: 0, pooling: "last" },
    leaves: async () => leaves(model.buffer),
    rest: () => {},
  };
}

interface Compiled {
  readonly tokens: number;
  readonly session: Session;
  readonly head: CompiledDispatches;
  readonly ids: DeviceBuffer;
  readonly lengths: DeviceBuffer;
  readonly logits: DeviceBuffer;
}

/** The shortest padded length there is; longer ones double. */
const SHORTEST = 16;

export class NextToken {
  /** Tokens that a row may have beside the run's virtual ones. */
  readonly longest: number;
  readonly #executor: Executor;
  readonly #model: BaseModel;
  readonly #run: PredictingModel;
  readonly #size: number;
  readonly #owner: string;
  readonly #compiled = new Map<number, Promise<Compiled>>();

  /**
   * For at most `size` rows at a time. A run must be compiled. Throws an Error if the model
   * predicts nothing.
   */
  constructor(executor: Executor, model: BaseModel, run: PredictingModel, size: number) {
    this.#executor = executor;
    this.#model = model;
    this.#run = run;
    this.#size = size;
    this.#owner = `${run.owner}, next token`;
    this.longest = model.config.contextLength - run.virtualTokens;
    this.#program(1);
  }

  get size(): number {
    return this.#size;
  }

  /** What the decode loop needs. */
  get predictor(): NextTokenModel {
    const { decode, endIds } = this.#model.tokenizer;
    return { logits: (rows) => this.logits(rows), decode, endIds, longest: this.longest };
  }

  /** [vocabulary] for each row; the run must not train meanwhile. */
  async logits(rows: readonly Int32Array[]): Promise<Float32Array[]> {
    const executor = this.#executor;
    const { vocabulary } = this.#model.config;
    const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
    let tokens = SHORTEST;
    while (tokens < longest) tokens *= 2;
    const compiled = await this.#shape(Math.min(tokens, this.longest));
    const ids = new Int32Array(this.#size * compiled.tokens).fill(this.#model.tokenizer.padId ?? 0);
    const lengths = new Int32Array(this.#size).fill(1);
    for (const [row, own] of rows.entries()) {
      ids.set(own, row * compiled.tokens);
      lengths[row] = own.length;
    }
    executor.write(compiled.ids, ids);
    executor.write(compiled.lengths, lengths);
    this.#run.rest();
    await compiled.session.run();
    const commands = executor.commands();
    commands.run(compiled.head);
    await commands.submit();
    const read = new Float32Array(await executor.read(compiled.logits, rows.length * vocabulary * 4));
    return rows.map((_, row) => read.subarray(row * vocabulary, (row + 1) * vocabulary));
  }

  async release(): Promise<void> {
    for (const compiled of this.#compiled.values()) {
      const { session, head } = await compiled;
      await session.release();
      head.release();
    }
    this.#executor.memory.releaseOwner(this.#owner);
  }

  #shape(tokens: number): Promise<Compiled> {
    const known = this.#compiled.get(tokens);
    if (known) return known;
    const compiled = this.#compile(tokens);
    this.#compiled.set(tokens, compiled);
    compiled.catch(() => this.#compiled.delete(tokens));
    return compiled;
  }

  #program(tokens: number) {
    const { program, ids, lengths, states, attachments } = buildTunedModel(this.#run.tunedSetup, this.#size, tokens);
    const { hidden, size, virtualTokens, suffix } = states;
    const last = lastToken(program, "last states", hidden, lengths, {
      batch: size,
      virtualTokens: virtualTokens + suffix,
    });
    const { context, task } = this.#run.tunedSetup;
    // A run with a read-out of its own trains nothing of the head over the vocabulary.
    const head = languageHead(program, context, task.head === "vocabulary" ? attachments : {});
    return { program, ids, lengths, last, head };
  }

  async #compile(tokens: number): Promise<Compiled> {
    await this.#model.loadLanguageHead();
    const { program, ids, lengths, last, head } = this.#program(tokens);
    const allocate = (label: string, bytes: number) =>
      this.#executor.memory.allocate(bytes, { label, category: "runtime", owner: this.#owner });
    const buffers = new Map([ids, lengths, last].map((tensor) => [tensor, allocate(tensor.name, tensorBytes(tensor))]));
    const logits = allocate("next logits", this.#size * this.#model.config.vocabulary * 4);
    for (const noise of program.noises) {
      const ones = new Float32Array(elementCount(noise.shape)).fill(1);
      const options = { label: noise.name, category: "runtime", owner: this.#owner } as const;
      buffers.set(noise, upload(this.#executor, ones, options));
    }
    const buffer = leaves(held(buffers), await this.#run.leaves());
    const session = await this.#executor.session(writeGraph(program, [last]), buffer);
    const columns = headColumns(head);
    const piece = columns > 0 ? allocate("part of next logits", this.#size * columns * 4) : null;
    const inner = head.update ? allocate("update of next logits", this.#size * rankOf(head.update) * 4) : null;
    const scratch = [logits, piece, inner];
    const at = (slot: number): Place => ({ kind: "scratch", slot });
    const dispatches = headLogits(head, this.#size, {
      states: { kind: "output" },
      logits: at(0),
      piece: at(1),
      inner: at(2),
      place: (tensor) => ({ kind: "value", tensor }),
    });
    const list = bind(dispatches, (place) => {
      if (place.kind === "value") return buffer(place.tensor);
      return place.kind === "scratch" ? scratch[place.slot]! : buffers.get(last)!;
    });
    const compiled = await this.#executor.compile(list, { owner: this.#owner });
    return { tokens, session, head: compiled, ids: buffers.get(ids)!, lengths: buffers.get(lengths)!, logits };
  }
}
