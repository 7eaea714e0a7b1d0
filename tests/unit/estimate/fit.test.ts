import { beforeAll, describe, expect, test } from "vitest";
import { readModel } from "../../../src/base/read-model";
import { type EstimateInput, estimate } from "../../../src/estimate/estimate";
import { chosenOptions, fitDevice } from "../../../src/estimate/fit";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { methodOf } from "../../../src/methods/registry";
import { trainingSchema } from "../../../src/plan/configuration";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { fixtureModel } from "../../fixtures/reference";

let model: EstimateInput["model"];

beforeAll(async () => {
  const { family, config, poolings, weights } = await readModel(fixtureModel("tiny-llama"));
  const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
  model = { family, config, tokenizer, poolings, parameters: weights.parameters };
});

const input = (batchSize: number, allowedBuffer: number) => ({
  model,
  task: sequenceClassification,
  classes: 5,
  maxLength: 32,
  training: trainingSchema.parse({ batchSize, steps: 20 }),
  runs: [
    { name: "LoRA", method: "lora", options: {} },
    { name: "Head", method: "linear-probe", options: {} },
  ],
  allowedBuffer,
});

const largestAt = (batchSize: number) => {
  const lengths = { trainLengths: [32], validationLengths: [32] };
  return estimate({ ...input(batchSize, 1), ...lengths }).largestBuffer.bytes;
};

describe("before a model is loaded", () => {
  test("weights are 4 bytes a number, by the formula", () => {
    const [V, d, f, L, kv, D] = [384, 48, 128, 2, 24, 48];
    // Embeddings once (tied); a block's q, o, k, v, gate, up, down and two norms; the last norm.
    const numbers = V * d + L * (2 * d * D + 2 * d * kv + 3 * d * f + 2 * d) + d;
    expect(fitDevice(input(4, 1e9)).estimate.total.weights).toBe(4 * numbers);
  });

  test("the largest batch is the last one whose largest buffer is allowed", () => {
    for (const limit of [8, 13, 40]) {
      const allowed = largestAt(limit) + 1;
      for (const batchSize of [1, 8, 64]) {
        const found = fitDevice(input(batchSize, allowed));
        expect([limit, batchSize, found.largestBatch]).toEqual([limit, batchSize, limit]);
        expect(found.problem === null).toBe(batchSize <= limit);
      }
    }
  });

  test("what does not fit is named with limit, need and what would fit", () => {
    const allowed = largestAt(8);
    expect(fitDevice(input(64, allowed)).problem).toBe(
      `With batches of 64 × 32 tokens, an activation of "LoRA" needs ${largestAt(64)} bytes in one buffer; this device ` +
        `allows ${allowed}. Batches of up to 8 × 32 tokens fit; shorter texts allow more.`,
    );
    const embeddings = 4 * 384 * 48;
    expect(fitDevice(input(1, embeddings - 1)).problem).toBeNull();
    // Not even a row of 48 numbers fits, so nothing is kept in parts.
    const none = fitDevice(input(1, 188));
    expect(none.largestBatch).toBe(0);
    expect(none.problem).toMatch(
      new RegExp(
        `model\\.embed_tokens\\.weight needs ${embeddings} bytes in one buffer; this device allows 188\\. No batch`,
      ),
    );
  });

  test("texts count no longer than the model reads beside the virtual tokens", () => {
    const long = { ...input(4, 1e9), maxLength: 500, runs: [{ name: "P", method: "prefix", options: {} }] };
    const { maxLength, estimate: found } = fitDevice(long);
    expect(found.runs[0]!.problem).toBeNull();
    expect(maxLength).toBe(64 - found.runs[0]!.virtualTokens);
    expect(fitDevice(input(4, 1e9)).maxLength).toBe(32);
  });

  test("options at their default take the other model's", () => {
    const run = { name: "LoRA", method: "lora", options: { rank: 4, targets: ["q_proj", "v_proj"] } };
    const { defaults } = { defaults: methodOf("lora").options(model).parse({}) as { targets: unknown } };
    expect(defaults.targets).toEqual(run.options.targets);
    expect(chosenOptions(run, model)).toEqual({ rank: 4 });
  });

  test("no more than 1,024 rows are offered", () => {
    expect(fitDevice(input(8, 1e15)).largestBatch).toBe(1024);
  });
});

describe("a device that says how much memory there is", () => {
  test("weights that are more are refused by config.json and headers alone, with both numbers", async () => {
    const bytes = fitDevice(input(4, 1e9)).estimate.total.weights;
    await expect(readModel(fixtureModel("tiny-llama"), "float32", undefined, bytes)).resolves.toBeDefined();
    await expect(readModel(fixtureModel("tiny-llama"), "float32", undefined, bytes - 1)).rejects.toThrow(
      `need ${bytes} bytes of memory, but the processor can reach ${bytes - 1}`,
    );
  });

  test("what all takes together is held to it, and the largest batch too", () => {
    const { total } = fitDevice(input(8, 1e9)).estimate;
    const fitted = (batchSize: number) => fitDevice({ ...input(batchSize, 1e9), capacity: total.total });
    expect(fitted(8)).toMatchObject({ problem: null, largestBatch: 8 });
    expect(fitted(64).problem).toMatch(`bytes; this executor has ${total.total}. Batches of up to 8 × 32 tokens fit`);
  });
});
