/**
 * Real models against PyTorch: the logits of transformers' own sequence classifier, of PEFT's LoRA
 * and of SK-Prefix to 1e-4 of the largest, and the gradient of every trained tensor to 1e-3 of its
 * length.
 */

import { describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { firstStep } from "../training/first-step";
import { publish } from "../training/measured";
import { realExecutor } from "./executor";
import { realModels, realRig } from "./rig";

describe.each(realModels)("%s", (name) => {
  test("logits and gradients are PyTorch's", async (context) => {
    const rig = realRig(name);
    const executor = await realExecutor();
    const { text, classes, pooling, lora } = await rig.described();
    const expected = await rig.tensors();
    const model = await BaseModel.load(executor, await rig.folder(), undefined, "float32");
    const modelType = String(model.json.model_type);
    try {
      for (const [method, options] of [
        ["linear-probe", {}],
        ["lora", lora],
        ["sk-prefix", { text }],
      ] as const) {
        const step = await firstStep(executor, model, expected, { method, options, classes, pooling });
        const logits = step.logits / step.largest;
        publish(context, { rig: name, modelType, method, name: method, logits, gradients: step.gradients });
        expect(logits, `${method}: logits`).toBeLessThan(1e-4);
      }
    } finally {
      model.release();
    }
  });
});
