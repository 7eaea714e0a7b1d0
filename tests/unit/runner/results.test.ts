import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OutFolder } from "../../../bin/headless/out-folder";
import { deviceSummary, earlierLines, metricsLine, Results } from "../../../bin/headless/results";
import { configurationSchema, trainingSchema } from "../../../src/plan/configuration";
import type { EvaluationEvent, StepEvent } from "../../../src/worker/api";

const memoryBytes = {
  weights: 6,
  adapter: 5,
  gradients: 4,
  optimizer: 3,
  activations: 2,
  cache: 0,
  runtime: 1,
  onnxruntime: 0,
  total: 21,
};

function step(run: string, step: number, loss: number): StepEvent {
  return {
    type: "step",
    run,
    step,
    epoch: step / 10,
    loss,
    learningRate: 0.001,
    gradNorm: 0.5,
    tokens: 64 * step,
    seconds: 0.25 * step,
    flops: 5e6,
    memoryBytes,
  };
}

function evaluation(run: string, step: number, loss: number, accuracy: number): EvaluationEvent {
  return {
    type: "evaluation",
    run,
    step,
    split: "validation",
    loss,
    accuracy,
    f1: 0.5,
    rows: 20,
    tokens: 8,
    seconds: 1,
    flops: 5e6,
  };
}

let folder: string;
let results: Results;
const RUNS = [
  { name: "sk", method: "sk-prefix", options: {} },
  { name: "lora", method: "lora", options: {} },
];
const training = trainingSchema.parse({});

const data = configurationSchema.shape.data.parse({ train: "train.csv", columns: { text: "text", label: "label" } });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "studio-results-"));
  results = begun({ data, runs: RUNS, training });
});

/** Results in the test's folder that a comparison has begun to write. */
function begun(configuration: ConstructorParameters<typeof Results>[1]): Results {
  const out = new OutFolder(folder);
  out.begin();
  const made = new Results(out, configuration);
  made.begin();
  return made;
}

afterEach(() => {
  results.close();
  rmSync(folder, { recursive: true });
});

function metrics(): unknown[] {
  const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => JSON.parse(line));
}

function zip(files: Record<string, string>): string {
  const path = join(folder, "download.zip");
  writeFileSync(path, zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));
  return path;
}

