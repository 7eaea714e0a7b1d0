/** Expressions that others wrote: linear time, Python's `fullmatch`, refusals by name. */

import { describe, expect, test } from "vitest";
import { LONGEST_EXPRESSION, wholeExpression } from "../../../src/expressions/expression";
import { expandedSize } from "../../../src/expressions/expression-size";

// Verdicts of Python's re.fullmatch(expression, text) is not None.
test.each<[expression: string, text: string, fits: boolean]>([
  ["a|ab", "ab", true],
  ["q_proj", "model.q_proj", false],
  [".*\\.(q|v)_proj", "model.layers.0.self_attn.v_proj", true],
  [".*\\.(q|v)_proj", "model.layers.0.self_attn.v_proj2", false],
  [
    "(?:.*?(?:language|text).*?(?:self_attn).*?(?:q_proj).*?)|(?:\\bmodel\\.layers\\.[\\d]{1,}\\.(?:mlp)\\.(?:up_proj))",
    "model.layers.11.mlp.up_proj",
    true,
  ],
  ["(?P<name>x)y", "xy", true],
  ["(?i)MODEL\\..*", "model.a", true],
  ["a.b", "a\nb", false],
  ["^a$", "a", true],
  ["a?b??", "ab", true],
])("%s on %s: %s", (expression, text, fits) => {
  expect(wholeExpression(expression).fits(text)).toBe(fits);
});

// With an engine that goes back these would not end before the machine does.
test.each(["(.*)*x", "(.*.*.*.*.*.*.*.*)*=", "(a|a)*b", "(([a-z.])+.)+Z", "(a?){500}a{500}"])(
  "%s ends on a long text",
  (expression) => {
    expect(wholeExpression(expression).fits(`${"a".repeat(5000)}!`)).toBe(false);
  },
);

// Places of Python's re.finditer, of the first group where there is one.
test.each<[expression: string, text: string, places: string[]]>([
  ["a+", "caat a", ["aa", "a"]],
  ['"name": "(\\w+)"', 'x {"name": "get"} {"name": "set"}', ["get", "set"]],
  ["x*", "axb", ["x"]],
  ["(a)|b", "ab", ["a"]],
  ["ü.", "\u{1f600}über", ["üb"]],
])("places of %s in %s", (expression, text, places) => {
  const found = wholeExpression(expression);
  expect(found.placesIn(text).map(({ start, end }) => text.slice(start, end))).toEqual(places);
  expect(found.isIn(text)).toBe(true);
  expect(found.isIn("")).toBe(expression === "x*");
});

describe("refused by name", () => {
  test.each<[string, RegExp]>([
    ["(?=a)b", /^"\(\?=a\)b" has look-around \("\(\?="\).*name the modules in a list\.$/],
    ["(?!a)b", /look-around/],
    ["x(?<=a)b", /look-around/],
    ["x(?<!a)b", /look-around \("\(\?<!"\)/],
    ["(a)\\1", /a back-reference \("\\1"\)/],
    ["(?P<x>a)(?P=x)", /a back-reference \("\(\?P="\)/],
    ["(?>a)b", /an atomic group/],
    ["(a)?(?(1)b|c)", /a conditional group/],
    ["[", /^"\[" is not a regular expression that can be read: missing closing \]/],
    ["a)|(b", /is not a regular expression that can be read/],
    ["a{5000}", /is not a regular expression that can be read: invalid repeat count/],
    ["(?:(?:.?){1000})".repeat(500), /with its repetitions it has 500000 parts, and it may have 4000/],
    ["(?:[)](?:.?){999}x){1000}", /it has 1001000 parts/],
    ["\\Q[\\E(?:.?){1000}(?:.?){1000}(?:.?){1000}(?:.?){1000}]", /has 4006 parts/],
    ["(.*a|.*b|.*c)*".repeat(700), /too large a regular expression/],
    ["a".repeat(LONGEST_EXPRESSION + 1), /of 10001 characters is too long; it may have 10000/],
  ])("%.20s", (expression, message) => {
    expect(() => wholeExpression(expression)).toThrow(message);
  });

  test("says what to do instead", () => {
    expect(() => wholeExpression("(?=a)", "(?=a)", "Write a plain word")).toThrow(/or write a plain word\.$/);
  });

  test("an escaped backslash before a digit is none", () => {
    expect(wholeExpression("a\\\\1").fits("a\\1")).toBe(true);
  });
});

test.each<[expression: string, size: number]>([
  ["abc", 3],
  ["(ab){3}", 6],
  ["(a{2}b){3,}", 9],
  ["a{2,5}b", 6],
  ["[(){}]{4}", 4],
  ["\\p{Greek}{3}\\({2}", 5],
  ["a{x}", 4],
])("%s is %d characters when it is written out", (expression, size) => {
  expect(expandedSize(expression)).toBe(size);
});
