/** What PTEC starts from, and what its head reads. */

import { beforeAll, describe, expect, test } from "vitest";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { ownPooling, resolveMethod } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { fixtureModel } from "../../fixtures/reference";
import { type TinyModel, tinyModel, tinySetup } from "../interpreter/tiny-model";

let model: TinyModel & { tokenizer: Awaited<ReturnType<typeof openTokenizer>> };
beforeAll(async () => {
  const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
  model = { ...(await tinyModel("tiny-llama")), tokenizer };
});

const resolved = (options: object, labels: readonly string[]) =>
  resolveMethod(model, { name: "named", method: "ptec", options: { ...options } }, 0, labels);

describe("its start", () => {
  test("is the data's label names, repeated or cut to the virtual tokens", () => {
    const labels = ["atm_support", "exchange rate"];
    const named = model.tokenizer.encode("atm support exchange rate");
    const { context } = resolved({ virtualTokens: named.length + 2 }, labels);
    expect(context.textIds).toEqual([...named, ...named.slice(0, 2)]);
    expect(resolved({ virtualTokens: 2 }, labels).context.textIds).toEqual(named.slice(0, 2));
    expect(resolved({ virtualTokens: null }, labels).context.textIds).toEqual(named);
    const text = resolved({ init: "text", text: "positive negative", virtualTokens: null }, labels);
    expect(text.context.textIds).toEqual(model.tokenizer.encode("positive negative"));
  });

  test("is drawn from the vocabulary where the task has no labels, which must be told how many", () => {
    const setup = (options: object) => ({
      ...tinySetup(model, { name: "named", method: "ptec", options: { ...options } }, [], 3),
      ...resolved(options, []),
    });
    const { program } = buildTunedProgram(setup({ virtualTokens: 5 }), 1, 4);
    expect(program.trainables[0]!.shape[0]).toBe(5);
    expect(() => buildTunedProgram(setup({ virtualTokens: null }), 1, 4)).toThrow(
      "PTEC: this task has no label names whose tokens could be counted.",
    );
  });
});

test("its head reads the last state whatever the others read, where the model has one", () => {
  const poolings = ["last", "mean"] as const;
  expect(ownPooling(resolved({}, ["a", "b"]), { poolings }, "mean")).toBe("last");
  expect(ownPooling(resolved({ readOut: "as the comparison" }, ["a", "b"]), { poolings }, "mean")).toBe("mean");
  expect(ownPooling(resolved({}, ["a", "b"]), { poolings: ["mean", "first"] }, "mean")).toBe("mean");
  const lora = resolveMethod(model, { name: "other", method: "lora", options: {} }, 0);
  expect(ownPooling(lora, { poolings }, "mean")).toBe("mean");
});
