import { describe, expect, test } from "vitest";
import type { ModelFacts } from "../../../src/methods/method";
import { families } from "../../../src/models/registry";
import { configurationSchema, trainingSchema } from "../../../src/plan/configuration";
import { checkedConfiguration } from "../../../src/plan/read-configuration";
import { peakLearningRate } from "../../../src/plan/schedule";

/** The documented example, with one of each alternative filled in. */
const example = {
  model: "dir:models/smollm",
  precision: "float16",
  data: {
    task: "sequence-classification",
    train: "train.csv",
    validation: "dev.csv",
    test: { repeats: 5, fraction: 0.1 },
    group: "author",
    columns: { text: "text", textPair: null, label: "label" },
    maxLength: 128,
  },
  training: {
    seed: 0,
    steps: 200,
    epochs: null,
    batchSize: 8,
    weightDecay: 0.01,
    schedule: "linear",
    warmupRatio: 0.06,
    gradClip: 1.0,
    shuffle: true,
    evalEvery: 50,
    pooling: "last",
    seeds: 3,
    learningRateFactors: [0.3, 1, 3],
    earlyStopping: { patience: 2 },
    keepBest: true,
    headLearningRate: 0.002,
    leastWarmupSteps: 5,
  },
  runs: [
    {
      name: "sk-prefix",
      method: "sk-prefix",
      learningRate: 0.001,
      weightDecay: 0,
      options: { text: "Classify the positive or negative sentiment from the text" },
    },
    {
      name: "lora",
      method: "lora",
      learningRate: 0.0003,
      options: { rank: 8, alpha: 16, targets: ["q_proj", "v_proj"] },
      initFrom: "exported/lora",
    },
  ],
};

const smallest = {
  model: "bundled:tiny",
  data: { train: "train.csv", columns: { text: "text", label: "label" } },
  training: {},
  runs: [{ name: "a", method: "lora" }],
};

