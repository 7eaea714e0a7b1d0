/**
 * The last hidden states of every family at every real token, in float64, against torch on the tiny
 * models.
 */

import { expect, test } from "vitest";
import { loadedSpecs } from "../../../src/base/read-model";
import { readTensor } from "../../../src/hub/safetensors-values";
import { openWeights } from "../../../src/hub/weights";
import { familyOf } from "../../../src/models/registry";
import { Program } from "../../../src/program/program";
import { familyRig, familyRigs } from "../../fixtures/reference";
import { largestDifference } from "../../training/compare";
import { evaluate } from "../interpreter/forward";

test.each(familyRigs)("%s", async (rig) => {
  const { folder, config: readJson, tensors } = familyRig(rig);
  const json = await readJson();
  const family = familyOf(json);
  const config = family.readConfig(json);
  const stored = await openWeights(folder, family.prefixes);
  const weights = new Map<string, ArrayLike<number>>();
  for (const { name, shape } of loadedSpecs({ family, config, poolings: family.poolings })) {
    weights.set(name, await readTensor(stored.get(name, shape)));
  }
  const fixture = await tensors();
  const { data, shape } = fixture.get("input_ids")!;
  const [size, tokens] = shape as [number, number];
  const mask = fixture.get("attention_mask")!.data as Int32Array;
  const real = Int32Array.from({ length: size }, (_, row) =>
    mask.subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
  );
  const program = new Program();
  const ids = program.constant("ids", [size * tokens], () => data as Int32Array, "int32");
  const lengths = program.constant("lengths", [size], () => real, "int32");
  const { hidden } = family.build(program, config, ids, { size, tokens, lengths }, {});
  const computed = evaluate(program, weights, [hidden])(hidden);
  const seen = (values: ArrayLike<number>) =>
    Array.from(values).filter((_, index) => mask[Math.floor(index / hidden.shape[1]!)] === 1);
  const expected = seen(fixture.get("hidden")!.data);
  expect(expected.length).toBeGreaterThan(0);
  expect(largestDifference(seen(computed), expected)).toBeLessThan(2e-5);
});
