/** What a schema has against a value is said with the value, the limits and the nearest name. */

import { describe, expect, it } from "vitest";
import * as z from "zod";
import { checkedBy, issueLine } from "../../../src/errors/checked-by";

const schema = z.strictObject({
  rank: z.int().min(1).max(64).default(8),
  rate: z.number().positive().optional(),
  init: z.enum(["gaussian", "zeros"]).optional(),
  name: z.string().min(2).max(5).optional(),
  targets: z.array(z.string()).min(1).nullable().optional(),
  text: z.string().min(1, "is empty").optional(),
  inner: z.strictObject({ patience: z.int() }).nullable().optional(),
  code: z.string().min(1).max(1).optional(),
  lists: z.array(z.strictObject({ label: z.string() })).optional(),
  weights: z.record(z.string(), z.strictObject({ value: z.number() })).optional(),
  rule: z
    .discriminatedUnion("by", [
      z.strictObject({ by: z.literal("text"), pattern: z.string() }),
      z.strictObject({ by: z.literal("length"), over: z.int() }),
    ])
    .optional(),
  classes: z.union([z.enum(["off", "balanced"]), z.record(z.string(), z.number())]).optional(),
  group: z.int().multipleOf(2).optional(),
  scaling: z
    .union([
      z.union([
        z.looseObject({ kind: z.literal("long"), factors: z.array(z.number()) }),
        z.looseObject({ type: z.literal("long"), kind: z.undefined().optional(), factors: z.array(z.number()) }),
      ]),
      z.looseObject({ kind: z.literal("none").optional(), type: z.undefined().optional() }),
    ])
    .optional(),
});

const said = (value: unknown) => {
  const checked = checkedBy(schema, value, "option");
  return "issues" in checked ? checked.issues.map((issue) => issueLine(issue, "lora")) : [];
};

describe("checkedBy", () => {
  it("says of several limits the narrowest alone", () => {
    expect(said({ rank: 1e308 })).toEqual(["rank: must be at most 64, and is 1e+308"]);
    expect(said({ rank: -1e308 })).toEqual(["rank: must be at least 1, and is -1e+308"]);
  });

  it("gives the value with its defaults", () => {
    expect(checkedBy(schema, { rate: 0.1 })).toEqual({ value: { rank: 8, rate: 0.1 } });
  });

  it.each([
    [{ r: 8 }, 'lora has no option "r"; did you mean rank?'],
    [{ Rank: 8 }, 'lora has no option "Rank"; did you mean rank?'],
    [
      { rnk: 8, iniit: 1 },
      'lora has no option "rnk"; did you mean rank?, and has no option "iniit"; did you mean init?',
    ],
    [{ rank: 0 }, "rank: must be at least 1, and is 0"],
    [{ rank: 1e6 }, "rank: must be at most 64, and is 1000000"],
    [{ rank: 1.5 }, "rank: must be a whole number, and is 1.5"],
    [{ rank: "8" }, 'rank: must be a number, and is "8"'],
    [{ rank: null }, "rank: must be a number, and is null"],
    [{ rate: 0 }, "rate: must be above 0, and is 0"],
    [{ init: "gausian" }, 'init: must be one of gaussian, zeros, and is "gausian"; did you mean gaussian?'],
    [{ name: "a" }, "name: must have at least 2 characters, and has 1"],
    [{ name: "x".repeat(9999) }, "name: must have at most 5 characters, and has 9999"],
    [{ name: ["x".repeat(9999)] }, "name: must be a text, and is a list"],
    [{ rank: "x".repeat(9999) }, `rank: must be a number, and is "${"x".repeat(60)}…"`],
    [{ text: "" }, "text: is empty"],
    [{ targets: [] }, "targets: must not be empty"],
    [{ code: "" }, "code: must not be empty"],
    [{ code: "ab" }, "code: must have at most 1 character, and has 2"],
    [{ inner: { patient: 3 } }, "inner.patience: must be a number, and is missing"],
    [{ inner: { patience: 3, patient: 3 } }, 'inner: has no option "patient"; did you mean patience?'],
    [{ lists: [{ label: "a" }, { label: "b", lable: "c" }] }, 'lists[1]: has no option "lable"; did you mean label?'],
    [{ rule: { by: "txt" } }, 'rule.by: must be one of text, length, and is "txt"; did you mean text?'],
    [{ rule: {} }, "rule.by: must be one of text, length, and is missing"],
    [{ rule: { by: "length", over: "x" } }, 'rule.over: must be a number, and is "x"'],
    [
      { classes: "ballanced" },
      'classes: must be one of off, balanced or an object, and is "ballanced"; did you mean balanced?',
    ],
    [{ classes: 3 }, "classes: must be one of off, balanced or an object, and is 3"],
    [{ classes: { a: "x" } }, 'classes.a: must be a number, and is "x"'],
    [{ group: 3 }, "group: must be a multiple of 2, and is 3"],
    [{ scaling: { type: "long", factors: "x" } }, 'scaling.factors: must be a list, and is "x"'],
    [{ weights: { a: { value: 1, valeu: 2 } } }, 'weights.a: has no option "valeu"; did you mean value?'],
    [null, "lora must be an object, and is null"],
    [[], "lora must be an object, and is a list"],
  ])("%j: %s", (value, line) => {
    expect(said(value)).toContain(line);
  });
});
