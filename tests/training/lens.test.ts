/**
 * What looks into one answer of a run, against PyTorch and transformers: gradient × input of every
 * token, attention to the virtual tokens in every layer; and which training rows, which words are
 * alike, against the states and tables they are found by.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { computeValues } from "../../src/base/once";
import type { Executor } from "../../src/executors/executor";
import { History } from "../../src/instruments/history";
import type { Measuring } from "../../src/instruments/instrument";
import { measure } from "../../src/instruments/registry";
import { trainingSchema } from "../../src/plan/configuration";
import { Program } from "../../src/program/program";
import type { Tensor } from "../../src/program/tensor";
import { buildTunedModel } from "../../src/runs/tuned-program";
import { pooledState } from "../../src/tasks/heads";
import { type FixtureTensor, fixtureModel, instrumentCases } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { createComparison, type TinySetup, tinyData, tinyRows } from "./tiny-comparison";

/** Distance of two lists, as a share of the largest number of what is expected. */
function farthest(computed: readonly number[], expected: ArrayLike<number>): number {
  const largest = Math.max(...Array.from(expected, Math.abs));
  return largestDifference(Float64Array.from(computed), Float64Array.from(expected)) / largest;
}

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

async function open(rig: string, runs: TinySetup["runs"], pooling: "last" | "cls" | "mean") {
  const model = await BaseModel.load(executor, fixtureModel(rig));
  const rows = await tinyRows(model, [12, 9, 24, 10, 13, 11]);
  const data = tinyData(rows.slice(0, 4), rows.slice(4), 32);
  const training = trainingSchema.parse({ steps: 2, pooling, batchSize: 2 });
  const { comparison, of: events } = createComparison(executor, model, { data, runs, training: { steps: 2, pooling } });
  await comparison.prepare();
  const stop = new AbortController();
  const reported: string[] = [];
  const measuring = (name: string): Measuring => ({
    ...{ name, comparison, executor, model, data, training, history: new History() },
    readText: async () => "",
    report: ({ wait, done, total }) => reported.push(`${wait} ${done}/${total}`),
    signal: stop.signal,
  });
  const release = async () => {
    await comparison.release();
    model.release();
  };
  return { model, data, comparison, events, measuring, reported, stop, release };
}

/** What a case gave its method, by our tensors' names. */
function given(tensors: ReadonlyMap<string, FixtureTensor>, method: string): Map<string, Float32Array> {
  const start = `${method}.given.`;
  return new Map(
    [...tensors].flatMap(([name, { data }]) =>
      name.startsWith(start) ? [[name.slice(start.length), data as Float32Array] as const] : [],
    ),
  );
}

