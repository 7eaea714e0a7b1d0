/** The course of a comparison: reproducibility, pause, stop and going on, progress. */

import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  createComparison,
  finalValues,
  type TinyComparison,
  type TinySetup,
  tinyData,
  tinyRows,
} from "./tiny-comparison";
import { openTinyLlama } from "./tiny-llama";

const text = "Sort it:";
const llama = openTinyLlama();

describe("the course of a comparison", () => {
  const steps = 6;
  const runs = [
    { name: "semantic", method: "sk-prefix", options: { text }, learningRate: 1e-2 },
    { name: "delta", method: "lora", learningRate: 1e-2 },
  ];
  let setup: TinySetup;
  let losses: Record<string, number[]>;
  let values: Record<string, ReadonlyMap<string, Float32Array>>;
  let tokens: Record<string, number[]>;

  const outcome = async (tiny: TinyComparison) => ({
    losses: Object.fromEntries(runs.map(({ name }) => [name, tiny.losses(name)])),
    values: Object.fromEntries(await Promise.all(runs.map(async ({ name }) => [name, await finalValues(tiny, name)]))),
  });

  beforeAll(async () => {
    const rows = await tinyRows(llama.model, [5, 7, 8, 6, 7, 8, 4, 5]);
    setup = { data: tinyData(rows, rows.slice(0, 2), 8), runs, training: { steps } };
    const tiny = createComparison(llama.executor, llama.model, setup);
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    ({ losses, values } = await outcome(tiny));
    tokens = Object.fromEntries(runs.map(({ name }) => [name, tiny.of("step", name).map((event) => event.tokens)]));
    await tiny.comparison.release();
  });

  test("the same seed gives the same curves and adapters, bit for bit", async () => {
    const again = await outcome(await llama.trained(setup));
    expect(losses.delta).toHaveLength(steps);
    expect(again.losses).toEqual(losses);
    expect(again.values).toEqual(values);
  });

  test("another seed gives others", async () => {
    const tiny = await llama.trained({ ...setup, training: { steps: 1, seed: 1 } });
    for (const { name } of runs) expect(tiny.losses(name)[0]).not.toBe(losses[name]![0]);
  });

  test("a pause holds every run until it is resumed, and changes nothing", async () => {
    let paused: () => void;
    const pause = new Promise<void>((resolve) => {
      paused = resolve;
    });
    const tiny = llama.create({
      ...setup,
      onEvent(event, comparison) {
        if (event.type !== "step" || event.step !== 1 || event.run !== "semantic") return;
        comparison.pause();
        paused();
      },
    });
    await tiny.comparison.prepare();
    let ended = false;
    const training = tiny.comparison.train().then(() => {
      ended = true;
    });
    await pause;
    // What is in flight still arrives.
    let seen = -1;
    while (seen !== tiny.events.length) {
      seen = tiny.events.length;
      await llama.executor.done();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(ended).toBe(false);
    expect(tiny.of("step", "delta").length).toBeLessThan(steps);
    expect(tiny.of("step", "delta").length).toBe(tiny.of("step", "semantic").length);
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("paused");
    tiny.comparison.resume();
    await training;
    expect(tiny.of("comparison-state").map(({ state }) => state)).toContain("paused");
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("finished");
    // What was submitted when it was paused is told when it has arrived.
    const told = tiny.of("comparison-state").map(({ step }) => step);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(await outcome(tiny)).toEqual({ losses, values });
  });

  test("a stop keeps the adapters, and going on ends where an uninterrupted comparison does", async () => {
    const tiny = llama.create({
      ...setup,
      onEvent(event, comparison) {
        if (event.type === "step" && event.step === 2 && event.run === "delta") comparison.stop();
      },
    });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("stopped");
    expect(tiny.comparison.finished).toBe(false);
    const stopped = new Map(runs.map(({ name }) => [name, tiny.of("step", name).length]));
    // Where results arrive later, the stop may come between the two.
    expect(stopped.get("semantic")! - stopped.get("delta")!).toBeOneOf([0, 1]);
    expect(stopped.get("delta")).toBeGreaterThanOrEqual(2);
    expect(stopped.get("semantic")).toBeLessThan(steps);
    for (const { name } of runs) {
      const step = stopped.get(name)!;
      expect(tiny.of("run-state", name).at(-1)).toMatchObject({ state: "stopped", lastGoodStep: step });
      const kept = tiny.comparison.checkpoints.get(name)!;
      expect(kept.step).toBe(step);
      expect(kept.values).toEqual(await finalValues(tiny, name));
    }
    // In a comparison set up anew, as after a crash, and in the same one.
    const anew = llama.create(setup);
    for (const [name, checkpoint] of tiny.comparison.checkpoints) anew.comparison.adopt(name, checkpoint);
    await anew.comparison.prepare();
    await anew.comparison.continue();
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect((await outcome(anew)).values).toEqual(values);
    for (const { name } of runs) {
      expect(anew.losses(name)).toEqual(losses[name]!.slice(stopped.get(name)));
      expect(anew.of("step", name).map(({ tokens }) => tokens)).toEqual(tokens[name]!.slice(stopped.get(name)));
      expect(tiny.of("step", name).map(({ tokens }) => tokens)).toEqual(tokens[name]);
    }
    for (const { of } of [tiny, anew]) {
      expect(of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: steps });
    }
  });

  test.each([
    ["semantic", 2, 2],
    ["delta", 3, 2],
  ])("a stop in %s's third forward pass gives up that step; who is behind catches up", async (name, first, second) => {
    const tiny = llama.create(setup);
    const { comparison } = tiny;
    await comparison.prepare();
    const step = comparison.run(name).step(8);
    const forward = step.forward.bind(step);
    const backward = vi.spyOn(step, "recordBackward");
    vi.spyOn(step, "forward").mockImplementation(async (number) => {
      await forward(number);
      if (number === 2 && backward.mock.calls.length === 2) comparison.stop();
    });
    await comparison.train();
    expect(backward).toHaveBeenCalledTimes(2);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "stopped", step: 2 });
    for (const [own, done] of [
      ["semantic", first],
      ["delta", second],
    ] as const) {
      expect(tiny.losses(own), own).toEqual(losses[own]!.slice(0, done));
      expect(tiny.of("run-state", own).at(-1)).toMatchObject({ state: "stopped", lastGoodStep: done });
      expect(tiny.of("evaluation", own).map((event) => [event.step, event.tokens])).toEqual([
        [0, 0],
        [done, tokens[own]![done - 1]],
      ]);
      expect(comparison.checkpoints.get(own)!.values).toEqual(await finalValues(tiny, own));
    }
    // In a comparison set up anew, as after a crash, and in the same one.
    const anew = llama.create(setup);
    for (const [own, checkpoint] of comparison.checkpoints) anew.comparison.adopt(own, checkpoint);
    await anew.comparison.prepare();
    await anew.comparison.continue();
    vi.restoreAllMocks();
    await comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect((await outcome(anew)).values).toEqual(values);
    for (const run of runs) expect(tiny.of("step", run.name).map((event) => event.tokens)).toEqual(tokens[run.name]);
    // Side by side again.
    const order = tiny
      .of("step")
      .filter((event) => event.step > first)
      .map((event) => `${event.step} ${event.run}`);
    expect(order).toEqual(order.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)));
    expect(order).toHaveLength(2 * (steps - first));
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: steps });
  });

  /** Four batches of one row each. */
  const long = () => ({ ...setup, data: { ...setup.data, validation: setup.data.train } });
  const evaluated = (tiny: TinyComparison) => tiny.of("evaluation").map(({ run, step }) => `${run} ${step}`);

  test("a stop in the first evaluation gives it up within the batch, and going on begins with it", async () => {
    let stops = 0;
    const tiny = llama.create({
      ...long(),
      onEvent(event, comparison) {
        if (event.type !== "progress" || event.wait !== "evaluating" || event.done !== 1 || stops > 0) return;
        stops++;
        comparison.stop();
      },
    });
    await tiny.comparison.prepare();
    const forward = vi.spyOn(tiny.comparison.run("semantic").step(8), "forward");
    await tiny.comparison.train();
    expect(forward.mock.calls.length).toBeLessThan(4);
    expect(evaluated(tiny)).toEqual([]);
    expect(tiny.of("step")).toEqual([]);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "stopped", step: 0 });
    for (const { name } of runs) expect(tiny.comparison.checkpoints.get(name)!.step).toBe(0);
    vi.restoreAllMocks();
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect(evaluated(tiny).slice(0, 2)).toEqual(["semantic 0", "delta 0"]);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: steps });
  });

  test("a stop within the first step leaves the runs that wait for it, and going on makes up for it", async () => {
    const tiny = llama.create({
      ...setup,
      onEvent(event, comparison) {
        if (event.type === "step" && event.step === 1 && event.run === "semantic") comparison.stop();
      },
    });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    expect(evaluated(tiny)).toEqual(["semantic 0"]);
    expect(tiny.of("step").map(({ run, step }) => `${run} ${step}`)).toEqual(["semantic 1"]);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "stopped", step: 0 });
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect(evaluated(tiny)[1]).toBe("delta 0");
  });

  test("a stop while it is prepared leaves the runs that are not ready, and going on prepares them", async () => {
    const tiny = llama.create({
      ...setup,
      onEvent(event, comparison) {
        if (event.type === "run-state" && event.state === "preparing" && event.run === "semantic") comparison.stop();
      },
    });
    const compile = vi.spyOn(tiny.comparison.run("delta"), "compile");
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    expect(compile).not.toHaveBeenCalled();
    expect(evaluated(tiny)).toEqual([]);
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "stopped", step: 0 });
    const reason = "It was stopped before it was ready.";
    expect(tiny.of("run-state", "delta").at(-1)).toMatchObject({ state: "stopped", reason, lastGoodStep: null });
    vi.restoreAllMocks();
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect(tiny.of("comparison-state").at(-1)).toMatchObject({ state: "finished", step: steps });
  });

  test("a stop is followed by a last evaluation, which a second stop gives up; the adapters are those of the last step", async () => {
    let stops = 0;
    const tiny = llama.create({
      ...long(),
      onEvent(event, comparison) {
        const isFirst = event.type === "step" && event.step === 2 && event.run === "delta" && stops === 0;
        const isSecond = event.type === "progress" && event.wait === "evaluating" && event.done === 1 && stops === 1;
        if (!isFirst && !isSecond) return;
        stops++;
        comparison.stop();
      },
    });
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    expect(stops).toBe(2);
    expect(evaluated(tiny)).toEqual(["semantic 0", "delta 0"]);
    expect(tiny.of("comparison-state").at(-1)!.state).toBe("stopped");
    for (const { name } of runs) {
      const kept = tiny.comparison.checkpoints.get(name)!;
      expect(kept.step).toBe(tiny.of("step", name).length);
      expect(kept.values).toEqual(await finalValues(tiny, name));
    }
    await tiny.comparison.continue();
    expect(await outcome(tiny)).toEqual({ losses, values });
    expect(evaluated(tiny).slice(-2)).toEqual([`semantic ${steps}`, `delta ${steps}`]);
  });

  test("parts of weights that a run starts from are found with a line of progress", async () => {
    const options = { start: "pissa", rank: 2 };
    const tiny = llama.create({ ...setup, runs: [{ name: "parts", method: "lora", learningRate: 1e-2, options }] });
    await tiny.comparison.prepare();
    const told = tiny.of("progress").filter(({ wait }) => wait === "decomposing weights");
    // Two linears in each of two blocks.
    const counted = told.filter(({ phase }) => phase !== "end").map(({ done, total }) => [done, total]);
    expect(counted).toEqual([0, 1, 2, 3, 4].map((done) => [done, 4]));
    expect(told.at(-1)).toMatchObject({ phase: "end", detail: "parts", unit: "weights" });
  });

  test("an evaluation's progress counts batches that are computed", async () => {
    const tiny = llama.create({ ...setup, data: { ...setup.data, validation: setup.data.train } });
    await tiny.comparison.prepare();
    const running = vi.spyOn(tiny.comparison.run("delta").step(8), "forward");
    const computed = vi.spyOn(llama.executor, "done");
    await tiny.comparison.evaluate();
    const told = tiny.of("progress").filter(({ wait, detail }) => wait === "evaluating" && detail === "delta");
    const counted = told.filter(({ phase }) => phase !== "end");
    expect(told.at(-1)).toMatchObject({ phase: "end", done: 4, total: 4 });
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(counted.map(({ done, total }) => [done, total])).toEqual([0, 1, 2, 3, 4].map((done) => [done, 4]));
    expect(running).toHaveBeenCalledTimes(4);
    expect(computed).toHaveBeenCalledTimes(8);
    vi.restoreAllMocks();
  });
});
