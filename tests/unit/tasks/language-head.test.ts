/**
 * Every family's own head over its vocabulary against transformers: losses, predictions and the
 * loss's gradient.
 */

import { describe, expect, test } from "vitest";
import { HEAD_WEIGHT, languageHead, languageHeadSpecs, languageRefusal } from "../../../src/base/language-head";
import { readModel } from "../../../src/base/read-model";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import { families, familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import type { Tensor } from "../../../src/program/tensor";
import { languageLoss } from "../../../src/tasks/language-loss";
import { familyRig, fixtureModel } from "../../fixtures/reference";
import { runLoss } from "../interpreter/loss";

const rigs = Object.keys(import.meta.glob("../../fixtures/families/*/language.safetensors")).map(
  (path) => path.split("/").at(-2)!,
);

test("there is a rig of every family that predicts", async () => {
  const read = await Promise.all(rigs.map((rig) => familyRig(rig).config()));
  // GPT-2's head is its word embeddings, as BLOOM's.
  const wanted = families.filter(({ id, languageHead }) => languageHead && id !== "gpt2").map(({ id }) => id);
  expect([...new Set(read.map((json) => familyOf(json).id))].sort()).toEqual(wanted.sort());
});

describe.each(rigs)("%s", (rig) => {
  test("loss, predictions and gradient are PyTorch's", async () => {
    const { folder, config: json, tensors, language } = familyRig(rig);
    const config = await json();
    const family = familyOf(config);
    const sizes = family.readConfig(config);
    const [{ hidden }, expected] = [Object.fromEntries(await tensors()), await language()];
    const kind = expected.has(HEAD_WEIGHT) ? "own" : "words";
    const program = new Program();
    const [batch, tokens, width] = hidden!.shape as [number, number, number];
    const states = program.activation("states", [batch * tokens, width]);
    const head = languageHead(program, { family, config: sizes, languageHead: kind });
    expect(languageHeadSpecs(family, sizes, kind).map(({ name }) => name)).toEqual(
      [...expected.keys()]
        .filter((name) => name.startsWith("lm_head."))
        .sort()
        .reverse(),
    );
    // Parts of seven rows, so that there are several and the last is short.
    const loss = languageLoss(states, head, { most: 7 * 4 * sizes.vocabulary });
    const weights = await openWeights(folder, family.prefixes);
    const values = async ({ name, shape }: Tensor) =>
      Float64Array.from(expected.get(name)?.data ?? ((await readTensor(weights.get(name, shape))) as Float32Array));
    const held = new Map<Tensor, Float64Array>();
    for (const tensor of [head.weight, ...(head.bias ? [head.bias] : [])]) held.set(tensor, await values(tensor));
    const labels = Float64Array.from(expected.get("labels")!.data);
    const labelled = [...labels.keys()].filter((row) => labels[row]! >= 0);
    const memory = runLoss(loss, Float64Array.from(hidden!.data), { labels }, (tensor) => held.get(tensor)!);
    const difference = (own: Float64Array, name: string, rows = [...own.keys()]) =>
      rows.reduce((most, i) => Math.max(most, Math.abs(own[i]! - expected.get(name)!.data[i]!)), 0);
    expect(difference(memory.losses, "losses")).toBeLessThan(1e-4);
    expect(difference(memory.predictions, "predictions", labelled)).toBe(0);
    expect(difference(memory.seed, "gradient")).toBeLessThan(1e-6);
  });
});

test("an encoder is refused, and a model of which only the body was saved", async () => {
  const { family, languageHead: bert } = await readModel(fixtureModel("tiny-bert"));
  expect(bert.kind).toBe("missing");
  expect(languageRefusal(family, "missing")).toMatch(/BERT.* are encoders.*Choose a causal base model/);
  // Its configuration does not tie the head, and the fixture has none.
  const phi = await readModel(familyRig("tiny-phi").folder);
  expect(phi.languageHead).toEqual({ kind: "missing", needed: [] });
  expect(languageRefusal(phi.family, phi.languageHead.kind)).toMatch(/no "lm_head.weight".*only the model's body/);
  const qwen = await readModel(fixtureModel("tiny-qwen2"));
  expect(qwen.languageHead.kind).toBe("own");
  expect(qwen.languageHead.needed.map(({ entry }) => entry.name)).toEqual([HEAD_WEIGHT]);
  expect((await readModel(fixtureModel("tiny-gpt2"))).languageHead).toEqual({ kind: "words", needed: [] });
});
