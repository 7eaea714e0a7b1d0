/**
 * What virtual tokens have become, in words. A prompt's are embeddings: the nearest words are those
 * of the vocabulary with the most alike embedding. A prefix has none, only keys and values of every
 * layer; its nearest words are those whose values the frozen model computes most alike, each word
 * read alone. Values, not keys: they are what a token that looks there receives, and rotary
 * positions do not turn them. The deeper a layer, the more its values depend on what stands around
 * a word, so the less one that was read alone says.
 */

import * as z from "zod";
import type { Layer } from "../base/leaves";
import { computeValues, withSession } from "../base/once";
import { INPUT_IDS } from "../data/batches";
import { createBreather } from "../data/breathe";
import { semanticNames } from "../methods/semantic";
import { Program } from "../program/program";
import { type Tensor, tensorBytes } from "../program/tensor";
import type { Run } from "../runs/run";
import { buildTunedProgram, type TunedProgram } from "../runs/tuned-program";
import { cosines } from "./alike-rows";
import { type ReadToken, readTokens } from "./asked";
import type { Instrument, MeasuredRun, Measuring } from "./instrument";

export interface VirtualWords {
  /** What is compared: embeddings of a prompt, or values of a prefix in one layer. */
  readonly what: "embeddings" | "values";
  /** Layers that may be asked for; empty for embeddings. */
  readonly layers: readonly number[];
  readonly layer: number | null;
  /** How many words were compared: all of the vocabulary, or the most frequent of the rows. */
  readonly words: number;
  readonly tokens: readonly {
    /** The word of the method's text that it was made of, and the cosine to it now. */
    readonly made: { readonly word: ReadToken; readonly cosine: number } | null;
    /** The most alike first. */
    readonly nearest: readonly { readonly text: string; readonly cosine: number }[];
  }[];
}

/** Words that are listed for each token. */
const NEAREST = 5;
/** Words of the training rows that a prefix is compared with. */
const FREQUENT = 1000;
/** Words that are read at a time. */
const AT_ONCE = 64;

const inputSchema = z.strictObject({
  /** Of a prefix, from 0; null: the first that has one. */
  layer: z.int().min(0).nullable(),
});

export const virtualWords: Instrument<z.infer<typeof inputSchema>, VirtualWords> = {
  title: "What have the virtual tokens become?",
  summary: "The words that each virtual token is nearest to.",
  input: inputSchema,
  refusal({ comparison, name }) {
    const run = comparison.run(name);
    const { method } = run.setup;
    if (run.virtualTokens === 0) return `${method.title} has no virtual tokens.`;
    const { front } = buildTunedProgram({ ...run.tunedSetup, onlyRead: true }, 1, 1);
    if (front.prompt || front.values.length > 0) return null;
    return `${method.title} puts its virtual tokens after the text, as plain words: nothing is near what they are.`;
  },
  measure(run, { layer }) {
    return run.comparison.hold(run.name, async (held) => {
      const tuned = buildTunedProgram({ ...held.tunedSetup, onlyRead: true }, 1, 1);
      held.rest();
      return tuned.front.prompt ? ofPrompt(run, held, tuned) : ofPrefix(run, held, tuned, layer);
    });
  },
};

async function ofPrompt(run: MeasuredRun, held: Run, tuned: TunedProgram): Promise<VirtualWords> {
  const { model } = run;
  const prompt = (await held.readFront(tuned)).get(tuned.front.prompt!)!;
  const ids = Array.from({ length: model.tokenizer.size }, (_, id) => id).filter((id) => !isSpecial(run, id));
  const made = held.context.textIds;
  const nearest = new Nearest(prompt, model.config.hiddenSize);
  for (let start = 0; start < ids.length; start += 1024) {
    const some = ids.slice(start, start + 1024);
    await nearest.add(some, await embed(run, some));
  }
  const words = made.length === nearest.vectors.length ? await embed(run, made) : null;
  return {
    ...{ what: "embeddings", layers: [], layer: null, words: ids.length },
    tokens: describe(run, nearest, made, words),
  };
}

async function ofPrefix(run: Measuring, held: Run, tuned: TunedProgram, asked: number | null): Promise<VirtualWords> {
  const { executor, model } = run;
  const sites = tuned.built.attentions;
  const layers = [...sites.keys()].filter(
    (layer) => (sites[layer]!.added?.keys.shape[0] ?? sites[layer]!.prefixed) > 0,
  );
  const layer = asked ?? layers[0]!;
  const place = layers.indexOf(layer);
  if (place < 0) throw new Error(`Layer ${layer} has no prefix; these have: ${layers.join(", ")}.`);
  const front = tuned.front.values[place]!;
  const prefix = (await held.readFront(tuned)).get(front)!;
  const ids = frequentWords(run);
  const nearest = new Nearest(prefix, front.shape[1]!);
  await readAlone(run, ids, layer, (some, values) => nearest.add(some, values));
  const made = held.context.textIds;
  let words: Float32Array | null = null;
  if (made.length === nearest.vectors.length) {
    const read = (await model.semantic(made, layer + 1)).get(semanticNames.values(layer))!;
    words = new Float32Array(await executor.read(read, prefix.byteLength));
  }
  return {
    ...{ what: "values", layers, layer, words: ids.length },
    tokens: describe(run, nearest, made, words),
  };
}

