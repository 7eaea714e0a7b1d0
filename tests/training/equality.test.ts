/**
 * What methods say they are equal to before training, computed on a tiny model; and that unequal
 * methods are told apart.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { methodOf } from "../../src/methods/registry";
import { trainingSchema } from "../../src/plan/configuration";
import { compareAtStart } from "../../src/proofs/equality";
import { parseOptions } from "../../src/runs/resolve";
import { familyRig, fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { tinyData, tinyRows } from "./tiny-comparison";

const text = "Classify the question";
const cases = [
  ["sk-prefix", {}, ["hard-text", "prefix"]],
  ["sk-prefix", { preset: "reference-code" }, ["hard-text", "prompt"]],
  ["sk-prompt", {}, ["hard-text"]],
  ["ept", { virtualTokens: 2, positions: 24 }, ["prompt"]],
  ["lora", { dropout: 0.5, rankStabilised: true }, ["linear-probe"]],
  ["unified", { form: "attention", modifies: "attention", width: 3 }, ["linear-probe"]],
  ["dora", { rank: 2 }, ["linear-probe"]],
  ["adalora", { targets: "all-linear" }, ["linear-probe"]],
  ["dylora", { pattern: ".*_proj" }, ["linear-probe"]],
  ["vera", { layers: "1" }, ["linear-probe"]],
] as const;

describe("equalities", () => {
  let executor: Executor;
  let model: BaseModel;
  beforeAll(async () => {
    executor = await testExecutor();
    model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
    return () => model.release();
  });

  const proof = async (plans: Parameters<typeof compareAtStart>[1], of = model) => {
    const rows = await tinyRows(of, [12, 9, 16]);
    const training = trainingSchema.parse({ pooling: "mean" });
    return compareAtStart({ executor, model: of, data: tinyData(rows, rows), training }, plans);
  };

  test.each(cases)("%s %o", async (method, given, expected) => {
    const plan = { name: "one", method, options: { ...given, ...(method.startsWith("sk") && { text }) } };
    const claims = methodOf(method).equalities!(parseOptions(model, plan), model);
    expect(claims.map((claim) => claim.method)).toEqual(expected);
    for (const claim of claims) {
      const { rows, logits, difference, largest } = await proof([
        plan,
        { name: "two", method: claim.method, options: claim.options },
      ]);
      expect([rows, logits]).toEqual([3, 15]);
      expect(largest).toBeGreaterThan(1e-3);
      expect(difference / largest, claim.statement).toBeLessThan(1e-4);
    }
  });

  test("in a bidirectional model a text read alone is a free prefix, and not the text before the input", async () => {
    const encoder = await BaseModel.load(executor, familyRig("tiny-distilbert").folder);
    const plan = { name: "one", method: "sk-prefix", options: { text } };
    const claims = methodOf("sk-prefix").equalities!(parseOptions(encoder, plan), encoder);
    expect(claims.map((claim) => claim.method)).toEqual(["prefix"]);
    const against = (method: string, options: object) =>
      proof([plan, { name: "two", method, options: { ...options } }], encoder);
    const same = await against("prefix", claims[0]!.options);
    expect(same.difference / same.largest).toBeLessThan(1e-4);
    const other = await against("hard-text", { text });
    expect(other.difference / other.largest).toBeGreaterThan(1e-3);
    encoder.release();
  });

  test("what is not equal differs, and a control claims nothing", async () => {
    const { difference, largest } = await proof([
      { name: "one", method: "hard-text", options: { text } },
      { name: "two", method: "linear-probe", options: {} },
    ]);
    expect(difference / largest).toBeGreaterThan(1e-2);
    const plan = { name: "one", method: "sk-prefix", options: { text, control: "random-tokens" } };
    expect(methodOf("sk-prefix").equalities!(parseOptions(model, plan), model)).toEqual([]);
  });

  test("a text is read once, and only as deep as it is needed", async () => {
    const fresh = await BaseModel.load(executor, fixtureModel("tiny-llama"));
    const ids = fresh.tokenizer.encode(text);
    await fresh.semantic(ids, 1);
    await fresh.semantic(ids, 0);
    expect([...(await fresh.semantic(ids, 1)).keys()]).not.toContain("semantic.keys.1");
    expect(fresh.semanticPasses.map(({ blocks, layers }) => [blocks, layers])).toEqual([[1, 2]]);
    expect([...(await fresh.semantic(ids)).keys()]).toContain("semantic.keys.1");
    await fresh.semantic(ids, 1);
    expect(fresh.semanticPasses.map(({ blocks, tokens }) => [blocks, tokens])).toEqual([
      [1, ids.length],
      [2, ids.length],
    ]);
    fresh.release();
  });
});