describe.each([
  ["tiny-llama", "last"],
  ["tiny-bert", "cls"],
] as const)("%s", (rig, pooling) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let fixture: Awaited<ReturnType<typeof instrumentCases>>;
  beforeAll(async () => {
    fixture = await instrumentCases(rig);
    const { text, rank, alpha, virtualTokens } = fixture.described;
    const options: Record<string, Record<string, unknown>> = {
      lora: { rank, alpha },
      "sk-prefix": { text },
      prompt: { virtualTokens },
    };
    const runs = fixture.described.methods.map((method: string) => ({
      name: method,
      method,
      options: options[method] ?? {},
      initial: given(fixture.tensors, method),
    }));
    opened = await open(rig, runs, pooling);
  });
  afterAll(() => opened.release());

  /** The tokenizer's text of a case's ids: read again, it must give those. */
  const asked = (method: string, row: number) => {
    const ids = [...fixture.tensors.get(`${method}.${row}.ids`)!.data];
    const text = opened.model.tokenizer.decode(ids);
    // A run whose own text begins with the first special token reads rows without it.
    const dropped = opened.comparison.dropsLeadingToken(method) ? [opened.model.tokenizer.bosId] : [];
    expect(opened.model.tokenizer.encode(text)).toEqual([...dropped, ...ids]);
    return { text, textPair: null };
  };

  test.each(["linear-probe", "lora", "sk-prefix", "prompt"])(
    "%s: gradient × input of every token is PyTorch's",
    async (method) => {
      for (const [index, row] of fixture.described.rows.entries()) {
        const at = (name: string) => fixture.tensors.get(`${method}.${row}.${name}`)!.data;
        const label = fixture.described.labels[index];
        const found = await measure("saliency", opened.measuring(method), {
          asked: asked(method, row),
          label,
          place: null,
        });
        expect(found.label).toBe(label);
        const logits = [...at("logits")];
        expect(farthest(logits.with(label, found.score), logits)).toBeLessThan(1e-5);
        const computed = found.tokens.map(({ saliency }) => saliency);
        expect(farthest(computed, at("saliency"))).toBeLessThan(1e-5);
        expect(structuredClone(found)).toEqual(found);
        // Without a choice it is the likeliest label.
        const likeliest = await measure("saliency", opened.measuring(method), {
          ...{ asked: asked(method, row), label: null, place: null },
        });
        expect(likeliest.label).toBe(logits.indexOf(Math.max(...logits)));
      }
    },
  );

  test.each(["sk-prefix", "prompt"])("%s: attention to the virtual tokens is transformers'", async (method) => {
    const { heads, layers } = opened.model.config;
    for (const row of fixture.described.rows) {
      const run = opened.measuring(method);
      for (let layer = 0; layer < layers; layer++) {
        const { data, shape } = fixture.tensors.get(`${method}.${row}.attention.${layer}`)!;
        const [, queries, keys] = shape as [number, number, number];
        const of = (head: number, query: number, key: number) => data[(head * queries + query) * keys + key]!;
        const first = await measure("virtual-attention", run, { asked: asked(method, row), layer, head: null });
        const count = first.virtual.length;
        const tokens = first.tokens.length;
        expect(queries).toBe(method === "prompt" ? count + tokens : tokens);
        expect(keys).toBe(count + tokens);
        const before = queries - tokens;
        const mean = (query: number, key: number) =>
          Array.from({ length: heads }, (_, head) => of(head, query, key)).reduce((a, b) => a + b) / heads;
        for (let head = -1; head < heads; head++) {
          const { shares } =
            head < 0 ? first : await measure("virtual-attention", run, { asked: asked(method, row), layer, head });
          for (const [token, own] of shares.entries()) {
            const expected = own.map((_, key) =>
              head < 0 ? mean(before + token, key) : of(head, before + token, key),
            );
            expect(largestDifference(Float64Array.from(own), Float64Array.from(expected))).toBeLessThan(5e-6);
          }
        }
        const reader = pooling === "last" ? queries - 1 : before;
        expect(first.reader).toBe(pooling === "last" ? "last token" : "first token");
        const shares = first.layers.find((one) => one.layer === layer)!.shares;
        expect(
          largestDifference(
            Float64Array.from(shares),
            Float64Array.from(shares, (_, key) => mean(reader, key)),
          ),
        ).toBeLessThan(5e-6);
        expect(structuredClone(first)).toEqual(first);
      }
    }
  });

  test("of a prefix the nearest words are by values, of a prompt by embeddings, and its own word is its text's", async () => {
    const { model, data } = opened;
    const frequent = new Set(
      data.train.flatMap(({ ids }) => [...ids]).filter((id) => !model.tokenizer.specialIds.has(id)),
    );
    const prefix = await measure("virtual-words", opened.measuring("sk-prefix"), { layer: 1 });
    expect(prefix).toMatchObject({ what: "values", layers: [0, 1], layer: 1, words: frequent.size });
    expect(opened.reported).toContain(`reading words 0/${frequent.size}`);
    const textIds = opened.comparison.run("sk-prefix").context.textIds;
    expect(prefix.tokens.map(({ made }) => made!.word.text)).toEqual(
      model.tokenizer.piecesOf(textIds).map(({ text }) => text),
    );
    // The map of a layer, which is not the identity here, on what the model read of the text.
    const maps = fixture.tensors.get("sk-prefix.given.F_V.1.weight")!;
    const size = maps.shape[0]!;
    const read = (await model.semantic(textIds, 2)).get("semantic.values.1")!;
    const values = new Float32Array(await executor.read(read));
    const width = values.length / textIds.length;
    for (const [token, { made, nearest }] of prefix.tokens.entries()) {
      const own = [...values.subarray(token * width, (token + 1) * width)];
      const mapped = own.map((_, column) => {
        const head = column - (column % size);
        return own
          .slice(head, head + size)
          .reduce((sum, value, at) => sum + value * maps.data[(column % size) * size + at]!, 0);
      });
      expect(made!.cosine).toBeCloseTo(cosine(own, mapped), 5);
      expect(nearest).toHaveLength(5);
      expect(nearest).toEqual(nearest.toSorted((a, b) => b.cosine - a.cosine));
    }
    const { layers } = model.config;
    const past = measure("virtual-words", opened.measuring("sk-prefix"), { layer: layers });
    await expect(past).rejects.toThrow(`Layer ${layers} has no prefix; these have: 0, 1.`);
    const prompt = await measure("virtual-words", opened.measuring("prompt"), { layer: null });
    expect(prompt).toMatchObject({ what: "embeddings", layers: [], layer: null });
    const embeddings = await table(model);
    const given = fixture.tensors.get("prompt.given.prompt_embeddings")!;
    const hidden = model.config.hiddenSize;
    for (const [token, { nearest }] of prompt.tokens.entries()) {
      const own = [...(given.data as Float32Array).subarray(token * hidden, (token + 1) * hidden)];
      const all = embeddings.map((row, id) => ({ id, cosine: cosine(own, row) }));
      const best = all
        .filter(({ id }) => id < model.tokenizer.size && !model.tokenizer.specialIds.has(id))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 5);
      expect(nearest.map(({ text }) => text)).toEqual(best.map(({ id }) => model.tokenizer.piecesOf([id])[0]!.text));
      expect(
        farthest(
          nearest.map((one) => one.cosine),
          best.map((one) => one.cosine),
        ),
      ).toBeLessThan(1e-5);
    }
  });
});

