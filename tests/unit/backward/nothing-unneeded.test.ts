/** Nothing is planned backward which no trained tensor asks for. */

import { describe, expect, test } from "vitest";
import { planBackward } from "../../../src/backward/plan";
import { methodOf } from "../../../src/methods/registry";
import type { Attachments } from "../../../src/models/family";
import { familyOf } from "../../../src/models/registry";
import { linear } from "../../../src/operations/linear";
import { rmsNorm } from "../../../src/operations/norm";
import { view } from "../../../src/operations/view";
import { Program } from "../../../src/program/program";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson } from "../../fixtures/reference";
import { namesOf, normal } from "./finite-differences";

describe("nothing more than needed is planned", () => {
  const facts = async (rig: "tiny-llama" | "tiny-gpt2") => {
    const json = await fixtureJson(`models/${rig}/config.json`);
    const family = familyOf(json);
    const randomIds = (count: number) => Array.from({ length: count }, (_, id) => id);
    return { family, config: family.readConfig(json), textIds: [5, 6, 7], randomIds };
  };
  const tuned = async (rig: "tiny-llama" | "tiny-gpt2", method: string, pooling: "last" | "mean" = "last") => {
    const context = await facts(rig);
    const options = methodOf(method).options(context).parse({});
    return buildTunedProgram(
      { method: methodOf(method), options, context, task: sequenceClassification, classes: 3, pooling },
      2,
      6,
    );
  };
  const kernelCounts = (plan: ReturnType<typeof planBackward>) => {
    const counts: Record<string, number> = {};
    for (const { kernel } of plan.dispatches) counts[kernel.name] = (counts[kernel.name] ?? 0) + 1;
    return counts;
  };

  test.each(["tiny-llama", "tiny-gpt2"] as const)(
    "%s: a linear probe has no backward through the model",
    async (rig) => {
      const { backward: plan } = await tuned(rig, "linear-probe");
      expect(namesOf(plan.saved)).toEqual(["pooled"]);
      expect(namesOf(plan.trained)).toEqual(["score.weight"]);
      expect(plan.slots).toEqual([]);
      expect(kernelCounts(plan)).toEqual({ matmul: 1 });
      const mean = (await tuned(rig, "linear-probe", "mean")).backward;
      expect(namesOf(mean.saved)).toEqual(["pooled"]);
      expect(kernelCounts(mean)).toEqual({ matmul: 1, "column-sum": 1 });
      expect((await tuned(rig, "hard-text")).backward.slots).toEqual([]);
    },
  );

  test.each(["prefix", "sk-prefix"])("%s plans no gradient into the embeddings", async (method) => {
    const { backward: plan, built, program } = await tuned("tiny-llama", method);
    expect(program.active().has(built.states[0]!)).toBe(false);
    expect(program.active().has(built.states[1]!)).toBe(true);
    // Five norms; the gradient ends at block 0's keys and values, before its first norm.
    const counts = kernelCounts(plan);
    expect(counts["norm-backward"]).toBe(4);
    // Of the keys' and values' own part nothing is wanted in block 0, and of the front in both.
    expect(counts["prepend-backward-rows"]).toBe(2);
    expect(counts["prepend-backward-front"]).toBe(4);
    const saved = namesOf(plan.saved);
    expect(saved).not.toContain("embeddings");
    expect(saved).not.toContain("layers.0.input_layernorm");
    expect(saved.filter((name) => /proj$/.test(name) && !/gate|up/.test(name))).toEqual([]);
  });

  test("GPT-2: nothing after block 0's keys and values", async () => {
    const { backward: plan, built, program } = await tuned("tiny-gpt2", "sk-prefix");
    expect(program.active().has(built.states[0]!)).toBe(false);
    const counts = kernelCounts(plan);
    expect(counts["norm-backward"]).toBe(4);
    expect(counts["place-columns"]).toBe(3);
  });

  test.each(["tiny-llama", "tiny-gpt2"] as const)("%s: a prompt goes through every block", async (rig) => {
    const { backward: plan } = await tuned(rig, "prompt");
    expect(kernelCounts(plan)["norm-backward"]).toBe(5);
    expect(kernelCounts(plan)["prepend-backward-front"]).toBe(1);
    expect(kernelCounts(plan)["prepend-backward-rows"]).toBeUndefined();
  });

  test.each([
    ["tiny-llama", "q_proj"],
    ["tiny-gpt2", "c_attn"],
  ] as const)("%s: LoRA in the last block plans nothing below it", async (rig, target) => {
    const { family, config } = await facts(rig);
    const program = new Program();
    const ids = program.input("ids", [12], "int32");
    const attachments: Attachments = {
      linear(path, x, y) {
        if (!path.endsWith(target) || !/\.1\./.test(path)) return y;
        const down = program.trainable("A", [2, x.shape[1]!], normal);
        const inner = linear(program, "inner", x, down);
        return linear(program, "updated", inner, program.trainable("B", [y.shape[1]!, 2], normal), { addend: y });
      },
    };
    const built = family.build(program, config, ids, { size: 2, tokens: 6 }, attachments);
    const plan = planBackward(program, built.hidden);
    expect(namesOf(plan.trained)).toEqual(["A", "B"]);
    expect(namesOf(plan.saved).filter((name) => /layers\.0|embeddings|positioned/.test(name))).toEqual([]);
    const used = plan.dispatches.flatMap(({ bindings }) => Object.values(bindings));
    const weights = used.flatMap((place) =>
      place.kind === "value" && place.tensor.role === "weight" ? place.tensor : [],
    );
    expect(namesOf(weights).filter((name) => /\.(h|layers)\.0\./.test(name))).toEqual([]);
    // The two norms after the update; the one before it reads what is not trained.
    expect(kernelCounts(plan)["norm-backward"]).toBe(2);
  });

  test.each([
    ["tiny-llama", "lora"],
    ["tiny-llama", "sk-prefix"],
    ["tiny-llama", "prompt"],
    ["tiny-gpt2", "lora"],
    ["tiny-gpt2", "sk-prefix"],
  ] as const)("%s, %s: working memory does not grow with the number of blocks", async (rig, method) => {
    const context = await facts(rig);
    const slots = (layers: number) => {
      const deep = { ...context, config: { ...context.config, layers } };
      const options = methodOf(method).options(deep).parse({});
      const setup = {
        method: methodOf(method),
        options,
        context: deep,
        task: sequenceClassification,
        classes: 3,
        pooling: "last" as const,
      };
      return buildTunedProgram(setup, 2, 6).backward.slots;
    };
    expect(slots(9)).toEqual(slots(4));
    expect(slots(4).length).toBeGreaterThan(0);
  });

  test("trained tensors that do not reach the result get no gradient", () => {
    const program = new Program();
    const x = program.input("x", [2, 3], "float32");
    const y = linear(program, "y", x, program.trainable("used", [3, 3], normal));
    linear(program, "aside", y, program.trainable("unused", [3, 3], normal));
    expect(namesOf(planBackward(program, y).trained)).toEqual(["used"]);
  });

  test("frozen norms get no gradient of their own", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [2, 3], "float32"), program.trainable("W", [3, 3], normal));
    const plan = planBackward(program, rmsNorm(program, "normed", x, program.weight("gain", [3]), 1e-5));
    expect(kernelCounts(plan)).toEqual({ "norm-backward": 1, matmul: 1 });
  });

  test("view: the tensor that owns the memory is what is saved", () => {
    const program = new Program();
    const x = linear(program, "x", program.input("input", [4, 6], "float32"), program.weight("W", [6, 6]));
    const seen = view(program, "seen", x, [8, 3]);
    const y = linear(program, "y", seen, program.trainable("F", [3, 3], normal));
    expect(namesOf(planBackward(program, y).saved)).toEqual(["x"]);
  });
});
