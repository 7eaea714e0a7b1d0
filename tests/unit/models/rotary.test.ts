/** Scaled rotary positions against numbers made by `tools/fixtures/make_rotary.py`. */

import { describe, expect, test } from "vitest";
import { readRotary } from "../../../src/models/rotary-keys";
import { rotaryCases } from "../../fixtures/reference";

describe("frequencies and factors are transformers'", () => {
  test("for every case", async () => {
    const cases = await rotaryCases();
    expect(cases.length).toBe(8);
    for (const { head_dim: headSize, frequencies, scale, ...config } of cases) {
      const name = JSON.stringify(config);
      const rotary = readRotary(config, headSize);
      expect(rotary.scale, name).toBeCloseTo(scale, 12);
      expect(rotary.frequencies.length, name).toBe(frequencies.length);
      rotary.frequencies.forEach((speed, pair) => {
        expect(speed / frequencies[pair]!, `${name}, pair ${pair}`).toBeCloseTo(1, 9);
      });
    }
  });

  test("old and new spellings are one", async () => {
    for (const { head_dim: headSize, ...config } of await rotaryCases()) {
      const { rope_theta, rope_scaling, ...rest } = config;
      if (!rope_scaling) continue;
      const { type, rope_type = type, ...settings } = rope_scaling;
      const respelled = { ...rest, rope_parameters: { rope_type, rope_theta, ...settings } };
      expect(readRotary(respelled, headSize)).toEqual(readRotary(config, headSize));
    }
  });

  test.each([
    [
      { rope_scaling: { type: "longrope", short_factor: [1] } },
      /rotary scaling "longrope" is not supported .* linear, dynamic/,
    ],
    [{ rope_parameters: { rope_type: "constructor" } }, /rotary scaling "constructor" is not supported/],
    [{ rope_scaling: { rope_type: "linear" } }, /"linear" needs factor, which is missing/],
    [{ rope_scaling: { rope_type: "llama3", factor: 8, low_freq_factor: 1 } }, /"llama3" needs high_freq_factor/],
  ])("%o is refused by name", (keys, message) => {
    expect(() => readRotary({ max_position_embeddings: 64, ...keys }, 16)).toThrow(message);
  });
});
