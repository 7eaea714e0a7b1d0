import { beforeAll, describe, expect, test } from "vitest";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { familyOf } from "../../../src/models/registry";
import { sharedBuckets } from "../../../src/runs/buckets";
import { type ResolvingModel, resolveMethod } from "../../../src/runs/resolve";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";

/** Positions by rotation and by a learned table; both models read 64 tokens. */
describe.each(["tiny-llama", "tiny-gpt2"])("padding on %s", (name) => {
  let model: ResolvingModel;

  beforeAll(async () => {
    const json = await fixtureJson(`models/${name}/config.json`);
    const family = familyOf(json);
    model = { family, config: family.readConfig(json), tokenizer: await openTokenizer(fixtureModel(name)) };
    expect(model.config.contextLength).toBe(64);
  });

  const buckets = (lengths: number[], ...virtualTokens: number[]) => {
    const planOf = (count: number) =>
      count === 0 ? { method: "linear-probe", options: {} } : { method: "prompt", options: { virtualTokens: count } };
    const runs = virtualTokens.map((count) => resolveMethod(model, { name: `${count}`, ...planOf(count) }, 0));
    const head = { task: sequenceClassification, classes: 2, pooling: "last" as const };
    return sharedBuckets(model.config, lengths, 64, runs, head);
  };

  test("is a multiple of 8 where the positions suffice", () => {
    expect(buckets([58, 9], 0)).toEqual([16, 64]);
    expect(buckets([58, 9])).toEqual([16, 64]);
    expect(buckets([50, 9], 8)).toEqual([16, 56]);
  });

  test("ends with the longest text where a run's virtual tokens leave no more", () => {
    for (const virtualTokens of [1, 5, 6]) {
      const last = buckets([58, 9], virtualTokens).at(-1)!;
      expect(last).toBe(58);
      expect(virtualTokens + last).toBeLessThanOrEqual(64);
    }
    expect(buckets([50, 9], 9)).toEqual([16, 50]);
  });

  test("is the same for a run that fits beside one that cannot", () => {
    expect(buckets([58, 9], 6, 40)).toEqual(buckets([58, 9], 6));
  });
});
