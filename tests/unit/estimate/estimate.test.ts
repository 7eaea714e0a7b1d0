import { beforeAll, describe, expect, test } from "vitest";
import { tokenTypes } from "../../../src/data/channels";
import { type EstimateInput, estimate } from "../../../src/estimate/estimate";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { openWeights } from "../../../src/hub/weights";
import { methodOf } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { type RunConfiguration, trainingSchema } from "../../../src/plan/configuration";
import { tensorBytes } from "../../../src/program/tensor";
import { settingsPrint } from "../../../src/runs/rate-settings";
import { methodContext, parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

let model: EstimateInput["model"];
/** Of all tensors in the file. */
let weightBytes: number;

beforeAll(async () => {
  model = await modelOf("tiny-llama");
  weightBytes = model.parameters * 4;
});

async function modelOf(rig: string): Promise<EstimateInput["model"]> {
  const json = await fixtureJson(`models/${rig}/config.json`);
  const family = familyOf(json);
  const { parameters } = await openWeights(fixtureModel(rig), family.prefixes);
  const tokenizer = await openTokenizer(fixtureModel(rig));
  return { family, config: family.readConfig(json), tokenizer, poolings: family.poolings, parameters };
}

const run = (method: string, options: RunConfiguration["options"] = {}, name = method): RunConfiguration => ({
  name,
  method,
  options,
});

function input(runs: readonly RunConfiguration[], change: Partial<EstimateInput> = {}): EstimateInput {
  return {
    model,
    task: sequenceClassification,
    classes: 5,
    trainLengths: [4, 9, 12, 16, 7],
    validationLengths: [10],
    maxLength: 16,
    training: trainingSchema.parse({ batchSize: 4, steps: 20 }),
    runs,
    allowedBuffer: 1e9,
    ...change,
  };
}

const sum = ({ total: _total, ...bytes }: Record<string, number>) => Object.values(bytes).reduce((a, b) => a + b, 0);

test("a found rate is held against what is open", () => {
  const settings = settingsPrint(run("lora"), parseOptions(model, run("lora")), input([]).training);
  const foundRate = {
    rate: 0.003,
    trialSteps: 155,
    trainRows: 4,
    heldRows: 1,
    steps: 20,
    model: "tiny",
    rows: "aa",
    settings,
  };
  const runs = [{ ...run("lora"), learningRate: 0.003, foundRate }, run("ia3")];
  const said = (change: Partial<EstimateInput>) => {
    const { runs: estimated, unequal } = estimate(input(runs, change));
    return [estimated[0]!.changedSince, ...unequal.filter((sentence) => sentence.includes("search"))];
  };
  const some = "The learning rate was searched for lora, and not for ia3.";
  expect(said({ open: { model: "tiny", rows: "aa" } })).toEqual([null, some]);
  const other = expect.stringMatching(/^The learning rate of lora was found by a search on other training rows: /);
  expect(said({ open: { model: "tiny", rows: "bb" } })).toEqual([other, some, other]);
  const longer = { training: trainingSchema.parse({ batchSize: 4, steps: 80 }), open: { model: "tiny", rows: "aa" } };
  expect(said(longer)[0]).toMatch(/by a search for 20 steps, not 80: /);
});

test("of a fit to texts the most weights there can be are known", () => {
  const bag = run("bag-of-words", { mostTerms: 50 });
  const [both, words, lora] = estimate(
    input([bag, run("bag-of-words", { mostTerms: 50, reads: "words" }), run("lora")]),
  ).runs;
  expect([both!.mostFitted, words!.mostFitted, lora!.mostFitted]).toEqual([505, 255, null]);
  expect(both!.trainable.total).toBe(0);
});

test("several runs: what is not equal between them, and what a step of each computes", () => {
  const asked = { ...run("nearest-neighbours", { neighbours: 1 }) };
  const runs = [
    run("lora"),
    run("prefix"),
    { ...run("ptec"), weightDecay: 0 },
    run("linear-probe"),
    asked,
    run("magic"),
  ];
  const short = { training: trainingSchema.parse({ batchSize: 2, steps: 1 }) };
  const { runs: estimated, unequal } = estimate(input(runs, short));
  expect(unequal.map((sentence) => sentence.split(" ").slice(0, 3).join(" "))).toEqual([
    ...[
      "Adapters are of",
      "Virtual tokens take",
      "A step of",
      "Heads learn at",
      "Adapters have different",
      "nearest-neighbours reads all",
    ],
  ]);
  // The head and what answers without training have no adapter that decays.
  expect(unequal.at(-2)).toBe("Adapters have different weight decays: 0.01 for lora, prefix; 0 for ptec.");
  expect(unequal.at(-1)).toContain("all 5 training rows; the runs that are trained see 2 of them");
  const [lora, , , head, , magic] = estimated;
  expect(lora!.flops!.total).toBe(lora!.flops!.forward + lora!.flops!.backward);
  expect(lora!.flops!.backward).toBeGreaterThan(head!.flops!.backward);
  expect(magic!.flops).toBeNull();
  expect(estimate(input([run("lora"), run("lora", {}, "again")])).unequal).toEqual([]);
});

test("a sweep trains what learns at every rate, and has what trains nothing once", () => {
  const training = trainingSchema.parse({ batchSize: 4, steps: 20, learningRateFactors: [0.3, 1, 3] });
  const decayed = { ...run("nearest-neighbours", { neighbours: 1 }), weightDecay: 0 };
  const total = (runs: RunConfiguration[], swept: boolean) => estimate(input(runs, swept ? { training } : {})).total;
  const [asked, askedOften] = [total([decayed], false), total([decayed], true)];
  expect([askedOften.runtime, askedOften.optimizer]).toEqual([asked.runtime, asked.optimizer]);
  expect(total([run("lora")], true).optimizer).toBe(3 * total([run("lora")], false).optimizer);
  expect(estimate(input([run("lora"), run("linear-probe"), decayed], { training })).unequal).toEqual([
    expect.stringMatching(/^The sweep tries 3 learning rates of the head of linear-probe \(0\.006 to 0\.06\); /),
  ]);
});

describe("one run", () => {
  test("head only, by hand: 5 × 48 numbers, and what a step of 4 rows keeps", () => {
    const { runs, total, steps, stepsPerEpoch } = estimate(input([run("linear-probe")]));
    const [probe] = runs;
    expect(probe!.problem).toBeNull();
    expect(probe!.virtualTokens).toBe(0);
    expect(probe!.trainable).toEqual({
      adapter: 0,
      head: 240,
      total: 240,
      percentOfBase: (100 * 240) / (weightBytes / 4),
    });
    const bytes = {
      weights: weightBytes,
      adapter: 240 * 4,
      gradients: 240 * 4,
      optimizer: 2 * 240 * 4,
      // The pooled states [4, 48]; logits and their gradient [4, 5]; the rows' losses and shares
      // [4].
      activations: 4 * (4 * 48 + 2 * 4 * 5 + 4 + 4),
      cache: 0,
      // Metrics (6) and draw (4), in sixteens; 256 bytes for each dispatch of the loss (3), of the
      // backward pass (1) at both padded lengths, and of the update (3), which has its schedule (8
      // numbers) and partial sums (256) beside.
      runtime: 32 + 16 + 2 * 4 * 256 + 3 * 256 + 4 * (8 + 256),
    };
    const { onnxruntime, total: all, ...ours } = probe!.bytes;
    expect(ours).toEqual(bytes);
    expect(all).toBe(sum(bytes) + onnxruntime);
    // Shared: both forms of the batches of 8 and 16 tokens with 4 lengths and labels, 3 readbacks,
    // one validation row's 5 logits and loss, the untrained model's head; and the tables of causal
    // attention and rotary positions.
    const feeds = 2 * 4 * (4 * 8 + 8 + 4 * 16 + 8) + 3 * 32 + 4 * 6 + 16 * 240 + 32 + 16;
    const tables = 4 * (8 * 8 + 16 * 16 + 2 * 8 * 6 + 2 * 16 * 6);
    expect(total).toMatchObject({ ...bytes, onnxruntime, runtime: bytes.runtime + feeds + tables });
    expect([steps, stepsPerEpoch]).toEqual([20, 2]);
  });

  test.each([
    ["sk-prefix", {}, 576],
    ["sk-prefix", { shared: true }, 144],
    ["lora", { rank: 4, alpha: 8 }, 1344],
    ["prefix", { virtualTokens: 6 }, 576],
  ])("%s %o: adapter, gradients and moments are its tensors", (method, options, count) => {
    const [estimated] = estimate(input([run(method, options)])).runs;
    expect(estimated!.trainable).toMatchObject({ adapter: count, head: 240, total: count + 240 });
    expect(estimated!.bytes).toMatchObject({
      adapter: 4 * (count + 240),
      gradients: 4 * (count + 240),
      optimizer: 8 * (count + 240),
      weights: weightBytes,
    });
    expect(estimated!.bytes.total).toBe(sum(estimated!.bytes));
  });

  test("pairs on an encoder: both forms of every batch have the types of their tokens", async () => {
    const bert = await modelOf("tiny-bert");
    const of = (inputs: EstimateInput["inputs"]) =>
      estimate(input([run("linear-probe")], { model: bert, inputs })).total.runtime;
    // Without types there is a table of zeros instead, once for each of the two padded lengths, 8
    // and 16 tokens.
    const types = 4 * 4 * (8 + 16);
    expect(of([tokenTypes]) - of(undefined)).toBe(2 * types - types);
  });

  test("class weights: both forms of every batch have those of their rows", () => {
    const of = (classWeights: "off" | "balanced") => {
      const training = trainingSchema.parse({ batchSize: 4, steps: 20, classWeights });
      return estimate(input([run("lora")], { training })).total.runtime;
    };
    // Four rows in each of two padded lengths.
    expect(of("balanced") - of("off")).toBe(2 * 2 * 4 * 4);
  });

  test("activations are those of the longest batch's plan", () => {
    const lengths = { trainLengths: [8, 8, 8, 8, 40, 40, 40, 40], validationLengths: [16], maxLength: 40 };
    const plan = run("lora");
    const [estimated] = estimate(input([plan], lengths)).runs;
    const options = parseOptions(model, plan);
    const context = methodContext(model, methodOf("lora"), options, 0);
    const setup = {
      method: methodOf("lora"),
      options,
      context,
      task: sequenceClassification,
      classes: 5,
      pooling: "last" as const,
    };
    const tuned = buildTunedProgram(setup, 4, 40);
    const kept = tuned.backward.saved.reduce((bytes, tensor) => bytes + tensorBytes(tensor), 0);
    const slots = tuned.backward.slots.reduce((bytes, elements) => bytes + 4 * elements, 0);
    expect(estimated!.bytes.activations).toBe(kept + slots + 2 * tensorBytes(tuned.logits) + 2 * 4 * 4);
  });

  test("virtual tokens are the text's own tokens, or those asked for", () => {
    const text = "Classify the question:";
    const { runs } = estimate(
      input([run("sk-prefix", { text }), run("prompt", { virtualTokens: 7 })], { maxLength: 16 }),
    );
    expect(runs.map(({ virtualTokens }) => virtualTokens)).toEqual([model.tokenizer.encode(text).length, 7]);
    expect(runs[0]!.virtualTokens).toBe(15);
  });
});

test("a zero-shot prompt is estimated for the data's labels, and refused for labels that begin alike", () => {
  const options = { words: "age: one; cards: two" };
  const asked = (labels: string[]) =>
    estimate(input([run("zero-shot", options)], { classes: labels.length, labels })).runs[0]!;
  expect(asked(["age", "cards"])).toMatchObject({ problem: null, trainable: { total: 0 } });
  expect(asked(["age", "cards", "one by one"]).problem).toContain('"one" (age) and "one by one" (one by one) begin');
});

test("AdaLoRA without a step to spread its ranks in is refused before it is trained, with all three numbers", () => {
  const problemOf = (tinit: number, tfinal: number) =>
    estimate(input([run("adalora", { tinit, tfinal })])).runs[0]!.problem;
  expect(problemOf(14, 5)).toBeNull();
  expect(problemOf(15, 5)).toMatch(/all ranks for 15 updates and the last 5 .* none of 20 .* Lower tinit or tfinal/);
});

describe("several runs", () => {
  const names = ["sk-prefix", "lora", "linear-probe", "prefix"];
  const four = () => estimate(input(names.map((name) => run(name))));

  test("weights count once, tensors of all runs add up, step memory is shared", () => {
    const { runs, total } = four();
    const added = (key: "adapter" | "gradients" | "optimizer" | "activations") =>
      runs.reduce((bytes, one) => bytes + one.bytes[key], 0);
    expect(total.weights).toBe(weightBytes);
    for (const key of ["adapter", "gradients", "optimizer"] as const) expect(total[key]).toBe(added(key));
    const largest = Math.max(...runs.map(({ bytes }) => bytes.activations));
    expect(total.activations).toBeGreaterThanOrEqual(largest);
    expect(total.activations).toBeLessThan(added("activations"));
    expect(total.total).toBe(sum(total));
  });

  test("a second run of the same kind takes no more step memory", () => {
    const one = estimate(input([run("lora")])).total;
    const two = estimate(input([run("lora"), run("lora", {}, "again")])).total;
    expect(two.activations).toBe(one.activations);
    expect(two.weights).toBe(one.weights);
    expect(two.adapter).toBe(2 * one.adapter);
  });

  test("results are kept of the larger of the parts that are evaluated, one at a time", () => {
    const runtime = (testLengths: number[]) => estimate(input([run("lora")], { testLengths })).total.runtime;
    const [none, one, three] = [[], [9], [9, 4, 7]].map(runtime);
    expect(one).toBe(none);
    // For each row more than the one of validation its loss and 5 numbers of float32.
    expect(three! - none!).toBe(2 * 4 * (1 + 5));
  });

  test("test rows that are longer than all else add a padded length, and change no other", () => {
    const of = (change: Partial<EstimateInput>) => estimate(input([run("lora")], { maxLength: 32, ...change })).total;
    const [none, shorter, longer] = [of({}), of({ testLengths: [16] }), of({ testLengths: [20] })];
    expect(shorter).toEqual(none);
    expect(longer.activations).toBeGreaterThan(none.activations);
  });

  test("every fold is a variant of every run, as a seed is", () => {
    const runs = [run("lora"), run("linear-probe")];
    const folds = estimate(input(runs, { splits: 3 }));
    const seeds = estimate(input(runs, { training: trainingSchema.parse({ batchSize: 4, steps: 20, seeds: 3 }) }));
    expect(folds.total).toEqual(seeds.total);
  });

  test("the largest buffer is named beside what is allowed", () => {
    const { largestBuffer } = estimate(input([run("lora")], { allowedBuffer: 1e9 }));
    expect(largestBuffer).toEqual({ tensor: "model.embed_tokens.weight", bytes: 384 * 48 * 4, allowed: 1e9 });
    const many = input([run("lora", {}, "mine")], { training: trainingSchema.parse({ batchSize: 64 }) });
    const { tensor, bytes } = estimate(many).largestBuffer;
    expect(tensor).toContain('"mine"');
    // The feed-forward's inner states of 64 rows of 16 tokens.
    expect(bytes).toBe(64 * 16 * 128 * 4);
  });

  test("a matrix above the limit of a buffer counts as its parts", () => {
    const of = (allowedBuffer: number) => estimate(input([run("linear-probe")], { allowedBuffer }));
    const [whole, parted] = [of(384 * 48 * 4), of(384 * 48 * 4 - 1)];
    expect(whole.largestBuffer).toMatchObject({ tensor: "model.embed_tokens.weight", bytes: 384 * 48 * 4 });
    expect(parted.largestBuffer).toMatchObject({
      tensor: "model.embed_tokens.weight, rows 0 to 191",
      bytes: 192 * 48 * 4,
    });
    expect(parted.total.weights).toBe(whole.total.weights);
  });

  test("a method that reads such a matrix whole is refused with both numbers", () => {
    const { runs } = estimate(input([run("dora", { targets: "all-linear" })], { allowedBuffer: 20_000 }));
    expect(runs[0]!.problem).toMatch(
      /"model\.layers\.0\.mlp\.\w+\.weight" needs 24576 bytes .* allows 20000, so it is kept in 2/,
    );
  });
});

describe("a run that cannot start", () => {
  test("virtual tokens and input beyond the context: both numbers, and what to do", () => {
    const long = { trainLengths: [60], validationLengths: [12], maxLength: 64 };
    const { runs, total } = estimate(input([run("prompt", { virtualTokens: 6 }), run("linear-probe")], long));
    expect(runs[0]!.problem).toBe(
      'Run "prompt": 6 virtual tokens and texts of up to 60 tokens need 66 positions; the model has 64. ' +
        "Lower the maximum length to 58 or less.",
    );
    expect(runs[1]!.problem).toBeNull();
    expect(total.weights).toBe(weightBytes);
    const full = estimate(input([run("prompt", { virtualTokens: 100 })], long));
    expect(full.runs[0]!.problem).toBe(
      'Run "prompt": 100 virtual tokens and texts of up to 60 tokens need 160 positions; the model has 64. ' +
        "They leave no room for a text: shorten what comes before it to fewer than 64 tokens.",
    );
    // Following the advice is enough.
    const shorter = { trainLengths: [58], validationLengths: [12], maxLength: 58 };
    expect(estimate(input([run("prompt", { virtualTokens: 6 })], shorter)).runs[0]!.problem).toBeNull();
  });

  test("padding is cut for a run whose longest text just fits the context", () => {
    const lengths = { trainLengths: [58, 9], validationLengths: [12], maxLength: 64 };
    const runs = (virtualTokens: number) => estimate(input([run("prompt", { virtualTokens })], lengths)).runs;
    expect(runs(6)[0]!.problem).toBeNull();
    // What the texts need, not their padding.
    expect(runs(7)[0]!.problem).toContain("texts of up to 58 tokens need 65 positions; the model has 64");
    const both = [run("prompt", { virtualTokens: 6 }, "fits"), run("prompt", { virtualTokens: 40 }, "does not")];
    const [fits, not] = estimate(input(both, lengths)).runs;
    expect(fits!.problem).toBeNull();
    expect(not!.problem).toContain("need 98 positions");
    const activations = (virtualTokens: number) => runs(virtualTokens)[0]!.bytes.activations;
    // 58 tokens without padding either way, and one virtual token more.
    expect(activations(6) / activations(5)).toBeCloseTo(64 / 63, 2);
  });

  test("a problem costs nothing in the total, and the others are still estimated", () => {
    const good = estimate(input([run("lora")])).total;
    const { runs, total } = estimate(input([run("lora", { rank: 0 }, "bad"), run("nothing"), run("lora")]));
    expect(runs[0]!.problem).toMatch(/Run "bad" \(lora\): rank/);
    expect(runs[1]!.problem).toMatch(/There is no method "nothing"/);
    expect(runs[2]!.problem).toBeNull();
    expect(runs[0]!.trainable.total).toBe(0);
    expect(total).toEqual(good);
  });
});