describe("training rows alike", () => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    const runs = [
      { name: "lora", method: "lora", options: { rank: 2 }, learningRate: 0.05 },
      { name: "sk-prefix", method: "sk-prefix", options: { text: "Sort it:" } },
      { name: "neighbours", method: "nearest-neighbours", options: { neighbours: 2 } },
    ];
    opened = await open("tiny-llama", runs, "mean");
  });
  afterAll(() => opened.release());

  test.each(["lora", "sk-prefix", "neighbours"])("%s: a training row is most alike to itself", async (name) => {
    const { data, measuring } = opened;
    for (const own of data.train) {
      // As if it were a validation row: the same tokens.
      const run = { ...measuring(name), data: { ...data, validation: [own] } };
      const { rows, of } = await measure("alike-rows", run, { asked: { row: own.row } });
      expect(of).toBe(data.train.length);
      expect(rows).toHaveLength(data.train.length);
      expect(rows[0]!.row).toBe(own.row);
      expect(rows[0]!.similarity).toBeCloseTo(1, 5);
      expect(rows[0]!.truth).toBe(data.labels[own.labels[0]!]);
      expect(rows).toEqual(rows.toSorted((a, b) => b.similarity - a.similarity));
      // Every cosine is that of the states that the run's own program computes, row by row.
      const states = new Map(
        await Promise.all(data.train.map(async (row) => [row.row, await stateOf(opened, name, row.ids)] as const)),
      );
      for (const { row, similarity } of rows) {
        expect(similarity).toBeCloseTo(cosine(states.get(own.row)!, states.get(row)!), 4);
      }
    }
  });

  test("are read once for what a run has learned, and again when it has learned more", async () => {
    const { reported, measuring, comparison } = opened;
    const asked = { text: "Will my card be replaced?", textPair: null };
    const read = async () => {
      reported.length = 0;
      const { rows } = await measure("alike-rows", measuring("lora"), { asked });
      return { rows, batches: reported.filter((line) => /^reading rows [1-9]/.test(line)).length };
    };
    await read();
    const again = await read();
    expect(again.batches).toBe(0);
    await comparison.train();
    const trained = await read();
    expect(trained.batches).toBe(2);
    expect(trained.rows.map(({ similarity }) => similarity)).not.toEqual(
      again.rows.map(({ similarity }) => similarity),
    );
    expect((await read()).rows).toEqual(trained.rows);
  });

  test("a measurement that is stopped says so, keeps nothing, and can be made anew", async () => {
    const { comparison, measuring } = opened;
    const asked = { text: "Is the rate fair?", textPair: null };
    const stop = new AbortController();
    let batches = 0;
    const run = {
      ...measuring("sk-prefix"),
      signal: stop.signal,
      report: () => {
        batches++;
        stop.abort(new Error("Stopped."));
      },
    };
    // It has learned something since the rows were read.
    comparison.run("sk-prefix").parameters.changed();
    const bytes = executor.memory.bytes().activations;
    await expect(measure("alike-rows", run, { asked })).rejects.toThrow("Stopped.");
    expect(batches).toBe(1);
    expect(executor.memory.bytes().activations).toBe(bytes);
    expect((await measure("alike-rows", measuring("sk-prefix"), { asked })).rows).toHaveLength(4);
  });

  test("what cannot be asked is refused with what there is", async () => {
    const run = opened.measuring("lora");
    const asked = { text: "Is the rate fair?", textPair: null };
    await expect(measure("saliency", run, { asked: { row: 99 }, label: null, place: null })).rejects.toThrow(
      "There is no validation row 99.",
    );
    await expect(measure("saliency", run, { asked, label: 5, place: null })).rejects.toThrow(
      "There is no label 5: there are 5, counted from 0.",
    );
    await expect(measure("alike-rows", run, { asked: { text: " ", textPair: null } })).rejects.toThrow(
      "The text is empty.",
    );
    const prefix = opened.measuring("sk-prefix");
    await expect(measure("virtual-attention", prefix, { asked, layer: 2, head: null })).rejects.toThrow(
      /Layer 2 sees no virtual tokens; these do: 0, 1/,
    );
    await expect(measure("virtual-attention", prefix, { asked, layer: 0, head: 4 })).rejects.toThrow(
      "There is no head 4: there are 4, from 0.",
    );
  });
});

