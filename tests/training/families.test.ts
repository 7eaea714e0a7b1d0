/**
 * SK-Prefix's and LoRA's logits and gradients in every family against torch, on the tiny models. Every position's hidden state is
 * in `tests/unit/models/hidden-states.test.ts`.
 */

import { describe, expect, test } from "vitest";
import { BaseModel } from "../../src/training/base-model";
import { familyRig, familyRigs } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { firstStep } from "./first-step";
import { publish } from "./measured";

describe.each(familyRigs)("%s", (rig) => {
  test("logits and gradients are PyTorch's", async (context) => {
    const { folder, config, described, tensors } = familyRig(rig);
    const executor = await testExecutor();
    const model = await BaseModel.load(executor, folder);
    try {
      const [expected, { text, classes, pooling, lora }] = [await tensors(), await described()];
      const modelType = String((await config()).model_type);
      for (const [method, options] of [
        ["sk-prefix", { text }],
        ["lora", lora],
      ]) {
        const { logits, gradients } = await firstStep(executor, model, expected, { method, options, classes, pooling });
        expect(logits, `${method}: logits`).toBeLessThan(1e-4);
        publish(context, { rig, modelType, method, name: method, logits, gradients });
      }
    } finally {
      model.release();
    }
  });
});
