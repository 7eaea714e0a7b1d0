/** Expressions that others wrote: linear time, Python's `fullmatch`, refusals by name. */

import { describe, expect, test } from "vitest";
import { LONGEST_EXPRESSION, wholeExpression } from "../../../src/adapters/expression";

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
    ["a".repeat(LONGEST_EXPRESSION + 1), /of 10001 characters is too long; it may have 10000/],
  ])("%.20s", (expression, message) => {
    expect(() => wholeExpression(expression)).toThrow(message);
  });

  test("an escaped backslash before a digit is none", () => {
    expect(wholeExpression("a\\\\1").fits("a\\1")).toBe(true);
  });
});
