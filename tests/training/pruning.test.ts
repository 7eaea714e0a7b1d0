/**
 * Runs that learn from a part of every batch: which rows and tokens a step learns from, held to the
 * rules' definitions on losses and entropies that are computed apart; that its update is that of
 * weights of 0 and 1; and what cannot be pruned.
 */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Comparison } from "../../src/comparison/comparison";
import type { TokenizedExample } from "../../src/data/tokens";
import type { TaskId } from "../../src/data/types";
import type { Executor } from "../../src/executors/executor";
import { lastAttention, toPrompt } from "../../src/instruments/last-attention";
import { type Pruning, pruningSchema } from "../../src/pruning/registry";
import type { ComparisonData } from "../../src/runs/rows";
import { scoreRows } from "../../src/scoring/score-rows";
import { fixtureModel, ssTokenCase } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { OpenComparisons, tinyData, tinyRows } from "./tiny-comparison";

let executor: Executor;
let model: BaseModel;
let rows: readonly TokenizedExample[];
const open = new OpenComparisons();
/** One batch, whose rows have different lengths. */
const LENGTHS = [8, 5, 7, 6, 8, 4, 8, 7, 5, 6, 8];

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  rows = await tinyRows(model, LENGTHS);
  return () => model.release();
});

afterEach(() => open.release());

function dataOf(task: TaskId, weightsOf?: (row: number, place: number) => number): ComparisonData {
  const own = rows.map((row, index): TokenizedExample => {
    const { ids } = row;
    if (task === "causal-lm") {
      // Of a row its first two tokens are not learned.
      return { ...row, labels: Int32Array.from(ids, (_, place) => (place < 2 ? -100 : (ids[place + 1] ?? -100))) };
    }
    if (task === "token-classification") {
      return { ...row, labels: Int32Array.from(ids, (_, place) => (place % 3 === 0 ? -100 : (index + place) % 5)) };
    }
    const values = task === "regression" ? Float64Array.of(index - 4.5) : Float32Array.of(1, 0, 0, 1, 0);
    return task === "sequence-classification"
      ? { ...row, labels: Int32Array.of(index % 5) }
      : { ...row, labels: Int32Array.of(0), values };
  });
  const weighed = own.map((row, index) =>
    weightsOf ? { ...row, weights: Float32Array.from(row.labels, (_, place) => weightsOf(index, place)) } : row,
  );
  const scale = task === "regression" ? { scale: { mean: 0.5, deviation: 3 } } : {};
  const labels = task === "causal-lm" || task === "regression" ? { labels: [] } : {};
  return { ...tinyData(weighed, own), task, ...scale, ...labels };
}

const pruning = (given: Partial<Pruning> & Pick<Pruning, "by">): Pruning => pruningSchema.parse(given);

async function trained(data: ComparisonData, pruned: Pruning | undefined, training: object = {}, method = "lora") {
  const created = open.create(executor, model, {
    data,
    runs: [{ name: "run", method, options: method === "lora" ? { rank: 2 } : {}, pruning: pruned }],
    // Of equals the first of the batch is kept.
    training: { batchSize: LENGTHS.length, steps: 1, learningRate: 1e-9, shuffle: false, ...training },
  });
  await created.comparison.prepare();
  await created.comparison.train();
  return created;
}

interface Said {
  readonly loss: number;
  readonly entropy: number;
}

/** Of every label of every row, as the untrained run has them; null where there is no label. */
async function said(data: ComparisonData): Promise<(Said | null)[][]> {
  return saidNow(data, (await trained(data, undefined)).comparison);
}