/** What the schema says against a configuration, as `path: message`. */
function problems(configuration: unknown): string[] {
  const result = configurationSchema.safeParse(configuration);
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the configuration of a comparison", () => {
  test("the documented example is read as it stands", () => {
    expect(configurationSchema.parse(example)).toEqual(example);
    expect(configurationSchema.parse(JSON.parse(JSON.stringify(example)))).toEqual(example);
  });

  test("defaults", () => {
    expect(configurationSchema.parse(smallest)).toEqual({
      model: "bundled:tiny",
      precision: "auto",
      data: {
        task: "sequence-classification",
        train: "train.csv",
        validation: 0.1,
        test: null,
        group: null,
        columns: { text: "text", textPair: null, label: "label" },
        maxLength: 128,
      },
      training: {
        seed: 0,
        steps: null,
        epochs: null,
        batchSize: 8,
        schedule: "linear",
        warmupRatio: 0.06,
        gradClip: 1,
        shuffle: true,
        evalEvery: 50,
        pooling: null,
        seeds: 1,
        learningRateFactors: [1],
        earlyStopping: null,
        keepBest: false,
        // The head is no part of the race: its rate, decay and warm-up are the same for all runs.
        headLearningRate: 0.02,
        weightDecay: 0.01,
        leastWarmupSteps: 10,
      },
      runs: [{ name: "a", method: "lora", options: {} }],
    });
    // The adapter's rate is the method's own unless given.
    expect(trainingSchema.parse({})).not.toHaveProperty("learningRate");
    expect(trainingSchema.parse({ headLearningRate: "adapter" }).headLearningRate).toBe("adapter");
    expect(trainingSchema.parse({ gradClip: null }).gradClip).toBeNull();
  });

  test.each([
    [{ learningRate: 1e-60 }, "training.learningRate: 1e-60 is 0 in the 32-bit numbers that are computed with"],
    [{ learningRate: 1e-40 }, "training.learningRate: 1e-40 is 0 in the 32-bit numbers"],
    [{ learningRate: 1e39 }, "training.learningRate: 1e+39 is infinite in the 32-bit numbers"],
    [{ headLearningRate: 1e300 }, "training.headLearningRate: 1e+300 is infinite in the 32-bit numbers"],
    [{ weightDecay: 1e300 }, "training.weightDecay: 1e+300 is infinite in the 32-bit numbers"],
    [{ gradClip: 1e-300 }, "training.gradClip: 1e-300 is 0 in the 32-bit numbers"],
    [{ learningRateFactors: [1, 1e300] }, "training.learningRateFactors.1: 1e+300 is infinite in the 32-bit numbers"],
    [{ classWeights: { a: 1e39 } }, "training.classWeights.a: 1e+39 is infinite in the 32-bit numbers"],
    [{ epochs: 1e308 }, "training.epochs: 1e+308 is too many; there may be 1000000"],
    [{ steps: 2e9 }, "training.steps: 2000000000 is too many; there may be 1000000000"],
    [
      { seed: Number.MAX_SAFE_INTEGER, seeds: 2 },
      "training.seed: 9007199254740991 with 2 seeds goes beyond 9007199254740991, the last whole number that is exact; " +
        "write 9007199254740990 or less",
    ],
    [{ seed: 2 ** 53 }, "training.seed: "],
  ])("%j is refused with the number and the limit", (training, message) => {
    const found = problems({ ...smallest, training });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test("a rate that a factor takes out of range is refused with both", () => {
    const runs = [{ name: "a", method: "lora", learningRate: 1e30 }];
    expect(problems({ ...smallest, runs, training: { learningRateFactors: [1, 1e20] } })).toEqual([
      "runs.0.learningRate: 1e+30 times the factor 100000000000000000000: 1e+50 is infinite in the 32-bit numbers that are computed with; write one from 1.2e-38 to 3.4e38",
    ]);
    expect(problems({ ...smallest, training: { learningRate: 1e-30, learningRateFactors: [1e-20] } })).toHaveLength(1);
  });

  test("what the worker is given is refused in words, too", () => {
    const runs = Array.from({ length: 101 }, (_, index) => ({ name: `R${index}`, method: "lora" }));
    expect(() => checkedConfiguration({ ...smallest, runs })).toThrow(
      "The configuration does not fit.\nruns: must have at most 100 entries, and has 101",
    );
    expect(() => checkedConfiguration({ ...smallest, runs: [runs[0], runs[0]] })).toThrow(/^Two runs are called "R0"/);
    expect(checkedConfiguration(smallest)).toEqual(configurationSchema.parse(smallest));
  });

  test("more trainings than there may be are refused with both numbers", () => {
    const runs = Array.from({ length: 12 }, (_, index) => ({ name: `R${index}`, method: "lora" }));
    const training = { seeds: 10, learningRateFactors: [0.3, 1] };
    const folds = (count: number) => ({
      ...smallest,
      data: { ...smallest.data, test: { folds: count } },
      training,
      runs,
    });
    expect(problems(folds(8))).toEqual([]);
    expect(problems(folds(9))).toEqual([
      "training.seeds: 12 runs with every seed, division of the rows and learning rate are 2160 trainings; there may be 2000",
    ]);
  });

  test("the last numbers that are taken", () => {
    const training = {
      ...{ seed: Number.MAX_SAFE_INTEGER - 9, seeds: 10, steps: 1_000_000_000, epochs: 1_000_000 },
      ...{ learningRate: 3.4e38, headLearningRate: 1.2e-38, weightDecay: 0, gradClip: 3.4e38 },
    };
    expect(problems({ ...smallest, training })).toEqual([]);
  });

  test("a file of earlier versions that gives a learning rate to what trains nothing still opens", () => {
    const runs = [{ name: "asked", method: "zero-shot", learningRate: 0.01 }];
    const { training, runs: read } = configurationSchema.parse({ ...smallest, runs });
    expect(read).toEqual([{ name: "asked", method: "zero-shot", learningRate: 0.01, options: {} }]);
    const config = { hiddenSize: 96 } as ModelFacts["config"];
    const model = { family: families[0]!, config };
    expect(peakLearningRate(read[0]!, training, model)).toBe(0);
    expect(peakLearningRate({ method: "lora", learningRate: 0.01 }, training, model)).toBe(0.01);
  });

  test.each([null, 0.1, "test.csv", { folds: 5 }, { repeats: 3, fraction: 0.2 }])("test rows may be %j", (test) => {
    expect(configurationSchema.parse({ ...smallest, data: { ...smallest.data, test } }).data.test).toEqual(test);
  });

  test.each([
    ["", { ...smallest, colour: 1 }],
    ["data", { ...smallest, data: { ...smallest.data, colour: 1 } }],
    ["data.columns", { ...smallest, data: { ...smallest.data, columns: { ...smallest.data.columns, colour: 1 } } }],
    ["training", { ...smallest, training: { colour: 1 } }],
    ["runs.0", { ...smallest, runs: [{ ...smallest.runs[0], colour: 1 }] }],
  ])("an unknown key at %j is named", (path, configuration) => {
    const [problem, ...others] = problems(configuration);
    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${path}: .*"colour"`));
  });

  test.each([
    ["model", { ...smallest, model: "smollm" }, /must begin with bundled:, hf: or dir:/],
    ["model", { ...smallest, model: "hf:" }, /must begin with/],
    ["data.train", { ...smallest, data: { columns: smallest.data.columns } }, /./],
    ["data.task", { ...smallest, data: { ...smallest.data, task: "translation" } }, /"sequence-classification"/],
    [
      "data.columns.number",
      { ...smallest, data: { ...smallest.data, task: "regression", columns: { text: "a" } } },
      /name/,
    ],
    ["data.validation", { ...smallest, data: { ...smallest.data, validation: 1 } }, /./],
    ...[0, 1.5, { folds: 5, fraction: 0.1 }, { repeats: 3 }].map((test): [string, object, RegExp] => [
      ...(["data.test", { ...smallest, data: { ...smallest.data, test } }, /./] as const),
    ]),
    ...["", {}, true, [0.1]].map((test): [string, object, RegExp] => [
      ...([
        "data.test",
        { ...smallest, data: { ...smallest.data, test } },
        test === "" ? /small/ : /^must be .*a fraction between 0 and 1, \{"folds": 5\}/,
      ] as const),
    ]),
    ["data.group", { ...smallest, data: { ...smallest.data, group: "" } }, /small/],
    ["data.test.folds", { ...smallest, data: { ...smallest.data, test: { folds: 1 } } }, /2/],
    ["data.maxLength", { ...smallest, data: { ...smallest.data, maxLength: 0 } }, /./],
    ["training.steps", { ...smallest, training: { steps: 0 } }, /./],
    ["training.schedule", { ...smallest, training: { schedule: "step" } }, /"linear"\|"cosine"\|"constant"/],
    ["training.warmupRatio", { ...smallest, training: { warmupRatio: 1.5 } }, /1/],
    [
      "training.learningRate",
      { ...smallest, training: { learningRate: "find" } },
      /^must be a number above 0, or "search"/,
    ],
    ["runs.0.learningRate", { ...smallest, runs: [{ ...smallest.runs[0], learningRate: 0 }] }, /./],
    ["training.headLearningRate", { ...smallest, training: { headLearningRate: 0 } }, /./],
    ["training.headLearningRate", { ...smallest, training: { headLearningRate: "head" } }, /./],
    ["training.leastWarmupSteps", { ...smallest, training: { leastWarmupSteps: -1 } }, /./],
    ["training.weightDecay", { ...smallest, training: { weightDecay: -0.1 } }, /./],
    ["training.calibrate", { ...smallest, training: { calibrate: "yes" } }, /./],
    [
      "training.calibrate",
      {
        ...smallest,
        data: { ...smallest.data, task: "regression", columns: { text: "a", number: "b" } },
        training: { calibrate: true },
      },
      /regression has no chances of labels to calibrate; leave it false/,
    ],
    ["runs.0.weightDecay", { ...smallest, runs: [{ ...smallest.runs[0], weightDecay: -1 }] }, /./],
    ["training.gradClip", { ...smallest, training: { gradClip: 0 } }, /./],
    ["training.seed", { ...smallest, training: { seed: -1 } }, /./],
    ["runs", { ...smallest, runs: [] }, /./],
    ["runs.0.method", { ...smallest, runs: [{ name: "a" }] }, /./],
    ["runs.0.name", { ...smallest, runs: [{ name: "", method: "lora" }] }, /./],
  ])("%s that does not fit is said at its place", (path, configuration, message) => {
    const found = problems(configuration);
    expect(found).toHaveLength(1);
    expect(found[0]!.startsWith(`${path}: `), found[0]).toBe(true);
    expect(found[0]!.slice(path.length + 2)).toMatch(message);
  });
});