describe("other tasks", () => {
  const reading = async (task: "regression" | "token-classification", deviation = 1) => {
    const model = await BaseModel.load(executor, fixtureModel("tiny-bert"));
    const tags = Int32Array.of(-100, 0, -100, 1, 0, 1, -100, 0, -100);
    const rows = (await tinyRows(model, [9, 9, 9])).map((row, index) =>
      task === "regression"
        ? { ...row, labels: Int32Array.of(0), values: Float64Array.of(index) }
        : { ...row, labels: tags },
    );
    const scale = task === "regression" ? { mean: 3, deviation } : null;
    const labels = task === "regression" ? [] : ["O", "B-LOC"];
    const data = { ...tinyData(rows.slice(0, 2), rows.slice(2)), task, labels, scale };
    const { comparison } = createComparison(executor, model, {
      data,
      runs: [{ name: "head", method: "linear-probe" }],
    });
    await comparison.prepare();
    const run: Measuring = {
      ...{ name: "head", comparison, executor, model, data, history: new History(), report: () => {} },
      ...{ training: trainingSchema.parse({}), readText: async () => "", signal: new AbortController().signal },
    };
    const release = async () => {
      await comparison.release();
      model.release();
    };
    return { run, row: rows[2]!, comparison, release };
  };

  test("of a number the score is what is predicted, in the file's units", async () => {
    const found = [];
    for (const deviation of [1, 2]) {
      const { run, row, comparison, release } = await reading("regression", deviation);
      const said = await comparison.predict(row);
      const explained = await measure("saliency", run, { asked: { row: row.row }, label: null, place: null });
      expect(explained).toMatchObject({ label: null, labels: [], answered: [], place: null });
      const head = said.find((one) => one.run === "head")!;
      expect(explained.score).toBeCloseTo(head.answer === "number" ? head.number : Number.NaN, 5);
      found.push(explained.tokens.map(({ saliency }) => saliency));
      await release();
    }
    expect(
      farthest(
        found[1]!,
        found[0]!.map((saliency) => 2 * saliency),
      ),
    ).toBeLessThan(1e-5);
  });

  test("of tags the score is the logit at one word, and rows have no one state", async () => {
    const { run, row, release } = await reading("token-classification");
    const asked = { row: row.row };
    const first = await measure("saliency", run, { asked, label: null, place: null });
    expect(first).toMatchObject({ answered: [1, 3, 4, 5, 7], place: 1, labels: ["O", "B-LOC"] });
    const [outside, location] = [
      await measure("saliency", run, { asked, label: 0, place: 4 }),
      await measure("saliency", run, { asked, label: 1, place: 4 }),
    ];
    const likeliest = await measure("saliency", run, { asked, label: null, place: 4 });
    expect(likeliest).toEqual(outside.score > location.score ? outside : location);
    // Another word's answer hangs on other tokens.
    expect(first.tokens).not.toEqual(likeliest.tokens);
    await expect(measure("saliency", run, { asked, label: null, place: 2 })).rejects.toThrow(
      "Token 2 of the text has no tag",
    );
    await expect(measure("alike-rows", run, { asked })).rejects.toThrow(/Every word has a state/);
    await release();
  });
});

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const product = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, at) => sum + value * y[at]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** Rows of the word embeddings. */
async function table(model: BaseModel): Promise<Float32Array[]> {
  const { vocabulary, hiddenSize } = model.config;
  const program = new Program();
  const ids = program.constant(
    "ids",
    [vocabulary],
    () => Int32Array.from({ length: vocabulary }, (_, id) => id),
    "int32",
  );
  const words = model.family.embed(program, model.config, "all words", ids);
  const values = (await computeValues(executor, { program, leaves: model.buffer }, [words])).get(words)!;
  return Array.from({ length: vocabulary }, (_, id) => values.subarray(id * hiddenSize, (id + 1) * hiddenSize));
}

/** The state that a run's head reads of one row, from a Program of exactly its length. */
async function stateOf(
  { comparison }: Awaited<ReturnType<typeof open>>,
  name: string,
  ids: Int32Array,
): Promise<Float32Array> {
  const run = comparison.run(name);
  const own = comparison.dropsLeadingToken(name) ? ids.subarray(1) : ids;
  const { program, states, ids: entering, lengths } = buildTunedModel(run.tunedSetup, 1, own.length);
  const state = pooledState(program, states, run.tunedSetup.pooling);
  const given = (leaf: Tensor) => (leaf === entering ? own : leaf === lengths ? Int32Array.of(own.length) : undefined);
  return (await computeValues(executor, { program, given, leaves: await run.leaves() }, [state])).get(state)!;
}