/** The same as the run of a comparison has them now. */
async function saidNow(data: ComparisonData, comparison: Comparison): Promise<(Said | null)[][]> {
  const { labels } = await scoreRows(
    {
      ...{ executor, model, reader: comparison.run("run"), reading: "answer", batchSize: 4, labelled: data.task },
      wanted: { labels: true, states: false, gradients: false, given: null },
      ...{ tokenizer: model.tokenizer, report: () => {}, signal: new AbortController().signal },
    },
    data.train,
  );
  const { offsets, places, losses, entropies } = labels!;
  return data.train.map((row, index) => {
    const own: (Said | null)[] = Array.from(row.labels, () => null);
    for (let i = offsets[index]!; i < offsets[index + 1]!; i++) {
      own[row.labels.length === 1 ? 0 : places[i]!] = { loss: losses[i]!, entropy: entropies[i]! };
    }
    return own;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const labelsOf = (row: readonly (Said | null)[]) => row.filter((one) => one !== null);
const all = Object.keys(LENGTHS).map(Number);
const highest = (places: readonly number[], count: number, of: (place: number) => number) =>
  new Set([...places].sort((a, b) => of(b) - of(a)).slice(0, count));

/** Rows that a rule keeps of the batch, and of the first corner; by its definition. */
function keptRows(rule: Pruning, given: readonly (readonly (Said | null)[])[]) {
  const loss = (row: number) => mean(labelsOf(given[row]!).map((one) => one.loss));
  const entropy = (row: number) => mean(labelsOf(given[row]!).map((one) => one.entropy));
  const count = Math.ceil(rule.rows * all.length);
  if (rule.by === "loss") {
    return { kept: highest(all, count, (row) => (rule.prefer === "high" ? 1 : -1) * loss(row)), corner: new Set(all) };
  }
  const rank = (row: number, of: (row: number) => number) => all.filter((other) => of(other) < of(row)).length;
  const last = all.length - 1;
  const [first, second] = [
    (row: number) => Math.max(last - rank(row, loss), rank(row, entropy)),
    (row: number) => Math.max(rank(row, loss), last - rank(row, entropy)),
  ];
  const depth = (row: number) => Math.min(first(row), second(row));
  return {
    kept: highest(all, count, (row) => -depth(row)),
    corner: new Set(all.filter((row) => first(row) <= second(row))),
  };
}

/** Whether each label of each row is learned from. */
function keptLabels(rule: Pruning, given: readonly (readonly (Said | null)[])[]): boolean[][] {
  const { kept, corner } = keptRows(rule, given);
  return given.map((own, row) => {
    if (!kept.has(row)) return own.map(() => false);
    if (!("prefer" in rule) || !corner.has(row)) return own.map((one) => one !== null);
    const places = [...own.keys()].filter((place) => own[place] !== null);
    const perplexity = (place: number) => (own[place] ? Math.exp(own[place].loss) : 0);
    const neighbours = rule.by === "q-tuning" ? rule.neighbours : 0;
    const score = (place: number) =>
      (rule.prefer === "high" ? 1 : -1) *
      ((1 - neighbours) * perplexity(place) + neighbours * (perplexity(place - 1) + perplexity(place + 1)));
    const chosen = highest(places, Math.ceil(rule.tokens * places.length - 1e-3), score);
    return own.map((_, place) => chosen.has(place));
  });
}

const cases: readonly (readonly [TaskId, Pruning])[] = [
  ["sequence-classification", pruning({ by: "loss", rows: 0.25 })],
  ["sequence-classification", pruning({ by: "loss", prefer: "low", rows: 0.5 })],
  ["sequence-classification", pruning({ by: "q-tuning", rows: 0.4 })],
  ["token-classification", pruning({ by: "loss", rows: 1, tokens: 0.5 })],
  ["causal-lm", pruning({ by: "q-tuning", rows: 0.5, tokens: 0.5 })],
  ["causal-lm", pruning({ by: "q-tuning", rows: 1, tokens: 0.4, neighbours: 0.6, prefer: "low" })],
  ["causal-lm", pruning({ by: "loss", rows: 0.3, tokens: 0.25 })],
];

test.each(cases)("%s: %o learns from what its rule keeps, and from nothing else", async (task, rule) => {
  const data = dataOf(task);
  const given = await said(data);
  const kept = keptLabels(rule, given);
  const { losses, of } = await trained(data, rule);
  const chosen = given.flatMap((own, row) => own.filter((_, place) => kept[row]![place]).map((one) => one!.loss));
  expect(losses("run")[0]! / mean(chosen)).toBeCloseTo(1, 5);
  const [step] = of("step", "run");
  const rowsLeft = kept.filter((own) => own.includes(true)).length;
  expect(step!.keptRows).toBe(rowsLeft);
  const whole = task === "sequence-classification";
  const ofRows = LENGTHS.reduce((sum, length, row) => sum + (kept[row]![0] ? length : 0), 0);
  expect(step!.keptTokens).toBe(whole ? ofRows : chosen.length);
  expect(step!.weightSum).toBeCloseTo(chosen.length, 4);
  // Evaluations read whole batches.
  const every = given.flatMap((own) => labelsOf(own).map((one) => one.loss));
  expect(of("evaluation", "run")[0]!.loss / mean(every)).toBeCloseTo(1, 5);

  // The update is that of rows and tokens with weights of 0 and 1.
  const rate = { learningRate: 0.01 };
  const [own, weighed] = [
    await trained(data, rule, rate),
    await trained(
      dataOf(task, (row, place) => Number(kept[row]![place])),
      undefined,
      rate,
    ),
  ];
  const [values, wanted] = await Promise.all(
    [own, weighed].map(({ comparison }) => comparison.run("run").parameters.read()),
  );
  for (const [name, numbers] of wanted!) {
    expect(largestDifference(values!.get(name)!, numbers), name).toBeLessThan(2e-5);
  }
});

/** So that a step is the same in a longer training. */
const STEADY = { schedule: "constant", warmupRatio: 0, leastWarmupSteps: 0, learningRate: 0.02 };

test.each(["causal-lm", "token-classification", "sequence-classification"] as const)(
  "%s: what has changed most since before training is learned from",
  async (task) => {
    const data = dataOf(task);
    const before = await said(data);
    for (const prefer of ["fallen", "risen"] as const) {
      const shares = task === "sequence-classification" ? { rows: 0.4, tokens: 1 } : { rows: 0.7, tokens: 0.5 };
      const rule = pruning({ by: "loss-change", prefer, ...shares });
      const { comparison } = await trained(data, rule, { ...STEADY, steps: 4 });
      const now = await saidNow(data, comparison);
      const change = (row: number, place: number) =>
        (prefer === "risen" ? 1 : -1) * (now[row]![place]!.loss - before[row]![place]!.loss);
      const places = (row: number) => [...now[row]!.keys()].filter((place) => now[row]![place] !== null);
      const rowsKept = highest(all, Math.ceil(shares.rows * all.length), (row) =>
        mean(places(row).map((place) => change(row, place))),
      );
      const chosen = [...rowsKept].flatMap((row) => {
        const count = Math.ceil(shares.tokens * places(row).length - 1e-3);
        return [...highest(places(row), count, (place) => change(row, place))].map((place) => now[row]![place]!.loss);
      });
      const next = await trained(data, rule, { ...STEADY, steps: 5 });
      expect(next.losses("run").at(-1)! / mean(chosen), prefer).toBeCloseTo(1, 4);
      expect(next.of("step", "run").at(-1)!.keptRows).toBe(rowsKept.size);
    }
  },
);

test("before anything has changed the first of equals are learned from; every row is read once", async () => {
  const data = dataOf("causal-lm");
  const rule = pruning({ by: "loss-change", tokens: 0.3 });
  const given = await said(data);
  const { comparison, losses, of } = await trained(data, rule);
  const first = given.flatMap((own) => {
    const labels = labelsOf(own);
    return labels.slice(0, Math.ceil(0.3 * labels.length - 1e-3)).map(({ loss }) => loss);
  });
  expect(losses("run")[0]! / mean(first)).toBeCloseTo(1, 5);
  const read = () => of("progress").filter(({ wait, phase }) => wait === "reading training rows" && phase === "end");
  expect(read()).toHaveLength(1);
  const [known] = (await comparison.earlierLosses(data.train))!;
  for (const [place, loss] of known!.entries()) expect(loss).toBeCloseTo(given[0]![place]?.loss ?? 0, 4);
  expect(read()).toHaveLength(1);
});

/** What every labelled token of every row gives to the tokens that are no label's. */
async function attended(data: ComparisonData, comparison: Comparison): Promise<number[][]> {
  const span = Math.max(...data.train.map(({ ids }) => ids.length));
  const attention = await comparison.hold("run", (run, feed) =>
    lastAttention({ executor, model }, run, feed, data.train, span),
  );
  const labels = data.train.flatMap((row) => Array.from({ length: span }, (_, place) => row.labels[place] ?? -100));
  const shares = [...toPrompt(attention, labels, span)];
  return data.train.map((_, row) => shares.slice(row * span, (row + 1) * span));
}

test("attention to the prompt is transformers'", async () => {
  const { rows: known } = await ssTokenCase();
  const train = known.map(({ ids, prompt }, row) => ({
    ...rows[row]!,
    ids: Int32Array.from(ids),
    labels: Int32Array.from(ids, (_, place) => (place + 1 < prompt ? -100 : (ids[place + 1] ?? -100))),
  }));
  const data: ComparisonData = { ...tinyData(train, train, 96), task: "causal-lm", labels: [] };
  const { comparison } = await trained(data, undefined, { batchSize: 3 });
  for (const [row, seen] of (await attended(data, comparison)).entries()) {
    const { prompt, attendedBefore } = known[row]!;
    for (const [place, share] of attendedBefore.entries()) expect(seen[prompt - 1 + place]).toBeCloseTo(share, 5);
  }
});

test.each([
  ["lora", 0.5],
  ["lora", 0],
  ["prefix", 0.5],
  ["prompt", 0.3],
])("ssToken of %s, change counts %d: learned from is what change and attention speak for", async (method, change) => {
  const data = dataOf("causal-lm");
  const before = await said(data);
  const rule = pruning({ by: "ss-token", tokens: 0.5, change });
  const { comparison, of } = await trained(data, rule, { ...STEADY, steps: 3 }, method);
  const [now, seen] = [await saidNow(data, comparison), await attended(data, comparison)];
  const chosen = now.flatMap((own, row) => {
    const places = [...own.keys()].filter((place) => own[place] !== null);
    const falls = places.map((place) => before[row]![place]!.loss - own[place]!.loss);
    const [low, high] = [Math.min(...falls), Math.max(...falls)];
    const score = (place: number) => {
      const fall = (before[row]![place]!.loss - own[place]!.loss - low) / (high - low || 1);
      return change * fall + (1 - change) * seen[row]![place]!;
    };
    const count = Math.ceil(0.5 * places.length - 1e-3);
    return [...highest(places, count, score)].map((place) => own[place]!.loss);
  });
  const next = await trained(data, rule, { ...STEADY, steps: 4 }, method);
  expect(next.losses("run").at(-1)! / mean(chosen)).toBeCloseTo(1, 4);
  // Without change nothing is read before.
  const read = of("progress").some(({ wait }) => wait === "reading training rows");
  expect(read).toBe(change > 0);
});

test("rows and tokens at random are as many as asked for, drawn by the seed, and others in every step", async () => {
  const data = dataOf("causal-lm");
  const rule = pruning({ by: "random", rows: 0.25, tokens: 0.5 });
  const [one, again, other] = [
    await trained(data, rule, { steps: 3 }),
    await trained(data, rule, { steps: 3 }),
    await trained(data, rule, { steps: 3, seed: 7 }),
  ];
  expect(again.losses("run")).toEqual(one.losses("run"));
  expect(other.losses("run")).not.toEqual(one.losses("run"));
  expect(new Set(one.losses("run")).size).toBe(3);
  expect(one.of("step", "run").map(({ keptRows: count }) => count)).toEqual([3, 3, 3]);
  const kept = one.of("step", "run").map(({ keptTokens }) => keptTokens!);
  expect(kept[0]!).toBeGreaterThan(0);
  expect(kept[2]!).toBeLessThan(3 * kept[0]! + 12);
  expect(kept[1]!).toBeGreaterThan(kept[0]!);
});

test("keeping all is learning from all", async () => {
  const data = dataOf("causal-lm");
  const rate = { learningRate: 0.01, steps: 3, batchSize: 4 };
  const [plain, every] = [
    await trained(data, undefined, rate),
    await trained(data, pruning({ by: "q-tuning", rows: 1, tokens: 1 }), rate),
  ];
  for (const [step, loss] of plain.losses("run").entries()) expect(every.losses("run")[step]! / loss).toBeCloseTo(1, 5);
  const counts = ({ of }: typeof plain) => of("step", "run").map(({ keptTokens }) => keptTokens);
  expect(counts(every)).toEqual(counts(plain));
});

test("what is counted goes on where a training goes on", async () => {
  const data = dataOf("causal-lm");
  const rule = pruning({ by: "loss", rows: 0.5, tokens: 0.5 });
  const rate = { learningRate: 0.01, steps: 6, batchSize: 4, evalEvery: 2 };
  const whole = await trained(data, rule, rate);
  const created = open.create(executor, model, {
    data,
    runs: [{ name: "run", method: "lora", options: { rank: 2 }, pruning: rule }],
    training: { ...rate, shuffle: false },
    onEvent: (event, comparison) => {
      if (event.type === "step" && event.step === 3) comparison.stop();
    },
  });
  await created.comparison.prepare();
  await created.comparison.train();
  await created.comparison.continue();
  const last = ({ of }: typeof whole) => of("step", "run").at(-1)!;
  expect(last(created).step).toBe(6);
  expect(last(created).keptTokens).toBe(last(whole).keptTokens);
  expect(last(created).loss).toBe(last(whole).loss);
});

describe("is refused with the reason", () => {
  test.each(["regression", "multi-label-classification"] as const)("%s", async (task) => {
    await expect(trained(dataOf(task), pruning({ by: "random" }))).rejects.toThrow(/learns from whole batches here/);
  });

  test("tokens, where it is rows that have labels", async () => {
    await expect(trained(dataOf("sequence-classification"), pruning({ by: "loss", tokens: 0.5 }))).rejects.toThrow(
      /a share of tokens of 1, not 0\.5/,
    );
  });

  test.each(["sequence-classification", "token-classification"] as const)("ssToken of %s", async (task) => {
    const rule = pruning({ by: "ss-token", tokens: task === "token-classification" ? 0.6 : 1 });
    await expect(trained(dataOf(task), rule)).rejects.toThrow(/chooses tokens of a response to a prompt; here/);
  });

  test("what trains nothing", async () => {
    await expect(trained(dataOf("sequence-classification"), pruning({ by: "random" }), {}, "majority")).rejects.toThrow(
      /nothing of it is trained/,
    );
  });
});
