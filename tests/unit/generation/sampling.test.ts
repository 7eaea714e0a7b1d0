import { describe, expect, test } from "vitest";
import { Random } from "../../../src/data/random";
import { candidates, nextToken } from "../../../src/generation/sampling";
import { samplingCases } from "../../fixtures/reference";

interface Case {
  temperature: number;
  topK: number;
  topP: number;
  probabilities: number[];
}

const { logits: given, cases }: { logits: number[]; cases: Case[] } = await samplingCases();
const logits = Float32Array.from(given);

describe("sampling", () => {
  test.for(cases)("temperature $temperature, top-k $topK, top-p $topP: transformers' candidates", (one) => {
    const { ids, probabilities } = candidates(logits, one);
    const all = new Float64Array(logits.length);
    for (const [place, id] of ids.entries()) all[id] = probabilities[place]!;
    expect([...ids].sort()).toEqual(one.probabilities.flatMap((p, id) => (p > 0 ? [id] : [])).sort());
    all.forEach((probability, id) => {
      expect(Math.abs(probability - one.probabilities[id]!)).toBeLessThan(1e-6);
    });
  });

  test("tokens are drawn as often as they are probable, and the same for the same seed", () => {
    const settings = { temperature: 0.8, topK: 6, topP: 0.9 };
    const { ids, probabilities } = candidates(logits, settings);
    const random = new Random(1, "draws");
    const drawn = Array.from({ length: 4000 }, () => nextToken(logits, settings, random));
    for (const [place, id] of ids.entries()) {
      const share = drawn.filter((token) => token === id).length / drawn.length;
      expect(Math.abs(share - probabilities[place]!)).toBeLessThan(0.03);
    }
    const again = new Random(1, "draws");
    expect(drawn.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => nextToken(logits, settings, again)));
  });

  test("greedy: the most probable, of equal ones the lowest", () => {
    const random = new Random(0);
    expect(nextToken(Float32Array.of(1, 3, 3, 2), { temperature: 0, topK: 0, topP: 1 }, random)).toBe(1);
  });
});
