/**
 * Full fine-tuning for language modelling in float64 against transformers: every gradient, and the
 * losses of 20 AdamW updates, with a head of its own and with one that is the word embeddings,
 * whose gradient comes from the loss and from the backward pass.
 */

import { describe, expect, test } from "vitest";
import { methodOf } from "../../../src/methods/registry";
import type { Tensor } from "../../../src/program/tensor";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { tasks } from "../../../src/tasks/registry";
import { fullLanguageCases, outerLoraCase } from "../../fixtures/reference";
import { AdamW } from "../interpreter/adamw";
import { runBackward } from "../interpreter/backward";
import { evaluate } from "../interpreter/forward";
import { runLoss } from "../interpreter/loss";
import { tinyModel } from "../interpreter/tiny-model";

describe.each([
  ["tiny-qwen2", "own"],
  ["tiny-gpt2", "words"],
] as const)("%s, its head: %s", (rig, languageHead) => {
  test("gradients and trace are transformers'", async () => {
    const model = await tinyModel(rig);
    const { [rig]: described } = await fullLanguageCases();
    expect(described.tied).toBe(languageHead === "words");
    const { tensors } = await outerLoraCase(rig);
    const facts = { family: model.family, config: model.config, languageHead };
    const context = { ...facts, textIds: [], randomIds: () => [] };
    let trained: Map<string, Float64Array> | undefined;
    let optimizer: AdamW | undefined;
    for (const [step, expected] of (described.lossTrace as number[]).entries()) {
      const of = (name: string) => tensors.get(`batch.${step % 4}.${name}`)!;
      const [size, tokens] = of("input_ids").shape as [number, number];
      const setup = { method: methodOf("full"), options: {}, context, task: tasks["causal-lm"], classes: 0 };
      const run = buildTunedProgram({ ...setup, pooling: "last" }, size, tokens);
      const mask = of("attention_mask").data as Int32Array;
      const lengths = Array.from({ length: size }, (_, row) =>
        mask.subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
      );
      trained ??= new Map(
        run.program.trainables.map(({ name }) => [name, Float64Array.from(model.weights.get(name)!)]),
      );
      const leaves = new Map<string, ArrayLike<number>>([
        ...model.weights,
        ...trained,
        ["input_ids", of("input_ids").data],
        ["lengths", lengths],
      ]);
      const value = evaluate(run.program, leaves, [run.logits]);
      const held = (tensor: Tensor) => trained!.get(tensor.name)!;
      const loss = runLoss(run.loss, value(run.logits), { labels: Float64Array.from(of("next").data) }, held);
      expect(Math.abs(loss.stepFigures[0]! / expected - 1), `loss before update ${step}`).toBeLessThan(1e-6);
      const gradients = runBackward(run.backward, value, loss.seed, loss.gradients);
      if (step === 0) {
        expect([...trained.values()].reduce((sum, { length }) => sum + length, 0)).toBe(described.count);
        expect([...trained.keys()].sort()).toEqual(Object.keys(described.gradients).sort());
        expect(run.backward.trained).toHaveLength(trained.size);
        for (const [name, own] of Object.entries<{ norm: number; sum: number }>(described.gradients)) {
          const gradient = gradients.get(name)!;
          const sum = gradient.reduce((sum, slope, at) => sum + slope * Math.cos(at), 0);
          expect(Math.abs(Math.hypot(...gradient) - own.norm) / own.norm, `norm of ${name}`).toBeLessThan(1e-6);
          expect(Math.abs(sum - own.sum) / own.norm, `places of ${name}`).toBeLessThan(1e-6);
        }
        optimizer = new AdamW(run.program.trainables, described);
      }
      optimizer!.update(trained, gradients);
    }
  });
});
