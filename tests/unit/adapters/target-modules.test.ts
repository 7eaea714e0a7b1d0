/** PEFT's matching rules, by the cases of its own tests and documentation. */

import { describe, expect, test } from "vitest";
import { isTargeted, layerOf, patternValue } from "../../../src/adapters/target-modules";

const Q0 = "model.layers.0.self_attn.q_proj";
const K11 = "model.layers.11.self_attn.k_proj";
const C1 = "transformer.h.1.attn.c_proj";

describe("targets", () => {
  const cases: [path: string, targets: string | string[], layers: number[] | null, fits: boolean][] = [
    [Q0, ["q_proj"], null, true],
    [Q0, [Q0], null, true],
    [Q0, ["proj"], null, false],
    [Q0, ["self_attn.q_proj"], null, true],
    [C1, ["c_proj"], null, true],
    [C1, ["mlp.c_proj"], null, false],
    [K11, ["k_proj"], [11], true],
    [K11, ["k_proj"], [1], false],
    [C1, ["c_proj"], [1, 3], true],
    ["lm_head", ["lm_head"], null, true],
    ["lm_head", ["lm_head"], [0], false],
    [Q0, ".*q_proj", null, true],
    [Q0, "q_proj", null, false],
    [Q0, ".*\\.[02]\\.self_attn\\.(q|v)_proj", null, true],
    [K11, ".*\\.[02]\\.self_attn\\.(q|k)_proj", null, false],
    [Q0, "a|.*q_proj", null, true],
    [Q0, `${Q0}|b`, null, true],
    [`${Q0}x`, ".*q_proj", null, false],
    [Q0, "(?P<all>.*)_proj", null, true],
  ];
  test.each(cases)("%s by %s in blocks %s: %s", (path, targets, layers, fits) => {
    expect(isTargeted(path, { targets, layers })).toBe(fits);
  });

  test("blocks are the last number between two names", () => {
    expect([layerOf(Q0), layerOf(K11), layerOf(C1), layerOf("lm_head"), layerOf("a.b.3.c.7.d.e")]).toEqual([
      0,
      11,
      1,
      null,
      7,
    ]);
  });
});

describe("patterns", () => {
  test("fit a path's end from a dot on; the first that fits counts", () => {
    const ranks = { "layers.0.self_attn.q_proj": 1, "self_attn.(q|k)_proj": 2, "\\d+\\.mlp.*": 3, _proj: 4 };
    expect(patternValue(Q0, ranks, 9)).toBe(1);
    expect(patternValue("model.layers.10.self_attn.q_proj", ranks, 9)).toBe(2);
    expect(patternValue("model.layers.5.mlp.up_proj", ranks, 9)).toBe(3);
    // Not at a dot.
    expect(patternValue("model.layers.5.self_attn.v_proj", ranks, 9)).toBe(9);
    expect(patternValue("q_proj", { q_proj: 5 }, 9)).toBe(5);
  });

  test("that are no expressions are told", () => {
    expect(() => patternValue(Q0, { "[": 1 }, 9)).toThrow('"[" is not a regular expression');
  });

  // Verdicts of Python's re.match(rf"(.*\.)?({key})$", path).
  test.each<[key: string, fits: boolean]>([
    ["q_proj", true],
    ["proj", false],
    ["self_attn.q_proj", true],
    ["self_attn\\.q_proj", true],
    ["self.attn.q.proj", true],
    ["self\\.attn.q_proj", false],
    ["^model.layers.0.self_attn.q_proj$", true],
    ["^layers.0.self_attn.q_proj", false],
    ["q_proj$", true],
    ["model.layers.0.self_attn.q_proj.more", false],
    ["model.layers.0.self_attn.q_pro.", true],
  ])("a name is matched as the expression it is: %s %s", (key, fits) => {
    expect(patternValue(Q0, { [key]: 1 }, 0)).toBe(fits ? 1 : 0);
    // With what leaves an expression as it is but is no name.
    expect(patternValue(Q0, { [`(?:${key})`]: 1 }, 0)).toBe(fits ? 1 : 0);
  });

  test("of a model's every module are matched at once, and too many expressions are refused", () => {
    const names = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, at) => [`layers.${at}.self_attn.q_proj`, at + 1]),
    );
    for (let layer = 0; layer < 200; layer++) {
      expect(patternValue(`model.layers.${layer}.self_attn.q_proj`, names, 0)).toBe(layer + 1);
    }
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`layers.${at}.(q|k)_proj`, 1]));
    expect(() => patternValue(Q0, many, 0)).toThrow(/500 regular expressions of together \d+ parts .* may have 4000/);
  });
});
