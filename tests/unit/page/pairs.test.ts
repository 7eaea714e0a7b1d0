import { describe, expect, test } from "vitest";
import { formatPairs, readPairs } from "../../../src/page/methods/pairs";

describe("pairs", () => {
  test("are read line by line and written back", () => {
    const read = readPairs("q_proj = 4\n\n  0.mlp.(up|down)_proj=2.5 \na=b = 3");
    expect(read).toEqual({ pairs: { q_proj: 4, "0.mlp.(up|down)_proj": 2.5, "a=b": 3 }, problem: null });
    expect(readPairs(formatPairs(read.pairs))).toEqual(read);
    expect(readPairs("")).toEqual({ pairs: {}, problem: null });
  });

  test.each(["q_proj", "= 4", "q_proj = ", "q_proj = four"])("%s is told with its line", (line) => {
    const { pairs, problem } = readPairs(`a = 1\n${line}\nb = 2`);
    expect(problem).toBe('Line 2 is not "pattern = number".');
    expect(pairs).toEqual({ a: 1, b: 2 });
  });

  test("a pattern may be called like what every object has", () => {
    const read = readPairs("__proto__ = 1\nconstructor = 2");
    expect(Object.entries(read.pairs)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
    expect(formatPairs(read.pairs)).toBe("__proto__ = 1\nconstructor = 2");
  });

  test("a pattern stands once", () => {
    expect(readPairs("a = 1\na = 2").problem).toBe('Line 2 repeats the pattern "a".');
  });
});
