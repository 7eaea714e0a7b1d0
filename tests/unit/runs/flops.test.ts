/**
 * The floating-point operations of a step, against counts by hand of a decoder of two blocks: width
 * 48, 4 heads of 12, 2 of them with keys and values (24 columns), 128 inner columns, 384 words. A
 * batch of 2 rows of 6 tokens is 12 rows of every product of [12, in] and [in, out]: 24 · in · out.
 */

import { describe, expect, test } from "vitest";
import { stepFlops } from "../../../src/runs/flops";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { causalLm } from "../../../src/tasks/causal-lm";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

const flopsOf = async (method: string, changes: object = {}, options: Record<string, unknown> = {}, tokens = 6) => {
  const setup = tinySetup(await tinyModel("tiny-llama"), { name: "a", method, options }, [], 5);
  return stepFlops(buildTunedProgram({ ...setup, ...changes }, 2, tokens));
};

const linear = (inputs: number, outputs: number) => 24 * inputs * outputs;
/** Each head of each row: 6 × 12 by 12 × 6, or as many the other way. */
const attentionProduct = 2 * 2 * 4 * 6 * 6 * 12;
const [q, kv, out, mlp] = [linear(48, 48), 2 * linear(48, 24), linear(48, 48), 3 * linear(48, 128)];
/** Of two rows, one state each, and five labels. */
const head = 2 * 2 * 48 * 5;
const frozen = 2 * (q + kv + out + mlp + 2 * attentionProduct) + head;

describe("by hand", () => {
  test("head only: the backward pass is the gradient of the head's weight", async () => {
    expect(frozen).toBe(1_245_120);
    expect(await flopsOf("linear-probe")).toEqual({ forward: frozen, backward: head, total: frozen + head });
  });

  test("full fine-tuning: every linear twice, attention with its probabilities once more", async () => {
    const backward = 2 * (2 * (q + kv + out + mlp) + 5 * attentionProduct) + 2 * head;
    expect(await flopsOf("full")).toEqual({ forward: frozen, backward, total: frozen + backward });
  });

  test("LoRA of rank 8 on queries and values: no gradient of frozen weights, nor below the first", async () => {
    const [down, upQ, upV] = [linear(48, 8), linear(8, 48), linear(8, 24)];
    const forward = frozen + 2 * (down + upQ + down + upV);
    /** A, B and what is between them. */
    const updates = down + 2 * upQ + (down + 2 * upV);
    const above = mlp + out + 5 * attentionProduct + q + kv + updates + 2 * down;
    // Nothing below asks the first block for a gradient, and its keys are not trained.
    const below = mlp + out + 4 * attentionProduct + updates;
    const backward = above + below + 2 * head;
    expect(await flopsOf("lora")).toEqual({ forward, backward, total: forward + backward });
  });

  test("DoRA of the same rank: beside LoRA's, B · A of every target, for whose lengths nothing goes back", async () => {
    const [lora, dora] = [await flopsOf("lora"), await flopsOf("dora")];
    expect(dora.forward - lora.forward).toBe(2 * (2 * 48 * 8 * 48 + 2 * 24 * 8 * 48));
    expect(dora.backward).toBe(lora.backward);
  });

  test("a prefix of 12: queries ask 18 keys, and only keys and values get a gradient", async () => {
    const longer = 3 * attentionProduct;
    const forward = frozen + 2 * 2 * (longer - attentionProduct);
    const { forward: counted, backward } = await flopsOf("prefix");
    expect(counted).toBe(forward);
    // The first block: scores, probabilities' gradient, keys and values.
    const first = mlp + out + 4 * longer;
    const second = mlp + out + 5 * longer + q + kv;
    expect(backward).toBe(first + second + 2 * head);
  });

  test("attention to 6 keys beside the model's own: as much for each token, however long the text", async () => {
    const options = { form: "attention", modifies: "attention", width: 6 };
    const added = async (tokens: number) => {
      const [beside, without] = [
        await flopsOf("unified", {}, options, tokens),
        await flopsOf("linear-probe", {}, {}, tokens),
      ];
      return beside.forward - without.forward;
    };
    expect(await added(6)).toBe(2 * 2 * attentionProduct);
    expect(await added(24)).toBe(4 * (await added(6)));
  });

  test("the head over the vocabulary: its logits, and the gradient of the states", async () => {
    const vocabulary = linear(48, 384);
    const [labelled, language] = [await flopsOf("lora"), await flopsOf("lora", { task: causalLm })];
    expect(language.forward).toBe(labelled.forward - head);
    expect(language.backward).toBe(labelled.backward - 2 * head + 2 * vocabulary);
  });
});

test("answering trains nothing, so it has a forward pass alone", async () => {
  const { forward, backward } = await flopsOf("nearest-neighbours", { trainingRows: 8 });
  expect(backward).toBe(0);
  expect(forward).toBeGreaterThan(frozen - head);
});