describe("metrics.jsonl", () => {
  test("has a line for each step and evaluation, in order, with the documented keys", () => {
    results.add(step("sk", 1, 0.7));
    results.add({ type: "run-state", run: "sk", state: "running", reason: null, lastGoodStep: null, heldStep: null });
    results.add(step("lora", 1, 0.6));
    results.add(evaluation("sk", 1, 0.65, 0.5));
    expect(metrics()).toEqual([
      {
        run: "sk",
        step: 1,
        epoch: 0.1,
        loss: 0.7,
        learningRate: 0.001,
        gradNorm: 0.5,
        tokens: 64,
        seconds: 0.25,
        flops: 5e6,
        memoryBytes,
      },
      expect.objectContaining({ run: "lora", loss: 0.6 }),
      {
        ...{ run: "sk", step: 1, split: "validation", loss: 0.65, accuracy: 0.5, f1: 0.5, rows: 20 },
        ...{ tokens: 8, seconds: 1, flops: 5e6 },
      },
    ]);
  });

  test("writes a loss that is not a number as null", () => {
    expect(JSON.parse(metricsLine(step("sk", 1, Number.NaN)))).toMatchObject({ loss: null });
  });

  test("starts empty, without what an earlier comparison left", () => {
    results.add(step("sk", 1, 0.7));
    const sample = {
      row: 2,
      prompt: "2 + 2\n",
      response: "4",
      run: "lora",
      before: true,
      text: "5",
      ending: "end",
    } as const;
    results.addSamples([sample, { ...sample, run: null, before: false }]);
    const lines = readFileSync(join(folder, "samples.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([sample, { ...sample, run: null, before: false }]);
    writeFileSync(join(folder, "notes.txt"), "kept");
    begun({ data, runs: RUNS, training }).close();
    expect(readFileSync(join(folder, "metrics.jsonl"), "utf8")).toBe("");
    // What this comparison has nothing to put in place of stays.
    expect(existsSync(join(folder, "samples.jsonl"))).toBe(true);
    expect(readFileSync(join(folder, "notes.txt"), "utf8")).toBe("kept");
  });

  test("has what trains nothing once in a sweep of rates, by its own name, as the comparison has it", () => {
    results.close();
    const sweep = trainingSchema.parse({ learningRateFactors: [1, 3] });
    const runs = [RUNS[1]!, { name: "majority", method: "majority", options: {} }];
    results = begun({ data, runs, training: sweep });
    expect(results.runs.map(({ run }) => run)).toEqual(["lora (rate × 1)", "lora (rate × 3)", "majority"]);
  });

  test("writes nothing before it begins", () => {
    results.add(step("sk", 1, 0.7));
    const before = metrics();
    const waiting = new Results(new OutFolder(folder), { data, runs: RUNS, training });
    waiting.add(step("sk", 1, 0.9));
    waiting.close();
    expect(metrics()).toEqual(before);
    expect(waiting.begun).toBe(false);
  });

  test("goes on with the lines up to the step that each run goes on from", () => {
    const written = [
      evaluation("sk", 0, 0.69, 0.5),
      step("sk", 1, 0.7),
      step("lora", 1, 0.6),
      step("sk", 2, 0.65),
      evaluation("sk", 2, 0.6, 0.7),
      step("sk", 3, 0.5),
      { ...evaluation("sk", 2, 0.61, 0.6), split: "test" as const },
    ];
    const text = `${written.map(metricsLine).join("\n")}\n{"run":"sk","st`;
    const earlier = earlierLines(text, new Map([["sk", 2]]));
    const kept = [written[0]!, written[1]!, written[3]!, written[4]!];
    expect(earlier.events).toEqual(kept);
    const again = begun({ data, runs: RUNS, training });
    again.begin(earlier);
    expect(again.runs[0]).toMatchObject({
      steps: 2,
      training: { firstLoss: 0.7, lastLoss: 0.65 },
      validation: { first: { step: 0 }, last: { step: 2, loss: 0.6 } },
    });
    // Evaluated again where it goes on, it says what is written already.
    again.add(evaluation("sk", 2, 0.6, 0.7));
    again.add(step("sk", 3, 0.5));
    again.close();
    expect(readFileSync(join(folder, "metrics.jsonl"), "utf8")).toBe(
      `${[...kept, step("sk", 3, 0.5)].map(metricsLine).join("\n")}\n`,
    );
  });

  test("refuses an event of an unknown run", () => {
    expect(() => results.add(step("other", 1, 1))).toThrow('no run named "other"');
  });
});

describe("adapters", () => {
  test("are unpacked into the run's folder", () => {
    results.addAdapter("lora", zip({ "any/adapter_config.json": "{}", "any/README.md": "# card" }));
    expect(readFileSync(join(folder, "lora", "README.md"), "utf8")).toBe("# card");
    expect(readFileSync(join(folder, "lora", "adapter_config.json"), "utf8")).toBe("{}");
  });

  test("may not write outside it", () => {
    const escaping = { "lora/README.md": "", "lora/../../sk/README.md": "" };
    expect(() => results.addAdapter("lora", zip(escaping))).toThrow("outside its folder");
    expect(existsSync(join(folder, "sk"))).toBe(false);
    expect(existsSync(join(folder, "lora"))).toBe(false);
  });

  test("of a folder that is no adapter of ours by then get another name", () => {
    const taken = join(folder, "lora");
    mkdirSync(taken);
    writeFileSync(join(taken, "thesis.tex"), "mine");
    results.addAdapter("lora", zip({ "any/README.md": "# card" }));
    expect(readFileSync(join(taken, "thesis.tex"), "utf8")).toBe("mine");
    expect(readFileSync(join(folder, "lora (new)", "README.md"), "utf8")).toBe("# card");
    expect(results.runs.find(({ run }) => run === "lora")!.adapter).toBe("lora (new)");
  });

  test.each([[{ "README.md": "" }], [{ "a/README.md": "", "b/README.md": "" }], [{}]])(
    "must be one folder: not %j",
    (files) => {
      expect(() => results.addAdapter("lora", zip(files))).toThrow("should be one folder");
    },
  );
});

describe("several seeds", () => {
  test("have a summary each, and one together", () => {
    results.close();
    results = begun({ data, runs: RUNS, training: trainingSchema.parse({ seeds: 2 }) });
    results.add(evaluation("lora (seed 0)", 3, 0.4, 0.8));
    results.add(evaluation("lora (seed 1)", 3, 0.6, 0.6));
    expect(results.runs.map(({ run, variant }) => [run, variant.run, variant.seed])).toEqual([
      ["sk (seed 0)", "sk", 0],
      ["sk (seed 1)", "sk", 1],
      ["lora (seed 0)", "lora", 0],
      ["lora (seed 1)", "lora", 1],
    ]);
    const [lora, ...others] = results.groups;
    expect(others).toEqual([]);
    expect(lora).toMatchObject({
      group: "lora",
      run: "lora",
      learningRateFactor: 1,
      lastLoss: { mean: 0.5, count: 2 },
    });
    expect(lora!.last.mean).toBeCloseTo(0.7, 12);
    expect(lora!.last.deviation).toBeCloseTo(0.1414213562, 9);
  });

  test("one seed has a group, too: its figures, and no spread", () => {
    results.add(evaluation("lora", 3, 0.4, 0.8));
    expect(results.groups).toHaveLength(1);
    expect(results.groups[0]).toMatchObject({ group: "lora", last: { mean: 0.8, deviation: 0, count: 1 } });
  });
});

describe("the runs' summaries", () => {
  test("hold first, last and best figures", () => {
    results.add(evaluation("sk", 0, 0.69, 0.5));
    results.add(step("sk", 1, 0.7));
    results.add(step("sk", 2, 0.4));
    results.add(evaluation("sk", 2, 0.5, 0.9));
    results.add(step("sk", 3, 0.3));
    results.add(evaluation("sk", 3, 0.55, 0.9));
    results.add({ type: "run-state", run: "sk", state: "finished", reason: null, lastGoodStep: 3, heldStep: null });
    const [sk, lora] = results.runs;
    expect(sk).toMatchObject({
      method: "sk-prefix",
      state: "finished",
      steps: 3,
      tokens: 192,
      training: { firstLoss: 0.7, lastLoss: 0.3 },
      validation: { first: { step: 0 }, best: { step: 2, accuracy: 0.9 }, last: { step: 3, loss: 0.55 } },
    });
    expect(lora).toMatchObject({ state: "waiting", steps: 0, training: null, validation: null, adapter: null });
  });

  test("end with what was said of all rows, where some were measured while training", () => {
    results.add(evaluation("sk", 0, 0.69, 0.5));
    results.add(evaluation("sk", 2, 0.5, 0.9));
    const complete = { ...evaluation("sk", 2, 0.52, 0.85), rows: 558, complete: true as const };
    results.add(complete);
    expect(results.runs[0]!.validation).toMatchObject({
      best: { step: 2, accuracy: 0.9 },
      last: { step: 2, rows: 558, accuracy: 0.85 },
    });
    expect(results.groups[0]).toMatchObject({ last: { mean: 0.85 }, lastLoss: { mean: 0.52 } });
    expect(metrics().at(-1)).toMatchObject({ complete: true, rows: 558 });
    // It is measured again where the comparison goes on.
    const lines = [evaluation("sk", 2, 0.5, 0.9), complete].map(metricsLine).join("\n");
    expect(earlierLines(lines, new Map([["sk", 2]])).events).toEqual([evaluation("sk", 2, 0.5, 0.9)]);
  });

  test("keep how a run was calibrated, which is no line of the metrics", () => {
    const reliability = { bins: [], ece: 0.1 };
    const calibration = {
      ...{ temperature: 1.5, thresholds: [0.5, 0.2], notes: ["No validation row has a: the threshold stays 0.5."] },
      ...{ part: "test" as const, rows: 20, imported: false, before: reliability, after: reliability },
      thresholdFigures: null,
    };
    results.add({ type: "calibration", run: "sk", calibration });
    expect(results.runs.map((run) => run.calibration)).toEqual([calibration, null]);
    expect(metrics()).toEqual([]);
  });

  test("go by the metric that was fixed before training", () => {
    results.close();
    results = begun({ data, runs: RUNS, training: trainingSchema.parse({ metric: "f1" }) });
    results.add({ ...evaluation("sk", 2, 0.5, 0.9), f1: 0.3 });
    results.add({ ...evaluation("sk", 4, 0.5, 0.6), f1: 0.4 });
    results.add({ ...evaluation("sk", 4, 0.5, 0.7), f1: 0.2, split: "test" });
    expect(results.runs[0]).toMatchObject({ validation: { best: { step: 4, f1: 0.4 } } });
    expect(results.groups[0]).toMatchObject({
      metric: "f1",
      last: { mean: 0.4 },
      best: { mean: 0.4 },
      test: { mean: 0.2 },
    });
  });

  test("never call the state before the first step the best, and keep what the test rows said apart", () => {
    results.add(evaluation("sk", 0, 0.2, 0.95));
    expect(results.runs[0]!.validation).toMatchObject({ first: { step: 0 }, last: { step: 0 }, best: null });
    expect(results.groups[0]).toMatchObject({ group: "sk", last: { mean: 0.95 }, best: null });
    results.add(evaluation("sk", 2, 0.5, 0.6));
    results.add(evaluation("sk", 4, 0.5, 0.5));
    results.add({ ...evaluation("sk", 2, 0.55, 0.58), split: "test" });
    expect(results.runs[0]).toMatchObject({
      validation: { first: { step: 0 }, best: { step: 2, accuracy: 0.6 }, last: { step: 4 } },
      test: { step: 2, loss: 0.55, accuracy: 0.58 },
    });
    expect(results.groups[0]).toMatchObject({ group: "sk", test: { mean: 0.58, count: 1 }, last: { mean: 0.5 } });
    expect(metrics().map((line) => (line as { split: string }).split)).toEqual([
      ...["validation", "validation", "validation", "test"],
    ]);
  });

  test("are one for every fold, and one group together", () => {
    results.close();
    results = begun({ data: { ...data, test: { folds: 2 } }, runs: RUNS, training });
    for (const [name, accuracy] of [
      ["lora (fold 1)", 0.5],
      ["lora (fold 2)", 0.7],
    ] as const) {
      results.add(evaluation(name, 3, 0.4, 0.8));
      results.add({ ...evaluation(name, 3, 0.4, accuracy), split: "test" });
    }
    expect(results.groups).toHaveLength(1);
    expect(results.groups[0]!.test!.mean).toBeCloseTo(0.6, 12);
  });

  test("are not complete where something asked for could not be written", () => {
    for (const { name } of RUNS) {
      results.add({ type: "run-state", run: name, state: "finished", reason: null, lastGoodStep: 1, heldStep: null });
      results.addAdapter(name, zip({ [`${name}/README.md`]: "" }));
    }
    const sum = { parts: [{ run: "lora", weight: 0.5 }], combination: "cat" as const };
    results.addSum(sum, evaluation("0.5 · lora", 0, 0.4, 0.8), zip({ "sum/README.md": "# card" }));
    expect(readFileSync(join(folder, "sum", "README.md"), "utf8")).toBe("# card");
    expect(results.complete).toBe(true);
    results.fail('The merged model of "lora" could not be written: the disk is full.');
    expect(results.complete).toBe(false);
  });

  test("are complete only when every run finished and has its adapter", () => {
    for (const { name } of RUNS) {
      expect(results.complete).toBe(false);
      results.add({ type: "run-state", run: name, state: "finished", reason: null, lastGoodStep: 1, heldStep: null });
      expect(results.complete).toBe(false);
      results.addAdapter(name, zip({ [`${name}/README.md`]: "" }));
    }
    expect(results.complete).toBe(true);
    results.add({
      type: "run-state",
      run: "sk",
      state: "failed",
      reason: "not a number",
      lastGoodStep: 1,
      heldStep: null,
    });
    expect(results.complete).toBe(false);
  });
});

test("the summary names what computed, with its threads or its adapter", () => {
  const none = { vendor: "", architecture: "", device: "", description: "" };
  const processor = { executor: "processor", name: "processor, 4 threads", threads: 4 } as const;
  expect(deviceSummary({ ...processor, status: "ready", adapter: none })).toEqual({ ...processor, adapter: null });
  const card = { executor: "webgpu", name: "A card", threads: null } as const;
  const adapter = { ...none, vendor: "maker" };
  for (const [status, kind] of [
    ["ready", "hardware"],
    ["software", "software"],
  ] as const) {
    expect(deviceSummary({ ...card, status, adapter })).toEqual({ ...card, adapter: { kind, ...adapter } });
  }
});
