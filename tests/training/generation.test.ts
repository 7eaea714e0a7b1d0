/**
 * Greedy generation against transformers' `generate`: frozen models, and adapters beside weights
 * and in every layer.
 */

import { expect, test } from "vitest";
import { NextToken } from "../../src/answers/next-token";
import { workedExample } from "../../src/answers/worked-example";
import { BaseModel } from "../../src/base/base-model";
import { generate } from "../../src/generation/generate";
import { generationSchema } from "../../src/generation/settings";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { fixtureModel, fixtureTensors, generationCases } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { trainedParts } from "./trained-parts";

const options: Record<string, object> = {
  lora: { rank: 4, alpha: 8, targets: ["q_proj", "v_proj"] },
  prefix: { virtualTokens: 6 },
};
const { texts, tokens, cases } = await generationCases();

test.for<{ rig: string; method: string | null; ids: number[][] }>(cases)(
  "$rig, $method",
  async ({ rig, method, ids }) => {
    const executor = await testExecutor();
    const model = await BaseModel.load(executor, fixtureModel(rig));
    const plan = { name: "run", method: method ?? "linear-probe", options: { ...(method && options[method]) } };
    const path = `cases/${rig}/${plan.method}-sequence-classification.safetensors`;
    const workspace = new Workspace(executor, "test");
    const run = new Run(
      executor,
      model,
      {
        name: "run",
        ...resolveMethod(model, plan, 0),
        learningRate: 1,
        weightDecay: 0.01,
        gradClip: null,
        task: sequenceClassification,
        classes: 5,
        pooling: "last",
        seed: 0,
        ...(method && { initial: trainedParts(await fixtureTensors(path), "final", model.config) }),
      },
      new Map([[8, new BatchBuffers(executor, 1, 8, "test")]]),
      workspace,
    );
    workspace.allocate();
    try {
      await run.compile();
      const next = new NextToken(executor, model, run, texts.length);
      const prompts = texts.map((text: string) => Int32Array.from(model.tokenizer.encode(text)));
      const said = await generate(prompts, generationSchema.parse({ maxNewTokens: tokens }), next.predictor);
      expect(said.map((text) => text.ids)).toEqual(ids);
      // What a card shows of the first: transformers' first ten tokens, and how its prompt is read.
      const [prompt] = texts as [string];
      const example = await workedExample(executor, model, run, { prompt, dropped: 0 });
      expect(example.written.map(({ id }) => id)).toEqual(ids[0]!.slice(0, 10));
      expect(model.tokenizer.encode(prompt, null, { specialTokens: example.addsSpecials })).toEqual([...example.ids]);
      expect(executor.memory.bytes(`${run.owner}, example, next token`).total).toBe(0);
      // It takes nothing away from what was there.
      const again = await generate(prompts, generationSchema.parse({ maxNewTokens: 1 }), next.predictor);
      expect(again.map((text) => text.ids)).toEqual(ids.map((all) => all.slice(0, 1)));
      await next.release();
      expect(executor.memory.bytes(`${run.owner}, next token`).total).toBe(0);
    } finally {
      await run.release();
      executor.memory.releaseOwner("test");
      model.release();
    }
  },
);
