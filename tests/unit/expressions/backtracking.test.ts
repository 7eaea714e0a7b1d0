/** Which expressions the platform's engine may take for ever with, and that no tokenizer's are. */

import { describe, expect, test } from "vitest";
import { unboundedTime } from "../../../src/expressions/backtracking";

const judge = (source: string) => unboundedTime(new RegExp(source, "gu"));

describe("time that doubles with every character", () => {
  test.each([
    "(a+)+$",
    "(a|a)*b",
    "(\\s+)+$",
    "(.*)*x",
    "(a*)*b",
    "(?:a|ab|b)*c",
    "(\\w+\\s?)*:",
    "(?:\\p{L}+|\\p{Lu}+)*!",
    "(a?b?)*c",
    "(x(a?|b?))*y",
    "([a-c]|[c-e])*f",
    "([😀-😃]|[😃-😆])*x",
    "([\\ud800]|[\\ud800\\ud801])*x",
    "(a{1,2})*b",
    "(a{2,3})*b",
    "(a|b|ab)*?c",
    "x(?=(a+)+$)",
    "x(?!(a|a)*b)",
    "(?<=(\\d+)+)x",
    "(?:(\\d)\\1)*x",
    "((ab)*c?)*(?!.)",
  ])("%s", (source) => {
    expect(judge(source)).toBe("exponential");
  });
});

describe("time that does not", () => {
  test.each([
    "",
    "a",
    "a*a*a*",
    "(a|b)*c",
    "(ab|cd)*e",
    "([a-b]|[c-d])*",
    "([😀-😃]|[😄-😆])*x",
    "(\\p{L}\\p{M}*)+",
    "(?:\\d{3})+",
    "(?:a{1,2}b)*",
    "(?:\\r?\\n)+(?!\\r?\\n)",
    "(a?)*b",
    "(?:'[a-z]+|,)*",
    "(?:(?=\\p{L})[^a-z])*(?:(?=\\p{L})[^A-Z])+",
    "\\p{N}{1,500}",
    "(?:|)*",
  ])("%s", (source) => {
    expect(judge(source)).toBeNull();
  });
});

test("an expression that is larger than any that can be looked into says so", () => {
  expect(judge("(?:a{1,1000}){2}")).toBe("large");
  expect(judge("a{1000}".repeat(2))).toBe("large");
  expect(judge("(?:[a-z]{0,400}[A-Z]{0,400}x)*")).not.toBeNull();
});
