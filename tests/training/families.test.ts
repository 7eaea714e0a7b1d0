/**
 * SK-Prefix's and LoRA's logits and gradients in every family against torch, on the tiny models: on
 * the processor all of them, on the graphics device every family once. Every position's hidden
 * state is in `tests/unit/models/hidden-states.test.ts`.
 */

import { describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { families, familyOf } from "../../src/models/registry";
import { familyRig, familyRigs, fixtureJson } from "../fixtures/reference";
import { referenceCases } from "../fixtures/reference-cases";
import { onProcessor, testExecutor } from "./executor";
import { firstStep } from "./first-step";
import { publish } from "./measured";

const METHODS = ["sk-prefix", "lora"] as const;

/**
 * The rig of a family that differs most from others, and the method that the graphics device trains
 * on it.
 */
const device: Record<string, (typeof METHODS)[number]> = {
  "tiny-qwen3": "lora",
  "tiny-opt": "lora",
  "tiny-gpt-neox": "sk-prefix",
  "tiny-phi": "lora",
  "tiny-phi3-longrope": "sk-prefix",
  "tiny-falcon-alibi": "sk-prefix",
  "tiny-bloom-bare": "lora",
  "tiny-gemma2": "sk-prefix",
  "tiny-distilbert": "lora",
  "tiny-modernbert": "sk-prefix",
};

test("the graphics device trains every family once", async () => {
  const rigs = Object.entries(referenceCases).filter(([, cases]) => Object.values(cases).some(({ device }) => device));
  const known = rigs.map(([rig]) => fixtureJson(`models/${rig}/config.json`));
  const own = Object.keys(device).map((rig) => familyRig(rig).config());
  const trained = (await Promise.all([...known, ...own])).map((config) => familyOf(config));
  expect(new Set(trained)).toEqual(new Set(families));
});

describe.each(onProcessor ? familyRigs : Object.keys(device))("%s", (rig) => {
  test("logits and gradients are PyTorch's", async (context) => {
    const { folder, config, described, tensors } = familyRig(rig);
    const executor = await testExecutor();
    const model = await BaseModel.load(executor, folder);
    try {
      const [expected, { text, classes, pooling, lora }] = [await tensors(), await described()];
      const modelType = String((await config()).model_type);
      for (const method of onProcessor ? METHODS : [device[rig]!]) {
        const options = method === "lora" ? lora : { text };
        const { logits, gradients } = await firstStep(executor, model, expected, { method, options, classes, pooling });
        expect(logits, `${method}: logits`).toBeLessThan(1e-4);
        publish(context, { rig, modelType, method, name: method, logits, gradients });
      }
    } finally {
      model.release();
    }
  });
});