const isSpecial = ({ model }: MeasuredRun, id: number) => model.tokenizer.specialIds.has(id);

/** Tokens of the training rows, the most frequent first; of equal ones the lower id. */
function frequentWords(run: MeasuredRun): number[] {
  const counts = new Map<number, number>();
  for (const { ids } of run.data.train) {
    for (const id of ids) if (!isSpecial(run, id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, many], [b, more]) => more - many || a - b);
  return sorted.slice(0, FREQUENT).map(([id]) => id);
}

/** Embeddings [ids, hiddenSize] as they enter the first block. */
async function embed({ executor, model }: MeasuredRun, some: readonly number[]): Promise<Float32Array> {
  const { family, config, precision, largestBuffer } = model;
  const program = new Program(precision, largestBuffer);
  const ids = program.input(INPUT_IDS, [some.length], "int32");
  const words = family.embed(program, config, "words", ids);
  const given = (leaf: Tensor) => (leaf === ids ? Int32Array.from(some) : undefined);
  return (await computeValues(executor, { program, given, leaves: model.buffer }, [words])).get(words)!;
}

/**
 * Values of words in a layer of the frozen model, each word alone between the tokenizer's special
 * tokens: `add` gets those of some words at a time, [words, width].
 */
async function readAlone(
  { executor, model, report, signal, name }: Measuring,
  words: readonly number[],
  layer: number,
  add: (words: readonly number[], values: Float32Array) => Promise<void>,
): Promise<void> {
  const { family, config, precision, largestBuffer, tokenizer } = model;
  const around = tokenizer.encode("");
  const before = around.slice(0, around.length - tokenizer.trailingSpecials);
  const after = around.slice(before.length);
  const tokens = around.length + 1;
  const program = new Program(precision, largestBuffer);
  const ids = program.input(INPUT_IDS, [AT_ONCE * tokens], "int32");
  const values = family.build(program, config, ids, { size: AT_ONCE, tokens }, {}).values[layer]!;
  const width = values.shape[1]!;
  const owner = "words read alone";
  const allocate = (tensor: Tensor) =>
    executor.memory.allocate(tensorBytes(tensor), { label: tensor.name, category: "activations", owner });
  try {
    const [entering, computed] = [allocate(ids), allocate(values)];
    const bound: Layer = (leaf) => (leaf === ids ? entering : model.buffer(leaf));
    await withSession(executor, { program, leaves: bound }, new Map([[values, computed]]), async (run) => {
      for (let start = 0; start < words.length; start += AT_ONCE) {
        signal.throwIfAborted();
        report({ wait: "reading words", detail: name, done: start, total: words.length, unit: "words" });
        const some = words.slice(start, start + AT_ONCE);
        const rows = Array.from({ length: AT_ONCE }, (_, row) => [...before, some[row] ?? some[0]!, ...after]);
        executor.write(entering, Int32Array.from(rows.flat()));
        await run();
        const read = new Float32Array(await executor.read(computed));
        const own = some.map((_, row) => {
          const place = (row * tokens + before.length) * width;
          return read.subarray(place, place + width);
        });
        await add(some, joined(own));
      }
    });
  } finally {
    executor.memory.releaseOwner(owner);
  }
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const row of rows) {
    all.set(row, place);
    place += row.length;
  }
  return all;
}

/** The words with the largest cosine to each of some vectors, of all that were added. */
class Nearest {
  readonly vectors: readonly Float32Array[];
  readonly found: { readonly id: number; readonly cosine: number }[][];
  readonly #breathe = createBreather();

  /** `all` [vectors, width]. */
  constructor(all: Float32Array, width: number) {
    this.vectors = Array.from({ length: all.length / width }, (_, row) => all.subarray(row * width, (row + 1) * width));
    this.found = this.vectors.map(() => []);
  }

  /** `values` [ids, width] */
  async add(ids: readonly number[], values: Float32Array): Promise<void> {
    for (const [index, vector] of this.vectors.entries()) {
      const own = cosines(values, vector).map((cosine, place) => ({ id: ids[place]!, cosine }));
      const all = [...this.found[index]!, ...own].sort((a, b) => b.cosine - a.cosine || a.id - b.id);
      this.found[index] = all.slice(0, NEAREST);
      await this.#breathe();
    }
  }
}

/** `made`: the ids that the tokens were made of, `words` what the frozen model makes of these. */
function describe(
  run: MeasuredRun,
  { vectors, found }: Nearest,
  made: readonly number[],
  words: Float32Array | null,
): VirtualWords["tokens"] {
  const read = readTokens(run, made);
  return vectors.map((vector, index) => {
    const width = vector.length;
    const start = words?.subarray(index * width, (index + 1) * width);
    const nearest = found[index]!.map(({ id, cosine }) => ({ text: readTokens(run, [id])[0]!.text, cosine }));
    return { made: start ? { word: read[index]!, cosine: cosines(start, vector)[0]! } : null, nearest };
  });
}
