import { describe, expect, it } from "vitest";
import * as z from "zod";
import { readNumber } from "../../../src/page/fields/read-number";
import { isInUse, optionFields } from "../../../src/page/store/option-fields";

const schema = z.toJSONSchema(
  z.object({
    text: z
      .string()
      .min(1)
      .default("a text")
      .meta({ title: "Semantic text", description: "What the task is.", format: "semantic-text" }),
    rank: z.int().min(1).max(64).default(8).meta({ title: "Rank", description: "Of the change." }),
    depth: z.int().min(0).nullable().default(null).meta({ title: "Depth" }),
    alpha: z.number().positive().default(16),
    form: z.enum(["dense", "diagonal"]).default("dense"),
    size: z.union([z.literal(1), z.literal(2)]).default(1),
    repeatBos: z.boolean().default(false),
    targets: z.array(z.string()).min(1).default(["q_proj"]),
    parts: z.array(z.enum(["attention", "mlp"])).default([]),
    note: z.string().max(20).nullable().default(null),
    odd: z.object({ a: z.number() }).optional(),
    pairs: z.record(z.string(), z.int().min(1)).default({}),
  }),
) as Record<string, unknown>;

describe("optionFields", () => {
  const fields = optionFields(schema);
  const field = (key: string) => fields.find((candidate) => candidate.key === key);

  it("keeps the schema's order and words", () => {
    expect(fields.map(({ key }) => key)).toEqual(Object.keys(schema.properties as object));
    expect(field("rank")).toMatchObject({ title: "Rank", description: "Of the change." });
    expect(field("repeatBos")).toMatchObject({ title: "Repeat bos", kind: "boolean" });
  });

  it("reads each shape zod writes", () => {
    expect(field("text")).toMatchObject({ kind: "semantic-text", shortest: 1, nullable: false });
    expect(field("rank")).toMatchObject({ kind: "number", range: { integer: true, min: 1, max: 64, optional: false } });
    expect(field("depth")).toMatchObject({ title: "Depth", nullable: true, range: { integer: true, min: 0 } });
    expect(field("depth")).not.toHaveProperty("range.max", Number.MAX_SAFE_INTEGER);
    expect(field("alpha")).toMatchObject({ kind: "number", range: { integer: false, above: 0 } });
    expect(field("form")).toMatchObject({ kind: "choice", choices: ["dense", "diagonal"] });
    expect(field("size")).toMatchObject({ kind: "choice", choices: [1, 2] });
    expect(field("targets")).toMatchObject({ kind: "set", choices: null, least: 1 });
    expect(field("parts")).toMatchObject({ kind: "set", choices: ["attention", "mlp"], least: 0 });
    expect(field("note")).toMatchObject({ kind: "text", nullable: true, longest: 20 });
    expect(field("odd")).toMatchObject({ kind: "other" });
    expect(field("pairs")).toMatchObject({ kind: "pairs" });
  });

  it("leaves out what does nothing beside other options", () => {
    const [form, rank] = optionFields(
      z.toJSONSchema(
        z.object({
          form: z.enum(["dense", "lowRank"]).default("dense"),
          rank: z
            .int()
            .default(4)
            .meta({ onlyWith: { form: ["lowRank"] } }),
        }),
      ) as Record<string, unknown>,
    );
    expect(isInUse(form!, { form: "dense" })).toBe(true);
    expect(isInUse(rank!, { form: "dense" })).toBe(false);
    expect(isInUse(rank!, { form: "lowRank" })).toBe(true);
  });

  it("makes no fields of an empty schema", () => {
    expect(optionFields({ type: "object" })).toEqual([]);
  });
});

describe("readNumber", () => {
  it("says what is wrong and with which limit", () => {
    expect(readNumber("8", { integer: true, min: 1 })).toEqual({ value: 8, problem: null });
    expect(readNumber(" 1e-3 ", { above: 0 })).toEqual({ value: 0.001, problem: null });
    expect(readNumber("0,5", {}).value).toBe(0.5);
    expect(readNumber("", { optional: true })).toEqual({ value: null, problem: null });
    expect(readNumber("", {}).problem).toContain("needed");
    expect(readNumber("abc", {}).problem).toContain('"abc"');
    expect(readNumber("1.5", { integer: true }).problem).toContain("whole number");
    expect(readNumber("0", { min: 1 }).problem).toBe("At least 1; this is 0.");
    expect(readNumber("99", { max: 64 }).problem).toBe("At most 64; this is 99.");
    expect(readNumber("0", { above: 0 }).problem).toBe("Above 0; this is 0.");
    expect(readNumber("100", { below: 100 }).problem).toBe("Below 100; this is 100.");
  });
});
