/** What goes wrong in a comparison: numbers that are none, settings that do not fit. */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { readSafetensors } from "../../src/hub/safetensors";
import type { ModelFolder } from "../../src/hub/types";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import {
  finalValues,
  OpenComparisons,
  probabilitiesOf,
  type TinyComparison,
  type TinySetup,
  tinyData,
  tinyRows,
} from "./tiny-comparison";

const text = "Sort it:";
/** On a busy machine with a software adapter, compiling takes its time. */
const timeout = 120_000;
let executor: Executor;
let model: BaseModel;
let data: TinySetup["data"];
const open = new OpenComparisons();

function create(setup: Omit<TinySetup, "data"> & Partial<TinySetup>): TinyComparison {
  return open.create(executor, model, { data, ...setup });
}

beforeAll(async () => {
  executor = await testExecutor();
  model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [5, 7, 8, 6]);
  data = tinyData(rows, rows, 8);
  return () => model.release();
});

afterEach(async () => {
  await open.release();
});

describe("numbers that are none", () => {
  test("fail the run, bring back its last good adapter, and leave the others alone", { timeout }, async () => {
    const good = { name: "good", method: "lora", learningRate: 1e-3 };
    const bad = { name: "bad", method: "lora", learningRate: 1e38 };
    const training = { steps: 6, evalEvery: 2 };
    const alone = create({ runs: [good], training });
    await alone.comparison.prepare();
    await alone.comparison.train();

    const tiny = create({ runs: [bad, good], training });
    await tiny.comparison.prepare();
    const start = await finalValues(tiny, "bad");
    await tiny.comparison.train();
    const { state, reason, lastGoodStep } = tiny.of("run-state", "bad").at(-1)!;
    expect(state).toBe("failed");
    expect(reason).toMatch(/^not a number: /);
    expect(reason).toMatch(/(step|learning rate)/);
    expect(lastGoodStep).toBe(0);
    expect(tiny.losses("bad").every(Number.isFinite)).toBe(true);
    expect(tiny.losses("bad").length).toBeLessThan(6);
    expect(tiny.of("evaluation", "bad").map(({ step }) => step)).toEqual([0]);
    // Its tensors are the good ones again: export, prediction and report use them.
    expect(await finalValues(tiny, "bad")).toEqual(start);
    const said = await tiny.comparison.predict(data.train[0]!);
    for (const prediction of said) {
      const sum = probabilitiesOf(prediction).reduce((total, probability) => total + probability, 0);
      expect(sum, prediction.run).toBeCloseTo(1, 5);
    }
    expect(tiny.comparison.report("bad").wrongest.every(({ loss }) => Number.isFinite(loss))).toBe(true);

    expect(tiny.of("run-state", "good").at(-1)).toMatchObject({ state: "finished", lastGoodStep: 6 });
    expect(tiny.losses("good")).toEqual(alone.losses("good"));
    expect(await finalValues(tiny, "good")).toEqual(await finalValues(alone, "good"));
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("finished");
    expect(tiny.comparison.finished).toBe(false);

    // Going on from there takes the failed run alone, and it fails as it did.
    const before = tiny.events.length;
    await tiny.comparison.continue();
    const later = tiny.events.slice(before);
    expect(later.filter(({ type }) => type === "run-state").map((event) => "run" in event && event.run)).toEqual([
      "bad",
      "bad",
    ]);
    expect(tiny.of("run-state", "bad").at(-1)).toMatchObject({ state: "failed", lastGoodStep: 0 });
    expect(tiny.losses("good")).toHaveLength(6);
    expect(tiny.of("step", "bad")[0]!.tokens).toBe(tiny.of("step", "good")[0]!.tokens);
  });

  test.each([
    [
      "a value of NaN",
      "value",
      Number.NaN,
      /^the loss at step [4-6] was NaN; the trained tensor "score\.weight" holds NaN$/,
    ],
    // The head's own gradient stays finite; what comes back through it does not.
    [
      "a value at the end of float32",
      "value",
      3e38,
      /^the (loss|gradient norm) at step [4-6] was (NaN|Infinity|-Infinity); the gradient of "\S+" holds (NaN|Infinity|-Infinity)$/,
    ],
    [
      "a moment that no loss shows",
      "second",
      Number.POSITIVE_INFINITY,
      /^what was trained until step 4; the second moment of "score\.weight" holds Infinity$/,
    ],
  ] as const)("%s is named with its tensor and step", async (_, where, value, said) => {
    const run = { method: "lora", learningRate: 1e-3 };
    const tiny = create({
      runs: [
        { ...run, name: "bad" },
        { ...run, name: "good" },
      ],
      training: { steps: 8, evalEvery: 2 },
      onEvent(event, comparison) {
        if (event.type !== "step" || event.run !== "bad" || event.step !== 3) return;
        const { parameters } = comparison.run("bad");
        const buffer = where === "value" ? parameters.value("score.weight") : parameters.moments("score.weight").second;
        executor.write(buffer, new Float32Array(8).fill(value));
      },
    });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    const failures = tiny.of("run-state", "bad").filter(({ state }) => state === "failed");
    expect(failures).toHaveLength(1);
    const reason = /^not a number: (.*)\. The learning rate of 0\.00100 may be too high; try a lower one\.$/.exec(
      failures[0]!.reason!,
    );
    expect(reason?.[1]).toMatch(said);
    // The adapter before is on the device again, for whoever downloads it.
    expect(failures[0]!.lastGoodStep).toBe(2);
    const kept = tiny.comparison.checkpoints.get("bad")!;
    expect(kept.step).toBe(2);
    expect(await finalValues(tiny, "bad")).toEqual(kept.values);
    expect([...kept.values.values()].every((values) => values.every(Number.isFinite))).toBe(true);
    expect(tiny.of("run-state", "good").at(-1)).toMatchObject({ state: "finished", lastGoodStep: 8 });
  });

  test("in every run fail the comparison, with the reason", async () => {
    const tiny = create({ runs: [{ name: "bad", method: "linear-probe", learningRate: 1e38 }] });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    const { state, reason } = tiny.of("comparison-state").at(-1)!;
    expect(state).toBe("failed");
    expect(reason).toMatch(/^not a number: /);
  });
});

