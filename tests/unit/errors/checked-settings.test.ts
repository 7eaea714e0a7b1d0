/** The one key that a schema's record would leave out without a word is named at its place. */

import { describe, expect, it } from "vitest";
import * as z from "zod";
import { issueLine } from "../../../src/errors/checked-by";
import { checkedSettings } from "../../../src/errors/checked-settings";

const schema = z.strictObject({
  weights: z.union([z.literal("off"), z.record(z.string(), z.number())]).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  changes: z.array(z.strictObject({ cells: z.record(z.string(), z.string()) })).optional(),
});

const said = (json: string) => {
  const checked = checkedSettings(schema, JSON.parse(json));
  return "issues" in checked ? checked.issues.map((issue) => issueLine(issue, "it")) : [];
};
const key = 'must not have the key "__proto__", which JavaScript keeps for itself; give that another name';

describe("__proto__ as a key", () => {
  it.each([
    ['{"weights": {"__proto__": 2, "a": 1}}', [`weights: ${key}`]],
    ['{"options": {"pattern": {"__proto__": 4}}}', [`options.pattern: ${key}`]],
    ['{"changes": [{"cells": {"a": "1"}}, {"cells": {"__proto__": "x"}}]}', [`changes[1].cells: ${key}`]],
    ['{"weights": {"__proto__": {"__proto__": 1}}}', [`weights: ${key}`, `weights.__proto__: ${key}`]],
    // A schema that names all keys says it itself.
    ['{"__proto__": 1}', [expect.stringMatching(/^it has no "__proto__"; did you mean /)]],
    // What else is wrong is said beside it.
    ['{"weights": {"__proto__": 1}, "options": 5}', [`weights: ${key}`, "options: must be an object, and is 5"]],
  ])("%s", (json, lines) => {
    expect(said(json)).toEqual(lines);
  });

  it("is all that is refused of names that every object knows", () => {
    const value = { weights: { constructor: 1, toString: 2, hasOwnProperty: 3 } };
    expect(checkedSettings(schema, value)).toEqual({ value });
  });

  it("is found however deep, without recursion", () => {
    const json = `{"options": ${'{"a": '.repeat(50_000)}{"__proto__": 1}${"}".repeat(50_000)}}`;
    const checked = checkedSettings(schema, JSON.parse(json));
    expect("issues" in checked && checked.issues.map(({ path }) => path.length)).toEqual([50_001]);
  });
});
