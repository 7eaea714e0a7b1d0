import { describe, expect, it } from "vitest";
import { readLines, readValues, suggestedValues, sweepAxes } from "../../../src/page/methods/sweep-axes";
import { sweepInWords } from "../../../src/page/methods/sweep-words";
import { optionFields } from "../../../src/page/store/option-fields";

const fields = optionFields({
  properties: {
    rank: { type: "integer", minimum: 1, maximum: 64, title: "Rank" },
    dropout: { type: "number", minimum: 0, exclusiveMaximum: 1, title: "Dropout" },
    stable: { type: "boolean", title: "Stable" },
    start: { type: "string", enum: ["zeros", "text"], title: "Start" },
    text: { type: "string", title: "Text" },
    targets: { type: "array", items: { type: "string" }, minItems: 1, title: "Targets", beside: ["lm_head"] },
    blocks: { anyOf: [{ type: "string", maxLength: 5 }, { type: "null" }], title: "Blocks" },
    task: { type: "string", format: "semantic-text", minLength: 1, title: "Semantic text", saysTask: true },
    shots: { type: "string", format: "examples", minLength: 1, title: "Labelled examples" },
  },
});
const axes = sweepAxes(fields, true, ["q_proj", "v_proj"]);
const axis = (key: string) => axes.find((one) => one.key === key)!;

describe("what a sweep may vary", () => {
  it("is numbers, choices, switches, names and texts, and the rate of what has one", () => {
    expect(axes.map(({ key, kind }) => [key, kind])).toEqual([
      ["rank", "number"],
      ["dropout", "number"],
      ["stable", "choices"],
      ["start", "choices"],
      ["text", "lines"],
      ["targets", "lines"],
      ["blocks", "lines"],
      ["task", "lines"],
      ["shots", "lines"],
      ["learningRate", "number"],
    ]);
    expect(sweepAxes(fields, false).map(({ key }) => key)).not.toContain("learningRate");
  });

  it.each([
    ["rank", 8, [4, 8, 16]],
    ["rank", 64, [32, 64]],
    ["rank", 1, [1, 2]],
    ["rank", null, [1, 2, 4]],
    ["dropout", 0, [0, 0.1, 0.2]],
    ["stable", false, [false, true]],
    ["start", "text", ["zeros", "text"]],
    ["learningRate", 0.001, [0.0003, 0.001, 0.003]],
    ["targets", ["q_proj"], [["q_proj"], ["q_proj", "v_proj"]]],
    ["targets", ["v_proj", "q_proj"], [["q_proj", "v_proj"]]],
    ["blocks", null, [null]],
    ["task", "Say it:", ["Say it:"]],
    ["shots", "Fine. = [good]\nDull. = [bad]", ["Fine. = [good]\nDull. = [bad]"]],
  ])("%s, now %j, is suggested as %j", (key, present, values) => {
    expect(suggestedValues(axis(key), present)).toEqual(values);
  });
});

describe("values that are typed", () => {
  const range = { integer: true, min: 1, max: 64 };
  it.each([
    ["2, 4;8 · 16", [2, 4, 8, 16]],
    ["  7 ", [7]],
  ])("%j is %j", (text, values) => {
    expect(readValues(text, range)).toEqual({ values, problem: null });
  });

  it.each([
    ["", /at least one value/],
    ["2, x", /"x" is not a number/],
    ["2, 2.5", /whole number is needed, not 2\.5/],
    ["2, 65", /At most 64; this is 65/],
    ["2, 2", /2 is there twice/],
  ])("%j is refused", (text, problem) => {
    expect(readValues(text, range)).toEqual({ values: [], problem: expect.stringMatching(problem) });
  });
});

describe("values that are written a line each", () => {
  const lines = (key: string, text: string) => {
    const one = axis(key);
    if (one.kind !== "lines") throw new Error(`${key} is typed in another way`);
    return readLines(text, one);
  };
  it.each([
    ["targets", "q_proj\n v_proj, q_proj\nall lm_head", /There is no all/],
    ["targets", "q_proj\nk_proj", /There is no k_proj\. There are: q_proj, v_proj, lm_head\./],
    ["targets", "q_proj v_proj\nall", /“all” is there twice/],
    ["blocks", "0-2, 5", /At most 5 characters; these are 6/],
    ["task", " \n", /at least one value/],
    ["shots", "Fine. = [good]\n ↵ ", /must not be empty/],
  ])("%s, %j is refused", (key, text, problem) => {
    expect(lines(key, text)).toEqual({ values: [], problem: expect.stringMatching(problem) });
  });

  it.each([
    ["targets", "q_proj\nall\n\nlm_head  q_proj", [["q_proj"], ["q_proj", "v_proj"], ["q_proj", "lm_head"]]],
    ["blocks", "none\n0", [null, "0"]],
    ["task", "Say what it is:\nSay it:", ["Say what it is:", "Say it:"]],
    ["shots", "Fine. = [good]\nFine. = [good]↵Dull. = [bad]", ["Fine. = [good]", "Fine. = [good]\nDull. = [bad]"]],
  ])("%s, %j is %j", (key, text, values) => {
    expect(lines(key, text)).toEqual({ values, problem: null });
  });

  it("are shown as they are read", () => {
    for (const [key, values] of [
      ["targets", [["q_proj"], ["q_proj", "v_proj"]]],
      ["blocks", [null, "0-1"]],
      ["task", ["Say it:"]],
      ["shots", ["Fine. = [good]\nDull. = [bad]\n", "Fine. = [good]"]],
    ] as const) {
      const one = axis(key);
      const text = one.kind === "lines" ? values.map(one.write).join("\n") : "";
      expect(lines(key, text).values).toEqual(values);
    }
  });
});

it("a sweep is told by titles", () => {
  expect(sweepInWords({ targets: [["q_proj"], ["q_proj", "v_proj"]], text: ["a ".repeat(30)] }, fields)).toBe(
    `targets q_proj · q_proj + v_proj × text ${"a ".repeat(19)}a…`,
  );
  expect(sweepInWords({ rank: [2, 4], learningRate: [0.001], gone: [true] }, fields)).toBe(
    "rank 2 · 4 × learning rate 0.001 × gone on",
  );
});
