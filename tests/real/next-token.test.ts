/**
 * What the frozen SmolLM2 predicts after four rows, over its whole vocabulary, to 1e-4 of
 * transformers' largest logit.
 */

import { expect, test } from "vitest";
import { frozenModel, NextToken } from "../../src/answers/next-token";
import { BaseModel } from "../../src/base/base-model";
import { largestDifference } from "../training/compare";
import { realExecutor } from "./executor";
import { realRig } from "./rig";

test("the next token's logits are transformers'", async () => {
  const rig = realRig("smollm2-135m");
  const executor = await realExecutor();
  const { rows } = await rig.described();
  const { data, shape } = (await rig.tensors()).get("next.logits")!;
  const model = await BaseModel.load(executor, await rig.folder(), undefined, "float32");
  const next = new NextToken(executor, model, frozenModel(model), rows.length);
  try {
    const computed = await next.logits(rows.map(({ text }) => Int32Array.from(model.tokenizer.encode(text))));
    const [, vocabulary] = shape as [number, number];
    computed.forEach((logits, row) => {
      const wanted = data.subarray(row * vocabulary, (row + 1) * vocabulary);
      const largest = largestDifference(wanted, new Float32Array(vocabulary));
      expect(largestDifference(logits, wanted) / largest, `row ${row}`).toBeLessThan(1e-4);
    });
  } finally {
    await next.release();
    model.release();
  }
});