test("a target whose weights are all zero is named, to the runs that train there alone", async () => {
  const whole = fixtureModel("tiny-llama");
  const folder: ModelFolder = {
    ...whole,
    async open(name) {
      const file = await whole.open(name);
      if (!file || name !== "model.safetensors") return file;
      const bytes = (await file.read(0, file.size)).slice();
      const { begin, end } = (await readSafetensors(file)).tensors.get("model.layers.1.self_attn.q_proj.weight")!;
      bytes.fill(0, begin, end);
      return { ...file, name, size: file.size, read: async (from, to) => bytes.slice(from, to) };
    },
  };
  const damaged = await BaseModel.load(executor, folder);
  expect(damaged.zeroMatrices).toEqual(["model.layers.1.self_attn.q_proj.weight"]);
  expect(model.zeroMatrices).toEqual([]);
  const runs = [
    { name: "there", method: "lora", options: { targets: ["q_proj"] }, learningRate: 1e-3 },
    { name: "elsewhere", method: "lora", options: { targets: ["v_proj"] }, learningRate: 1e-3 },
  ];
  const tiny = open.create(executor, damaged, { data, runs, training: { steps: 1 } });
  await tiny.comparison.prepare();
  expect(tiny.of("notice").map(({ run, message }) => [run, message])).toEqual([
    ["there", expect.stringMatching(/^It trains at model\.layers\.1\.self_attn\.q_proj, whose weights are all zero/)],
  ]);
  await open.release();
  damaged.release();
});

describe("settings that do not fit", () => {
  const good = { name: "good", method: "sk-prefix", options: { text } };
  const refused = (setup: Omit<TinySetup, "data"> & Partial<TinySetup>) => {
    const before = executor.memory.bytes();
    let message = "";
    try {
      create(setup);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).not.toBe("");
    const after = executor.memory.bytes();
    // onnxruntime's buffers may be collected meanwhile; ours must be gone.
    for (const category of ["weights", "adapter", "gradients", "optimizer", "activations"] as const) {
      expect(after[category], category).toBe(before[category]);
    }
    expect(after.runtime).toBeLessThanOrEqual(before.runtime);
    return message;
  };

  test("an option out of range: run, method and option are named", () => {
    const message = refused({ runs: [good, { name: "mine", method: "lora", options: { rank: 0 } }] });
    expect(message).toContain('Run "mine" (lora)');
    expect(message).toContain("rank");
  });

  test("an unknown option is named", () => {
    const message = refused({ runs: [good, { name: "mine", method: "prompt", options: { virtualToken: 3 } }] });
    expect(message).toContain('Run "mine" (prompt)');
    expect(message).toContain("virtualToken");
  });

  test("an unknown method is named with those there are", () => {
    const message = refused({ runs: [good, { name: "mine", method: "magic" }] });
    expect(message).toContain('"magic"');
    expect(message).toContain("sk-prefix");
  });

  test("two runs of one name", () => {
    expect(refused({ runs: [good, { ...good, method: "sk-prompt" }] })).toContain('"good"');
  });

  test("more positions than the model has: both numbers", () => {
    const message = refused({ runs: [good, { name: "long", method: "prefix", options: { virtualTokens: 60 } }] });
    expect(message).toContain('Run "long"');
    expect(message).toContain("need 68 positions");
    expect(message).toContain("the model has 64");
    expect(message).toContain("Lower the maximum length to 4");
  });

  test("values to start from that do not fit their tensor: both sizes", () => {
    const initial = new Map([["score.weight", new Float32Array(7)]]);
    const message = refused({ runs: [good, { name: "started", method: "linear-probe", initial }] });
    expect(message).toContain('"score.weight" has 7 values');
    expect(message).toContain("needs 240");
  });
});

describe("an end from outside", () => {
  test("names its reason once, keeps the adapters of the last evaluation, and can be gone on from", async () => {
    const runs = [
      { name: "semantic", method: "sk-prefix", options: { text }, learningRate: 1e-2 },
      { name: "head", method: "linear-probe", learningRate: 1e-2 },
    ];
    const training = { steps: 6, evalEvery: 2 };
    const whole = create({ runs, training });
    await whole.comparison.prepare();
    await whole.comparison.train();

    const reason = "GPU validation error: a buffer was destroyed";
    let failing = false;
    const tiny = create({
      runs,
      training,
      onEvent(event, comparison) {
        if (failing || event.type !== "step" || event.step !== 3 || event.run !== "head") return;
        failing = true;
        comparison.fail(new Error(reason));
        comparison.fail(new Error("what came of it"));
      },
    });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    for (const { name } of runs) {
      expect(tiny.of("run-state", name).at(-1)).toMatchObject({ state: "failed", reason, lastGoodStep: 2 });
      expect(tiny.comparison.checkpoints.get(name)!.step).toBe(2);
    }
    const failed = tiny.of("comparison-state").filter(({ state }) => state === "failed");
    expect(failed.map((event) => event.reason)).toEqual([reason]);
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("failed");

    await tiny.comparison.continue();
    for (const { name } of runs) {
      expect(tiny.of("run-state", name).at(-1)).toMatchObject({ state: "finished", reason: null, lastGoodStep: 6 });
      expect(await finalValues(tiny, name)).toEqual(await finalValues(whole, name));
    }
  });
});
