import { describe, expect, test } from "vitest";
import { runSchema } from "../../../src/plan/configuration";
import { presetRuns } from "../../../src/plan/presets/registry";
import { claimRuns, claimSentence } from "../../../src/verdict/claim";
import type { VerdictPair } from "../../../src/verdict/verdict";

const run = (name: string, options: object, fields: object = {}) =>
  runSchema.parse({ name, method: "sk-prefix", options, ...fields });

describe("the runs of the claim", () => {
  test("are those of the preset", () => {
    const runs = presetRuns("claim", { text: "Find the place:", textTokens: 4, answer: "label" });
    expect(claimRuns(runs.map((one) => runSchema.parse(one)))).toEqual({
      text: "SK-Prefix",
      without: [
        { start: "random tokens", run: "SK-Prefix from random tokens" },
        { start: "an irrelevant text", run: "SK-Prefix from an irrelevant text" },
      ],
      ownRates: false,
    });
  });

  test("are equal in all but the meaning, in whatever order their options stand", () => {
    const text = run("a", { text: "t", map: "dense" });
    expect(claimRuns([run("b", { control: "random-tokens", map: "dense", text: "t" }), text])).toEqual({
      text: "a",
      without: [{ start: "random tokens", run: "b" }],
      ownRates: false,
    });
    const searched = [
      run("a", { text: "t", map: "dense" }, { learningRate: 0.01 }),
      run("b", { text: "t", map: "dense", control: "random-tokens" }, { learningRate: 0.1 }),
      run("c", { text: "t", map: "dense", control: "irrelevant-text" }, { learningRate: 0.01 }),
    ];
    expect(claimRuns(searched)).toMatchObject({ text: "a", without: [{ run: "b" }, { run: "c" }], ownRates: true });
    const others = [
      run("b", { text: "u", map: "dense", control: "random-tokens" }),
      run("b", { text: "t", map: "lowRank", control: "random-tokens" }),
      run("b", { text: "t", map: "dense", control: "random-tokens" }, { method: "sk-prompt" }),
    ];
    for (const other of others) expect(claimRuns([text, other])).toBeNull();
    expect(claimRuns([text])).toBeNull();
  });

  test("may have rates that were found by searches of their own", () => {
    const found = (rate: number, settings: string) => ({
      learningRate: rate,
      foundRate: { rate, settings, trialSteps: 90, trainRows: 80, heldRows: 20, steps: 60, model: "m", rows: "0a1b" },
    });
    const searched = [
      run("a", { text: "t" }, found(0.01, "11")),
      run("b", { text: "t", control: "random-tokens" }, found(0.1, "22")),
    ];
    const claim = claimRuns(searched);
    expect(claim).toEqual({ text: "a", without: [{ start: "random tokens", run: "b" }], ownRates: true });
    const difference = { value: 0.2, low: 0.1, high: 0.3 };
    const tested = { test: "exact McNemar", p: 0.01, adjustedP: 0.02, beyondLuck: true } as const;
    const pairs = [{ first: "a", second: "b", difference, ...tested }];
    expect(claimSentence({ metric: "accuracy", pairs }, claim!)).toMatch(/matter, each at its own learning rate\?/);
  });
});

describe("the claim's sentence", () => {
  const claim = {
    text: "SK",
    without: [
      { start: "random tokens", run: "R" },
      { start: "an irrelevant text", run: "I" },
    ],
    ownRates: false,
  };
  const pair = (first: string, second: string, value: number, beyondLuck: boolean): VerdictPair => ({
    ...{ first, second, beyondLuck, test: "exact McNemar", p: 0.01, adjustedP: beyondLuck ? 0.02 : 0.3 },
    difference: { value, low: value - 0.05, high: value + 0.05 },
  });
  const said = (pairs: VerdictPair[], metric: "accuracy" | "rmse" = "accuracy") =>
    claimSentence({ metric, pairs }, claim);

  test("says so where the text is ahead of both beyond luck, whichever way the pair stands", () => {
    const expected = (first: string, second: string) =>
      `Does the meaning of the text matter? Here it does: SK is ahead of the same from random tokens (by ${first}) and ` +
      `from an irrelevant text (by ${second}), beyond luck.`;
    expect(said([pair("SK", "R", 0.2, true), pair("I", "SK", -0.1, true)])).toBe(
      expected("20.0 points", "10.0 points"),
    );
    expect(said([pair("SK", "R", -0.2, true), pair("I", "SK", 0.1, true)], "rmse")).toBe(expected("0.200", "0.100"));
  });

  test("never calls what may be luck", () => {
    expect(said([pair("SK", "R", 0.2, false), pair("SK", "I", 0.3, false)])).toBe(
      "Does the meaning of the text matter? That is not shown here: between SK and the same from random tokens and from " +
        "an irrelevant text the difference may be luck.",
    );
    expect(said([pair("SK", "R", 0.2, true), pair("SK", "I", 0.1, false)])).toBe(
      "Does the meaning of the text matter? Only in part: SK is ahead of the same from random tokens (by 20.0 points), " +
        "beyond luck; between SK and the same from an irrelevant text the difference may be luck.",
    );
  });

  test("says where the text is behind, and where the controls disagree", () => {
    expect(said([pair("SK", "R", -0.2, true), pair("SK", "I", 0.1, false)])).toMatch(
      /Here it does not help: SK is behind the same from random tokens \(by 20\.0 points\), beyond luck; between/,
    );
    expect(said([pair("SK", "R", -0.2, true), pair("SK", "I", 0.1, true)])).toMatch(
      /The controls disagree: SK is ahead of the same from an irrelevant text \(by 10\.0 points\), beyond luck; SK is behind/,
    );
  });

  test("goes by the controls that were compared, and is left out without any", () => {
    expect(said([pair("SK", "R", 0.2, true)])).toMatch(/It does against the one control there is: /);
    const searched = { ...claim, ownRates: true };
    expect(claimSentence({ metric: "accuracy", pairs: [pair("SK", "R", 0.2, true)] }, searched)).toMatch(
      /^Does the meaning of the text matter, each at its own learning rate\? It does/,
    );
    expect(said([pair("R", "I", 0.2, true)])).toBeNull();
  });
});
