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
    "(?:\\p{L}|\\p{N}|\\p{M}|\\p{P}|\\p{S}|\\p{Z}|\\p{C})+",
  ])("%s", (source) => {
    expect(judge(source)).toBeNull();
  });
});

describe("what is larger than any that can be looked into says so at once", () => {
  const pairOf = (set: number) => String.fromCodePoint(0x4e00 + 2 * set, 0x4e01 + 2 * set);
  const letters = Array.from({ length: 500 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join("|");
  test.each([
    ["counts of a letter", "(?:a{1,1000}){2}"],
    ["long counts", "a{1000}".repeat(2)],
    ["counts of nothing", "((((){1000}){1000}){1000}){1000}"],
    ["loops within loops", `${"(?:".repeat(500)}${letters}${")*".repeat(500)}`],
    ["a choice of many in a loop", `(?:(?:${letters})(?:${letters}))*`],
    ["a loop over many sets", `(?:${Array.from({ length: 30 }, (_, set) => `[${pairOf(set)}]`).join("|")})*`],
  ])("%s", (_, source) => {
    expect(judge(source)).toBe("large");
  });

  test("groups within groups, as deep as the platform takes them", () => {
    expect(judge(`${"(?:".repeat(1500)}a${")".repeat(1500)}`)).not.toBe("exponential");
  });
});
